"""Tables and views of warehouses under a crawler's JDBC targets.

An include path is ``database/schema/table``, where ``%`` stands for anything; an exclude pattern is
a glob of what follows the database. The entry that a crawl makes is named after all three, lies at
``database.schema.table``, and tells the connection that leads there: Athena reads none of them,
DataBrew does. Source:
https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.glue.databases import connect
from labkit.cloud.glue.definitions import OWNER, Definition
from labkit.cloud.glue.names import clean_name
from labkit.cloud.glue.open_tables import Found
from labkit.cloud.glue.targets import glob_pattern
from labkit.cloud.operations import Principal

APPLICATION = "AWS Glue"
_COLUMNS = """
    SELECT c.table_schema, c.table_name, t.table_type, c.column_name, c.data_type,
           c.numeric_precision, c.numeric_scale
    FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema NOT IN ('information_schema', 'pg_catalog', 'pg_internal')
    ORDER BY c.table_schema, c.table_name, c.ordinal_position
"""
#: Redshift's types → the catalog's; a type that the catalog has not is told as a string.
_TYPES = {
    "smallint": "smallint", "integer": "int", "bigint": "bigint", "real": "float",
    "double precision": "double", "boolean": "boolean", "date": "date",
    "timestamp without time zone": "timestamp", "timestamp with time zone": "timestamp",
    "binary varying": "binary",
}  # fmt: skip


def found_in_databases(
    cloud: Cloud, region: str, principal: Principal, crawler: Any, note: Callable[[str], None]
) -> Iterator[Found]:
    """What a crawler's JDBC targets hold, as far as their connections' users may see it.

    Args:
        principal: as whom the crawler runs.
        note: hears of a target under which there is nothing.

    Raises:
        AwsError: a connection leads nowhere, or lets nobody in.
    """
    for target in crawler.targets.get("JdbcTargets") or ():
        found = list(_tables(cloud, region, principal, crawler.name, target))
        if not found:
            note(f"No tables found at {target['Path']}: no table was made.")
        yield from found


def beginnings(crawler: Any) -> list[str]:
    """How the locations of all tables begin that a crawler's JDBC targets may hold.

    >>> from types import SimpleNamespace
    >>> beginnings(SimpleNamespace(targets={"JdbcTargets": [{"Path": "dev/public/st%"}]}))
    ['dev.public.st']
    """
    paths = [target["Path"] for target in crawler.targets.get("JdbcTargets") or ()]
    return [path.lower().partition("%")[0].strip("/").replace("/", ".") for path in paths]


def _tables(
    cloud: Cloud, region: str, principal: Principal, crawler: str, target: dict[str, Any]
) -> Iterator[Found]:
    database, *rest = target["Path"].strip("/").split("/")
    name = target["ConnectionName"]
    connection = connect(cloud, principal, region, name, application=APPLICATION, database=database)
    try:
        rows = connection.run(_COLUMNS).rows
    finally:
        connection.close()
    assert rows is not None, "a query answers rows"
    wanted = [_like(part) for part in [*rest, "%", "%"][:2]]
    excluded = [glob_pattern(each) for each in target.get("Exclusions") or ()]
    found = (tuple(row.values()) for row in rows.to_pylist())
    for (schema, table, kind), columns in itertools.groupby(found, key=lambda row: row[:3]):
        left_out = any(
            each.fullmatch(said) for each in excluded for said in (table, f"{schema}/{table}")
        )
        if not left_out and wanted[0].fullmatch(schema) and wanted[1].fullmatch(table):
            told = {"connectionName": name, OWNER: crawler}
            told["typeOfData"] = "view" if kind == "VIEW" else "table"
            place = f"{database}.{schema}.{table}"
            yield Found(clean_name(place), place, _entry(place, told, [row[3:] for row in columns]))


def _like(part: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, part.lower().split("%"))))


def _entry(
    place: str, told: dict[str, str], columns: Iterable[tuple[Any, ...]]
) -> Callable[[str], Definition]:
    parameters = {
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        "classification": "redshift",
        "compressionType": "none",
        **told,
    }
    storage = {
        "Columns": [{"Name": name, "Type": _type(*kind)} for name, *kind in columns],
        "Location": place,
        "Compressed": False,
        "NumberOfBuckets": -1,
        "SerdeInfo": {"Parameters": {}},
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": parameters,
        "StoredAsSubDirectories": False,
    }

    def make(name: str) -> Definition:
        return {
            "Name": name,
            "Owner": "owner",
            "Retention": 0,
            "StorageDescriptor": storage,
            "PartitionKeys": [],
            "TableType": "EXTERNAL_TABLE",
            "Parameters": parameters,
        }

    return make


def _type(kind: str, precision: int | None, scale: int | None) -> str:
    return f"decimal({precision},{scale})" if kind == "numeric" else _TYPES.get(kind, "string")
