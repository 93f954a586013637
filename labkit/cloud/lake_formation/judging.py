"""Lake Formation's permissions, of which moto finds none again that was granted in several calls.

Source: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_RevokePermissions.html
"""

from __future__ import annotations

import functools
from typing import Any

from labkit.cloud.lake_formation import grants, tags
from labkit.cloud.operations import Context


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Have moto find what it revokes; raise for what is not there, and for keys that are there."""
    _mend()
    if context.operation == "RevokePermissions":
        grants.check_held(context, parameters)
    if "TagKey" in parameters:
        tags.check_key(context, parameters)


@functools.cache
def _mend() -> None:
    from moto.lakeformation.models import PermissionCatalog

    remove: Any = PermissionCatalog.remove_permission

    def found_and_removed(catalog: PermissionCatalog, permission: Any) -> None:
        granted = [*catalog.permissions]
        catalog.permissions = set(granted)  # by their hashes as they are now
        remove(catalog, permission)

    PermissionCatalog.remove_permission = found_and_removed  # type: ignore[method-assign, assignment]
