"""Who was granted what in Lake Formation.

moto finds no grants on tags, tags' expressions and a table's columns. AWS lists those on columns
with the table's own, and takes no ``TableWithColumns`` in the question; what it lists names its
catalog, and all tables ``ALL_TABLES``.

Source: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_ListPermissions.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

Members = dict[str, Any]
_MOST, _ALL_TABLES = 1000, "ALL_TABLES"
_OF_NO_CATALOG = ("Catalog", "DataCellsFilter")
_NO_RESOURCE = "Resource must have either the catalog, table or database field populated."
_NO_PRINCIPALS_ALONE = "Resource is mandatory if Principal is set in the input."
_NO_TABLE = "Table name and table wildcard cannot both be {}."
# The kind of resource that a type asks for.
_TYPES = {
    "CATALOG": ("Catalog",),
    "DATABASE": ("Database",),
    "TABLE": ("Table", "TableWithColumns"),
    "DATA_LOCATION": ("DataLocation",),
    "LF_TAG": ("LFTag",),
    "LF_TAG_POLICY": ("LFTagPolicy",),
    "LF_TAG_POLICY_DATABASE": ("LFTagPolicy",),
    "LF_TAG_POLICY_TABLE": ("LFTagPolicy",),
}


@operation("lakeformation", "ListPermissions")
def list_permissions(
    context: Context,
    *,
    CatalogId: str | None = None,
    Principal: Members | None = None,
    ResourceType: str | None = None,
    Resource: Members | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    **_: Any,
) -> Answer:
    """The grants on a resource, or all; of one principal, or of all.

    Raises:
        AwsError: ``InvalidInputException``: grants are not looked for on such a resource.
    """
    if Principal is not None and Resource is None:
        raise invalid(_NO_PRINCIPALS_ALONE)
    matches = _matching(context, Resource) if Resource is not None else _any
    found = [
        grant.to_external_form() | {"Resource": full(context, grant.resource)}
        for grant in granted(context, CatalogId or context.account)
        if Principal in (None, grant.principal)
        and (ResourceType is None or _of_type(grant.resource, ResourceType))
        and matches(grant.resource)
    ]
    refusal = invalid("Invalid NextToken.")
    return page("PrincipalResourcePermissions", found, MaxResults or _MOST, NextToken, refusal)


def granted(context: Context, catalog: str) -> Iterator[Any]:
    """moto's records of a catalog's grants, always in the same order."""
    known = context.backend("lakeformation").grants.get(catalog)
    yield from sorted(known.permissions if known else (), key=lambda each: repr(vars(each)))


def _of_type(granted: Members, kind: str) -> bool:
    if not any(name in granted for name in _TYPES.get(kind, ())):
        return False
    wanted = kind.removeprefix("LF_TAG_POLICY_") if kind.startswith("LF_TAG_POLICY_") else None
    return wanted in (None, granted.get("LFTagPolicy", {}).get("ResourceType"))


def _matching(context: Context, asked: Members) -> Callable[[Members], bool]:
    """Whether a grant is on the resource that is asked for; of several the first kind counts."""
    for kind, members in _MEMBERS.items():
        if (wanted := asked.get(kind)) is not None:
            if kind == "Table":
                _check_table(wanted)
            members = tuple(name for name in members if name in wanted)
            mine = _told(context, wanted, members)
            others = ("TableWithColumns",) if kind == "Table" else ()
            return lambda granted: any(
                name in granted and _told(context, granted[name], members) == mine
                for name in (kind, *others)
            )
    raise invalid(_NO_RESOURCE)


# What may tell a resource of each kind from others; a grant that names no catalog is in the
# caller's.
_MEMBERS: dict[str, tuple[str, ...]] = {
    "Catalog": (),
    "Database": ("CatalogId", "Name"),
    "Table": ("CatalogId", "DatabaseName", "Name", "TableWildcard"),
    "DataLocation": ("CatalogId", "ResourceArn"),
    "LFTag": ("CatalogId", "TagKey", "TagValues"),
    "LFTagPolicy": ("CatalogId", "ResourceType", "Expression"),
}


def _told(context: Context, resource: Members, members: tuple[str, ...]) -> Members:
    told = {name: plain(resource.get(name)) for name in members}
    return told | (
        {"CatalogId": told["CatalogId"] or context.account} if "CatalogId" in told else {}
    )


def full(context: Context, resource: Members) -> Members:
    """A resource as it is listed, whatever was left out where it was granted."""
    told = {}
    for kind, members in resource.items():
        catalog = {} if kind in _OF_NO_CATALOG else {"CatalogId": context.account}
        every = {"Name": _ALL_TABLES} if "TableWildcard" in members else {}
        told[kind] = catalog | every | members
    return told


def plain(value: Any) -> Any:
    """A value whose lists have no order."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return sorted(map(plain, value), key=repr) if isinstance(value, list) else value


def _check_table(table: Members) -> None:
    named = [table.get("Name"), table.get("TableWildcard")]
    if None not in named or named == [None, None]:
        raise invalid(_NO_TABLE.format("present" if None not in named else "empty"))


def _any(_: Members) -> bool:
    return True


def invalid(words: str) -> AwsError:
    return AwsError("InvalidInputException", words)
