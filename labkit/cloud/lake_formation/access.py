"""What a principal may do with a table that Lake Formation governs.

Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html and
https://docs.aws.amazon.com/lake-formation/latest/dg/managing-tag-expressions.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.lake_formation import defaults, expressions, filters, granting
from labkit.cloud.lake_formation.tags import held_at
from labkit.cloud.operations import AwsError, Principal

Members = dict[str, Any]
ALL = frozenset({"SELECT", "INSERT", "DELETE", "DESCRIBE", "ALTER", "DROP"})
OPTED = "lakeformation.opted"
ON_DATABASES = frozenset({"CREATE_TABLE", "DESCRIBE", "ALTER", "DROP"})


@dataclass
class Access:
    """What a principal may do with a table.

    Args:
        rights: such as ``SELECT``; to select is to describe, too.
        parts: which columns of which rows it may select: names, and a condition or ``None``.
        every: the names of all columns that the catalog knows.
        is_all: whether it may select all rows of all columns, of those too that the catalog does
            not know, as of Delta's tables.
    """

    every: frozenset[str]
    rights: set[str] = field(default_factory=set)
    parts: list[tuple[frozenset[str], str | None]] = field(default_factory=list)
    is_all: bool = False

    def is_whole(self) -> bool:
        """Whether it may select all columns of all rows."""
        return any(names == self.every and rows is None for names, rows in self.parts)

    def shows(self, names: Iterable[str]) -> bool:
        """Whether it may select these columns of all rows."""
        wanted = {each.lower() for each in names}
        return any(rows is None and wanted <= seen for seen, rows in self.parts)

    def columns(self) -> frozenset[str]:
        """The names of the columns that it may see."""
        return frozenset().union(*(names for names, _ in self.parts))

    def told(self) -> frozenset[str] | None:
        """The names of the columns that are listed; ``None``: all, as to who may only describe."""
        return None if "SELECT" not in self.rights or self.is_all else self.columns()

    def condition(self) -> str | None:
        """Which rows it may select; ``None``: all.

        Raises:
            AwsError: of other columns it may select other rows.
        """
        told = {rows for _, rows in self.parts}
        if None in told and any(n == self.columns() for n, rows in self.parts if rows is None):
            return None
        if len({names for names, _ in self.parts}) > 1 and told != {None}:
            raise AwsError(
                "AccessDeniedException", "Several data filters of other columns are not joined here"
            )
        rows = sorted(each for each in told if each is not None)
        return " OR ".join(f"({each}\n)" for each in rows) or None  # a comment ends with its line


def to_table(cloud: Cloud, who: Principal, region: str, database: Any, table: Any) -> Access | None:
    """What a principal may do with a table, of moto's; ``None``: as IAM alone says."""
    if defaults.is_open(cloud, region, database, table) and not _is_opted(
        cloud, who, region, "Table", {"DatabaseName": database.name}, table.name
    ):
        return None
    columns = frozenset(_columns(table))
    access = Access(columns)
    if has_made(cloud, who, table):
        access.rights |= ALL
        access.parts.append((columns, None))
        access.is_all = True
    elif is_admin(cloud, who, region):
        access.rights.add("DESCRIBE")
    for grant in grants_of(cloud, who, region, database.name, table.name):
        _add(cloud, region, access, grant, database.name, table.name)
    if "SELECT" in access.rights:
        access.rights.add("DESCRIBE")
    return access


def seen(definition: Members, access: Access | None) -> Members:
    """A table's definition without the columns that may not be selected, where some may."""
    names = access.told() if access else None
    if names is None:
        return definition
    storage = definition.get("StorageDescriptor") or {}
    for holder, member in ((storage, "Columns"), (definition, "PartitionKeys")):
        if columns := holder.get(member):
            holder[member] = [each for each in columns if each["Name"].lower() in names]
    return definition


