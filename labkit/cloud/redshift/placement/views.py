"""System views of where rows are: slices, blocks, sizes.

What AWS shows of compression, statistics and disks is not counted here, and NULL.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_intro_STV_tables.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.kinds import CLUSTER
from labkit.cloud.redshift.clusters.node_types import node_type, storage_mb
from labkit.cloud.redshift.keys import place_of
from labkit.cloud.redshift.placement import blocks
from labkit.cloud.redshift.placement import slices as placed
from labkit.cloud.redshift.system.catalogs import relations
from labkit.cloud.redshift.system.registry import system
from labkit.cloud.redshift.warehouse import grants, quotas
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn
from labkit.cloud.redshift.warehouse.policies import is_protected

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_INTEGERS = ("int2", "int4", "int8", "oid")


def _tables(connection: Connection) -> list[Object]:
    """The tables whose rows the user may know of: Redshift shows these views to superusers."""
    whole = grants.is_superuser(connection, connection.user)
    found = [one for one in relations(connection) if one.kind in ("table", "matview")]
    return [one for one in found if whole or not is_protected(one)]


@system("svv_table_info", 'database varchar(128), schema varchar(128), table_id oid, '
        '"table" varchar(128), encoded varchar(32), diststyle varchar(128), '
        "sortkey1 varchar(128), max_varchar int, sortkey1_enc varchar(32), sortkey_num int, "
        "size bigint, pct_used numeric(10,4), empty bigint, unsorted numeric(5,2), "
        "stats_off numeric(5,2), tbl_rows numeric(38,0), skew_sortkey1 numeric(19,2), "
        "skew_rows numeric(19,2), estimated_visible_rows numeric(38,0), "
        "risk_event varchar(256), vacuum_sort_benefit numeric(12,2), create_time timestamp"
        )  # fmt: skip
def svv_table_info(connection: Connection) -> Iterator[Any]:
    """Tables with rows; plans count them, so that no statistics are out of date.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TABLE_INFO.html
    """
    for one in _tables(connection):
        count = placed.rows_of(connection, one)
        if count:
            yield _table_info(connection, one, count)


def _table_info(connection: Connection, one: Object, count: int) -> tuple[Any, ...]:
    keys, spread = one.body["sortkey"], placed.spread(connection, one)
    size = blocks.size_mb(connection, one, spread)
    first = next((c for c in one.columns if keys and c.name == keys[0]), None)
    longest = max((c.type.size for c in one.columns if c.type.base == "varchar"), default=0)
    encoded = "Y" if any(c.encode not in ("none", "raw") for c in one.columns) else "N"
    encoded += ", AUTO(ENCODE)" if one.body.get("encode") == "AUTO" else ""
    room = _room_mb(connection)
    used = round(100 * size / room, 4) if room else None
    return (
        one.database, one.schema, one.oid, one.name, encoded,
        placed.shown_style(connection, one), _first_key(one), longest,
        first.encode if first else None, len(keys), size, used, 0,
        blocks.unsorted(connection, one), 0, count, None,
        placed.skew(spread), count, None, None, None,
    )  # fmt: skip


def _first_key(one: Object) -> str | None:
    """The first column of a sort key; an interleaved one has none that comes first.

    Source: https://github.com/dbt-labs/dbt-adapters/blob/main/dbt-redshift/src/dbt/include/redshift/macros/catalog/catalog.sql
    """
    keys = one.body["sortkey"]
    if keys and one.body.get("sortstyle") == "INTERLEAVED":
        return "INTERLEAVED"
    return keys[0] if keys else None


def _room_mb(connection: Connection) -> int | None:
    """What the cluster may store; None for Serverless, which has no bound."""
    kind, _, name = connection.warehouse.key.partition("/")
    region, identifier = place_of(name)
    record = records.look_up(connection.warehouse.cloud, region, CLUSTER, identifier)
    if kind != "cluster" or record is None:
        return None
    return storage_mb(node_type(record["NodeType"]), record["NumberOfNodes"])


@system("stv_slices", "node int, slice int, localslice int, type char(1)")
def stv_slices(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_SLICES.html"""
    per_node = connection.warehouse.state.slices
    for at in range(placed.slices(connection)):
        yield at // per_node, at, at % per_node, "D"


