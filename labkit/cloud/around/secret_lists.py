"""Lists of secrets, in the order that is asked for.

moto tells them as they were made, whatever is asked for, and of each also the versions without a
label, which are deprecated.

Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
"""

from __future__ import annotations

from typing import Any

from moto.secretsmanager.responses import _validate_filters

from labkit.cloud.members import given
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page

_MOST, _ALL = 100, 1_000_000
_ORDERS = {"created-date": "CreatedDate", "last-changed-date": "LastChangedDate", "name": "Name"}


@operation("secretsmanager", "ListSecrets")
def list_secrets(
    context: Context,
    *,
    Filters: list[dict[str, Any]] | None = None,
    SortBy: str = "created-date",
    SortOrder: str = "asc",
    MaxResults: int = _MOST,
    NextToken: str | None = None,
    IncludePlannedDeletion: bool = False,
) -> Answer:
    """Secrets by date or name; when one was read last is not known here."""
    if SortBy not in _ORDERS:
        raise not_here("secretsmanager", "ListSecrets", f"an order by {SortBy}")
    _validate_filters(Filters or [])
    found, _ = context.backend("secretsmanager").list_secrets(
        Filters or [], _ALL, None, IncludePlannedDeletion
    )
    found.sort(key=lambda each: each[_ORDERS[SortBy]])
    ordered = found[:: -1 if SortOrder == "desc" else 1]
    refusal = AwsError("InvalidNextTokenException", "Invalid token.")
    return page("SecretList", [_told(each) for each in ordered], MaxResults, NextToken, refusal)


def _told(secret: dict[str, Any]) -> dict[str, Any]:
    """What is told of one of many secrets: of its versions those with a label."""
    versions = secret.pop("SecretVersionsToStages", {})
    labelled = {name: labels for name, labels in versions.items() if labels}
    told = given({name: each for name, each in secret.items() if name != "VersionIdsToStages"})
    return told | ({"SecretVersionsToStages": labelled} if labelled else {})
