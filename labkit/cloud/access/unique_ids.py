"""The unique ids of IAM's records begin with what they are of, and service-linked roles have names.

moto has small letters for users, groups and instance profiles, and names a role as its service.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html and
https://docs.aws.amazon.com/redshift/latest/mgmt/using-service-linked-roles.html
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from typing import Any

from moto.iam import models

from labkit.cloud.cloud import Cloud, on_start

_PREFIXES = {
    models.Group: "AGPA",
    models.InstanceProfile: "AIPA",
    models.ManagedPolicy: "ANPA",
    models.User: "AIDA",
}
_FROM_MOTO = {kind: kind.__init__ for kind in _PREFIXES}  # type: ignore[misc]
_LETTERS = string.ascii_uppercase + "234567"


@on_start
def name_as_iam(cloud: Cloud) -> None:
    """Let moto's records have IAM's ids, and Redshift's own role its name."""
    models.SERVICE_NAME_CONVERSION["redshift"] = "Redshift"
    for kind, prefix in _PREFIXES.items():
        kind.__init__ = _numbered(_FROM_MOTO[kind], prefix)  # type: ignore[misc]


def _numbered(make: Callable[..., None], prefix: str) -> Callable[..., None]:
    def made(record: Any, *args: Any, **options: Any) -> None:
        make(record, *args, **options)
        record.id = prefix + "".join(secrets.choice(_LETTERS) for _ in range(17))

    return made