def to_database(cloud: Cloud, who: Principal, region: str, database: Any) -> set[str] | None:
    """What a principal may do with a database, of moto's; ``None``: as IAM alone says.

    Whom something of it was granted may describe it, as AWS's page on grants says:
    https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html
    """
    if defaults.is_open(cloud, region, database) and not _is_opted(
        cloud, who, region, "Database", {}, database.name
    ):
        return None
    rights = set(ON_DATABASES) if has_made(cloud, who, database) else set()
    tags, is_told = _tags(cloud, region, database.name), is_admin(cloud, who, region)
    for grant in grants_of(cloud, who, region, database.name):
        [(kind, on)] = grant["resource"].items()
        own = kind == "Database" and on["Name"] == database.name
        tagged = kind == "LFTagPolicy" and _matches(expressions.of_policy(cloud, region, on), tags)
        is_told |= own or tagged or on.get("DatabaseName") == database.name
        if own or (tagged and on["ResourceType"] == "DATABASE"):
            told = {*grant["permissions"]}
            rights |= ON_DATABASES if "ALL" in told else told
    return rights | ({"DESCRIBE"} if is_told else set())


def opted(cloud: Cloud, region: str) -> Iterator[Members]:
    """Who is governed by grants though IAM governs others: of what is there still."""
    for each in list(cloud.records(OPTED).values()):
        told = each["told"]
        if each["region"] == region and each["made"] == defaults.made(
            cloud, region, told["Resource"]
        ):
            yield told


def _is_opted(
    cloud: Cloud, who: Principal, region: str, kind: str, place: Members, name: str
) -> bool:
    return any(
        (on := told["Resource"].get(kind)) is not None
        and place.items() <= on.items()
        and ("TableWildcard" in on or on["Name"] == name)
        and is_meant(who, told["Principal"])
        for told in opted(cloud, region)
    )


def may_create_databases(cloud: Cloud, who: Principal, region: str) -> bool:
    """Whether a principal may make databases."""
    return (
        defaults.is_open_to_databases(cloud, region)
        or is_admin(cloud, who, region)
        or any(
            "Catalog" in grant["resource"] and {"ALL", "CREATE_DATABASE"} & {*grant["permissions"]}
            for grant in grants_of(cloud, who, region)
        )
    )


def is_admin(cloud: Cloud, who: Principal, region: str) -> bool:
    """Whether a principal is an administrator of the lake.

    The settings name them; the workspace's user is the account's first one.
    """
    if who == cloud.learner()[0] or who.arn.endswith(":root"):
        return True
    settings = cloud.backend("lakeformation", region).settings.get(cloud.account) or {}
    admins = settings.get("DataLakeAdmins") or []
    return any(_is(who, each["DataLakePrincipalIdentifier"]) for each in admins)


def place_of(cloud: Cloud, region: str, location: str) -> str | None:
    """The role with which Lake Formation reads a folder that is registered; ``""``: its own."""
    arn = "arn:aws:s3:::" + location.partition("://")[2]
    for registered, resource in cloud.backend("lakeformation", region).resources.items():
        if f"{arn.rstrip('/')}/".startswith(f"{registered.rstrip('/*')}/"):
            return resource.role_arn or ""
    return None


def places(cloud: Cloud, who: Principal, region: str) -> Iterator[str]:
    """The ARNs of the folders that were granted to a principal."""
    for grant in grants_of(cloud, who, region):
        if "DATA_LOCATION_ACCESS" in grant["permissions"]:
            yield grant["resource"]["DataLocation"]["ResourceArn"]


def grants_of(cloud: Cloud, who: Principal, region: str, *place: str) -> Iterator[Members]:
    """The grants that a principal has, itself or as one of the account's.

    Args:
        place: a database, or a database and a table, to leave out grants on others.
    """
    return granting.granted(
        cloud,
        region,
        cloud.account,
        lambda each: _may_be_on(each["resource"], place) and is_meant(who, each["principal"]),
    )


def _may_be_on(resource: Members, place: tuple[str, ...]) -> bool:
    """Whether a grant may be on a database, or on a table of it: what names another is not."""
    [on] = resource.values()
    named = on.get("DatabaseName", place and place[0])
    name = on.get("TableName", on.get("Name"))
    return not place or (
        named == place[0] and (len(place) < 2 or "TableWildcard" in on or name in (None, place[1]))
    )