@system("stv_tbl_perm", "slice int, id int, name char(72), rows bigint, sorted_rows bigint, "
        "temp int, db_id int, insert_pristine int, delete_pristine int, backup int")  # fmt: skip
def stv_tbl_perm(connection: Connection) -> Iterator[Any]:
    """The rows of each slice. Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_TBL_PERM.html"""
    databases = {one.name: one.oid for one in connection.objects.of("database")}
    for one in _tables(connection):
        behind = blocks.unsorted_rows(connection, one)
        for at, rows in enumerate(placed.spread(connection, one)):
            ordered = rows - behind.get(at, 0) if one.body["sortkey"] else 0
            yield (at, one.oid, one.name, rows, ordered, int(one.temporary),
                   databases.get(one.database), None, None, 1)  # fmt: skip


def _blocks(connection: Connection) -> Iterator[tuple[Object, int, TableColumn, tuple[Any, ...]]]:
    """Each block: its table, column and zone; those of an ALL table on each node."""
    state = connection.warehouse.state
    for one in _tables(connection):
        whole = placed.style_of(connection, one) == "ALL"
        firsts = [at * state.slices for at in range(state.nodes)] if whole else [0]
        for at, column in enumerate(one.columns):
            for number, *rest in blocks.blocks(connection, one, column):
                for first in firsts:
                    yield one, at, column, (number + first, *rest)


@system("stv_blocklist", "slice int, col int, tbl int, blocknum int, num_values int, "
        "extended_limits int, minvalue bigint, maxvalue bigint, sb_pos int, pinned int, "
        "on_disk int, modified int, hdr_modified int, unsorted int, tombstone int, "
        "preferred_diskno int, temporary int, newblock int, num_readers int, flags int"
        )  # fmt: skip
def stv_blocklist(connection: Connection) -> Iterator[Any]:
    """The blocks; limits of integers. Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STV_BLOCKLIST.html"""
    for one, at, column, (number, block, rows, low, high) in _blocks(connection):
        yield (number, at, one.oid, block, rows, 0, _limit(column, low), _limit(column, high),
               *[None] * 8, int(one.temporary), *[None] * 3)  # fmt: skip


@system("svv_schema_quota_state", "schema_id int, schema_name varchar(128), schema_owner int, "
        "quota int, disk_usage int, disk_usage_pct double precision")  # fmt: skip
def svv_schema_quota_state(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_SCHEMA_QUOTA_STATE.html"""
    users = {one.name: one.oid for one in connection.objects.of("user")}
    for schema in connection.objects.of("schema", database=connection.database):
        if quota := schema.body.get("quota_mb"):
            used = quotas.used_mb(connection, schema)
            owner = users.get(schema.owner, 0)
            yield schema.oid, schema.name, owner, quota, used, round(100 * used / quota, 2)


@system("svv_diskusage", "db_id int, name char(72), slice int, col int, tbl int, blocknum int, "
        "num_values int, minvalue bigint, maxvalue bigint, sb_pos int, pinned int, on_disk int, "
        "modified int, hdr_modified int, unsorted int, tombstone int, preferred_diskno int, "
        "temporary int, newblock int")  # fmt: skip
def svv_diskusage(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_DISKUSAGE.html"""
    databases = {one.name: one.oid for one in connection.objects.of("database")}
    for one, at, column, (number, block, rows, low, high) in _blocks(connection):
        yield (databases.get(one.database), one.name, number, at, one.oid, block, rows,
               _limit(column, low), _limit(column, high), *[None] * 8, int(one.temporary), None,
               )  # fmt: skip


def _limit(column: TableColumn, value: Any) -> int | None:
    return int(value) if column.type.base in _INTEGERS and value is not None else None
