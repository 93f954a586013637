"""Who may give rights, name data filters and tag what is in the catalog.

Administrators of the lake may, who made a table or database, and whom the rights were granted with
the right to grant them.

Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html and
https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-assigning-tags.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from labkit.cloud.lake.refusals import insufficient
from labkit.cloud.lake_formation import access
from labkit.cloud.lake_formation.granting import full, plain
from labkit.cloud.operations import Context

Members = dict[str, Any]
_TABLES = ("Table", "TableWithColumns", "DataCellsFilter")
#: What may be done with tags by whom which right on them was granted.
OF_TAGS = {
    "AddLFTagsToResource": "ASSOCIATE",
    "RemoveLFTagsFromResource": "ASSOCIATE",
    "CreateLFTag": "CREATE_LF_TAG",
    "UpdateLFTag": "ALTER",
    "DeleteLFTag": "DROP",
}


def check_giver(context: Context, resource: Members, rights: Iterable[str]) -> None:
    """Raise where the caller may not give, or take, rights on a resource.

    Raises:
        AwsError: ``AccessDeniedException``.
    """
    may_give = giver(context)
    for right in sorted({*rights}):
        if not may_give(resource, right):
            raise insufficient(f": Required {right} with grant option")


def giver(context: Context) -> Callable[[Members, str], bool]:
    """Whether the caller may give a right on a resource: it is told what others have of it, too."""
    is_admin = _is_admin(context)
    mine = [] if is_admin else [*_own(context)]

    def may_give(resource: Members, right: str) -> bool:
        return (
            is_admin
            or _has_made(context, resource)
            or any(
                {"ALL", right} & {*grant["grantable"]}
                and _covers(context, grant["resource"], resource)
                for grant in mine
            )
        )

    return may_give


def check_tagger(context: Context, keys: Iterable[str]) -> None:
    """Raise where the caller may not do with tags of these keys what the call does.

    Raises:
        AwsError: ``AccessDeniedException``.
    """
    right = OF_TAGS[context.operation]
    if _is_admin(context):
        return
    held = set()
    for grant in _own(context):
        rights, tag = {*grant["permissions"]}, grant["resource"].get("LFTag")
        if "CREATE_LF_TAG" in rights or (tag and right in rights):
            held.add(tag["TagKey"] if tag else None)
    if None not in held and not {*keys} <= held:
        raise insufficient(f": Required {right} on tags")


def _own(context: Context) -> Iterator[Members]:
    return access.grants_of(context.cloud, context.principal, context.region)


def _is_admin(context: Context) -> bool:
    return access.is_admin(context.cloud, context.principal, context.region)


def _has_made(context: Context, resource: Members) -> bool:
    cloud, who, databases = context.cloud, context.principal, context.backend("glue").databases
    if named := resource.get("Database"):
        return access.has_made(cloud, who, databases.get(named.get("Name", "").lower()))
    for named in filter(None, map(resource.get, _TABLES)):
        held = databases.get(named.get("DatabaseName", "").lower())
        name = named.get("TableName", named.get("Name", "")).lower()
        return access.has_made(cloud, who, held and held.tables.get(name))
    return False


def _covers(context: Context, granted: Members, resource: Members) -> bool:
    """Whether a grant is on all that a resource names."""
    mine, theirs = _table(granted), _table(resource)
    if mine and theirs and "TableWithColumns" not in granted and "DataCellsFilter" not in granted:
        return mine[0] == theirs[0] and (mine[1] in ("all_tables", theirs[1]))
    wanted = full(context.account, resource)
    return bool(plain(granted) == plain(wanted))


def _table(resource: Members) -> tuple[str, str] | None:
    for named in filter(None, map(resource.get, _TABLES)):
        every = "all_tables" if "TableWildcard" in named else ""
        name = every or named.get("TableName", named.get("Name", ""))
        return named.get("DatabaseName", "").lower(), name.lower()
    return None