def is_meant(who: Principal, principal: Members) -> bool:
    """Whether a principal is that of a grant, or of those whom it names."""
    return _is(who, principal.get("DataLakePrincipalIdentifier", ""))


def _is(who: Principal, told: str) -> bool:
    """Whether a principal is meant: a role's sessions are the role, whose path they do not tell."""
    if told in (who.arn, who.account, f"{who.account}:IAMPrincipals"):
        return True
    role, (start, _, meant) = who.role_arn or "", told.partition(":role/")
    same = start.endswith(f":{who.account}") and role.rpartition("/")[2] == meant.rpartition("/")[2]
    return bool(role and meant) and same


def has_made(cloud: Cloud, who: Principal, record: Any) -> bool:
    """Whether a principal, or another session of its role, made a database or table.

    Of whose maker is not known, as an earlier labkit did not keep it, the workspace's user did.
    """
    if record is None:
        return False
    made = getattr(record, "created_by", None)
    if not made:
        return who == cloud.learner()[0]
    return _is(who, Principal(made, who.account).role_arn or made)


def _add(
    cloud: Cloud, region: str, access: Access, grant: Members, database: str, table: str
) -> None:
    """Let it have what a grant gives, if that is on the table."""
    resource, told = grant["resource"], {*grant["permissions"]}
    rights = set(ALL) if "ALL" in told else told
    kind, on = next(iter(resource.items()))
    every = access.every
    if kind == "LFTagPolicy":
        if on.get("ResourceType") != "TABLE":
            return
        on = expressions.of_policy(cloud, region, on)
        seen = frozenset(c for c in every if _matches(on, _tags(cloud, region, database, table, c)))
        if _matches(on, _tags(cloud, region, database, table)) or seen:
            access.rights |= rights
            access.parts += [(seen, None)] * ("SELECT" in rights)
        return
    named = (on.get("DatabaseName", "").lower(), on.get("TableName", on.get("Name", "")).lower())
    if named[0] != database or (named[1] != table and "TableWildcard" not in on):
        return
    rows = None
    if kind == "DataCellsFilter":
        on = filters.named(cloud, region, on) or {"ColumnNames": []}
        rows = on.get("RowFilter", {}).get("FilterExpression")
        rows = None if (rows or "true").strip().lower() == "true" else rows
    elif kind not in ("Table", "TableWithColumns"):
        return
    access.rights |= rights
    if "SELECT" in rights:
        access.parts.append((_chosen(on, every) if kind != "Table" else every, rows))
        left_out = on.get("ColumnWildcard", {"ExcludedColumnNames": kind != "Table"})
        access.is_all |= rows is None and not left_out.get("ExcludedColumnNames")


def _chosen(told: Members, columns: frozenset[str]) -> frozenset[str]:
    if (wildcard := told.get("ColumnWildcard")) is not None:
        return columns - {each.lower() for each in wildcard.get("ExcludedColumnNames") or ()}
    return columns & {each.lower() for each in told.get("ColumnNames") or ()}


def _columns(table: Any) -> list[str]:
    definition = table.as_dict()
    storage = definition.get("StorageDescriptor") or {}
    told = [*(storage.get("Columns") or ()), *(definition.get("PartitionKeys") or ())]
    return [each["Name"].lower() for each in told]


def _tags(cloud: Cloud, region: str, *place: str) -> dict[str, set[str]]:
    """The tags of a database, a table or a column, and those that it has from above."""
    lake, where = cloud.backend("lakeformation", region), (cloud.account, *place)
    held = (lake.lf_database_tags, lake.lf_table_tags, lake.lf_columns_tags)
    found: dict[str, set[str]] = {}
    for count, tags in enumerate(held[: len(place)], start=2):
        told = held_at(cloud, region, tags, where[:count])
        found |= {each["TagKey"]: {*each["TagValues"]} for each in told}
    return found


def _matches(policy: Members, tags: dict[str, set[str]]) -> bool:
    return all(
        tags.get(each["TagKey"], set()) & {*each["TagValues"]}
        for each in policy.get("Expression") or [{"TagKey": "", "TagValues": []}]
    )
