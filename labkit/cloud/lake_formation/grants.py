"""Who was granted what in Lake Formation.

Grants on columns are listed with the table's own; no ``TableWithColumns`` is taken in the question.

Source: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_ListPermissions.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from labkit.cloud.lake_formation import defaults, granting
from labkit.cloud.lake_formation.access import is_meant
from labkit.cloud.lake_formation.giving import giver
from labkit.cloud.lake_formation.granting import Members, lowered, plain
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

_MOST = 1000
_NO_RESOURCE = "Resource must have either the catalog, table or database field populated."
_NO_PRINCIPALS_ALONE = "Resource is mandatory if Principal is set in the input."
_NO_PRINCIPAL_BESIDE = "Principal is not taken where related permissions are asked for."
_NO_TABLE = "Table name and table wildcard cannot both be {}."
# The kind of resource that a type asks for.
_TYPES = {
    "CATALOG": ("Catalog",),
    "DATABASE": ("Database",),
    "TABLE": ("Table", "TableWithColumns", "DataCellsFilter"),
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
    IncludeRelated: str | None = None,
) -> Answer:
    """The grants on a resource, or all; of one principal, or of all, as the caller may know them.

    Who is no administrator is told its own grants, and of others' the rights that it may give.

    Raises:
        AwsError: ``InvalidInputException``: grants are not looked for on such a resource.
    """
    found = grants_on(context, CatalogId, Principal, ResourceType, Resource)
    if (IncludeRelated or "").upper() == "TRUE" and "Table" in (Resource or {}):
        if Principal is not None:
            raise invalid(_NO_PRINCIPAL_BESIDE)
        found += _on_filters(context, CatalogId, lowered("Table", (Resource or {})["Table"]))
    refusal = invalid("Invalid NextToken.")
    return page("PrincipalResourcePermissions", found, MaxResults or _MOST, NextToken, refusal)


def _on_filters(context: Context, catalog: str | None, table: Members) -> list[Members]:
    """The grants on a table's data filters."""
    wanted = (table["DatabaseName"], table.get("Name"))
    return [
        each
        for each in grants_on(context, catalog)
        if (place := each["Resource"].get("DataCellsFilter"))
        and (place["DatabaseName"], place["TableName"]) == wanted
    ]


def grants_on(
    context: Context,
    CatalogId: str | None = None,
    Principal: Members | None = None,
    ResourceType: str | None = None,
    Resource: Members | None = None,
) -> list[Members]:
    """The same, all of them."""
    if Principal is not None and Resource is None:
        raise invalid(_NO_PRINCIPALS_ALONE)
    matches, told = (
        _matching(context, Resource) if Resource is not None else _any,
        _telling(context),
    )
    given = sorted(
        granting.granted(context.cloud, context.region, CatalogId or context.account),
        key=lambda each: json.dumps([each["principal"], each["resource"]]),
    )
    return [
        {
            "Principal": grant["principal"],
            "Resource": grant["resource"],
            "Permissions": told(grant, "permissions"),
            "PermissionsWithGrantOption": told(grant, "grantable"),
        }
        for grant in (*given, *_of_everybody(context, CatalogId, ResourceType, Resource))
        if Principal in (None, grant["principal"])
        and (ResourceType is None or _of_type(grant["resource"], ResourceType))
        and matches(grant["resource"])
        and (told(grant, "permissions") or told(grant, "grantable"))
    ]


def _of_everybody(
    context: Context, catalog: str | None, kind: str | None, asked: Members | None
) -> Iterator[Members]:
    """What IAM_ALLOWED_PRINCIPALS has; on the catalog where one looks for that."""
    if catalog in (None, context.account):
        yield from defaults.grants(
            context, on_catalog=kind == "CATALOG" or "Catalog" in (asked or ())
        )


def _telling(context: Context) -> Callable[[Members, str], list[str]]:
    """Which rights of a grant the caller is told."""
    may_give, who = giver(context), context.principal

    def told(grant: Members, member: str) -> list[str]:
        principal = grant["principal"]
        if defaults.is_everybody(principal) or is_meant(who, principal):
            return list(grant[member])
        return [right for right in grant[member] if may_give(grant["resource"], right)]

    return told


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
            wanted = wanted | lowered(kind, wanted)
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
    "DataCellsFilter": ("DatabaseName", "TableName", "Name"),
    "DataLocation": ("CatalogId", "ResourceArn"),
    "LFTag": ("CatalogId", "TagKey", "TagValues"),
    "LFTagPolicy": ("CatalogId", "ResourceType", "Expression"),
}


def _told(context: Context, resource: Members, members: tuple[str, ...]) -> Members:
    told = {name: plain(resource.get(name)) for name in members}
    return told | (
        {"CatalogId": told["CatalogId"] or context.account} if "CatalogId" in told else {}
    )


def _check_table(table: Members) -> None:
    named = [table.get("Name"), table.get("TableWildcard")]
    if None not in named or named == [None, None]:
        raise invalid(_NO_TABLE.format("present" if None not in named else "empty"))


def _any(_: Members) -> bool:
    return True


def invalid(words: str) -> AwsError:
    return AwsError("InvalidInputException", words)
