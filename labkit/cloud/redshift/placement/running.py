"""What the steps of queries did: rows scanned, blocks skipped, rows and bytes sent.

Queries run in DuckDB without nodes. What the cluster's steps would have done is counted when one
first asks for it, over the rows as they are then, for the last queries that read the warehouse's
tables.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_intro_STL_tables.html
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.placement import blocks
from labkit.cloud.redshift.placement import slices as placed
from labkit.cloud.redshift.placement.explaining import query_of
from labkit.cloud.redshift.placement.members import Untold, compiled
from labkit.cloud.redshift.placement.moves import Move
from labkit.cloud.redshift.placement.planner import Planner
from labkit.cloud.redshift.placement.steps import Step
from labkit.cloud.redshift.system.history import visible
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.system.steps import SCANS
from labkit.cloud.redshift.warehouse.staleness import bases

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection
    from labkit.cloud.redshift.warehouse.objects import Object

#: So many of the last queries on tables are told of, among so many statements.
LAST, LOOKED_AT = 25, 1000
PACKET_BYTES = 8192


@dataclass(frozen=True)
class Ran:
    """A step of a query that ran.

    Args:
        number: its place in the query.
        move: what it sends, if it does.
    """

    record: dict[str, Any]
    user: int
    number: int
    step: Step
    move: Move | None = None

    @property
    def times(self) -> tuple[str | None, str | None]:
        return moment(self.record["started"]), moment(self.record["ended"])


_COUNTING = ContextVar("counting", default=False)


def _told(connection: Connection, view: str, rows: Callable[[Ran], Iterable[Any]]) -> list[Any]:
    """A view's rows of the last queries on tables, in the order in which they ran.

    A query over a view of these steps has none: it would count itself.
    """
    if _COUNTING.get():
        return []
    token = _COUNTING.set(True)
    try:
        last = list(itertools.islice(_counted(connection, view, rows), LAST))
        return [row for query in reversed(last) for row in query]
    finally:
        _COUNTING.reset(token)


def _counted(
    connection: Connection, view: str, rows: Callable[[Ran], Iterable[Any]]
) -> Iterator[list[Any]]:
    """The rows of one's queries on tables of this database, the last one's first.

    They are kept with the query's record: None for a query that reads no table.
    """
    for record, user in itertools.islice(reversed(list(visible(connection))), LOOKED_AT):
        ours = record["status"] == "success" and record["database"] == connection.database
        if not ours or not (record["steps"] or _is_query(record["text"])):
            continue
        if view not in record:
            plan = _plan(connection, record["text"]) if _reads_tables(connection, record) else None
            if plan is None:
                continue
            record[view] = _rows(_steps(plan, record, user), rows)
        if record[view] is not None:
            yield record[view]


def _rows(steps: list[Ran], rows: Callable[[Ran], Iterable[Any]]) -> list[Any] | None:
    """What the steps did; None where there are none, or what they sent cannot be counted."""
    try:
        return [row for each in steps for row in rows(each)] if steps else None
    except RedshiftError:
        return None


def _is_query(text: str) -> bool:
    return text.lstrip().upper().startswith(("SELECT", "WITH", "("))


def _reads_tables(connection: Connection, record: dict[str, Any]) -> bool:
    """Whether a statement reads stored tables: catalogs alone are many queries', and slow to plan.

    It is kept once it is known; the tables may not be there now, or not for this user.
    """
    if "reads" not in record:
        try:
            found = compiled(connection, query_of(connection, record["text"]))
        except (Untold, RedshiftError):
            return False
        known = {one.oid: one for one in connection.objects.of("relation")}
        read = (known.get(oid) for oid in bases(sorted(found.oids), known))
        record["reads"] = any(_is_stored(one) for one in read)
    return bool(record["reads"])


def _is_stored(one: Object | None) -> bool:
    """Whether a relation may have rows of its own: what a late-binding view reads is not kept."""
    return one is None or one.kind != "view" or not one.body.get("bound")


def _plan(connection: Connection, text: str) -> Step | None:
    """The plan of what a statement reads.

    None of one whose tables are not there now, or not for this user.
    """
    try:
        return Planner(connection).query(query_of(connection, text))
    except (Untold, RedshiftError):
        return None


def _steps(plan: Step, record: dict[str, Any], user: int) -> list[Ran]:
    """A plan's steps; none for one that reads no table."""
    if not any(step.table for step in plan.each()):
        return []
    return [Ran(record, user, at, *part) for at, part in enumerate(_parts(plan))]


def _parts(plan: Step) -> Iterator[tuple[Step, Move | None]]:
    """Each step, and before it what it sends."""
    for step in plan.each():
        yield from ((step, move) for move in step.moves)
        if step.label:
            yield step, None


_SENT = (
    "userid int, query int, slice int, segment int, step int, starttime timestamp, "
    "endtime timestamp, tasknum int, rows bigint, bytes bigint, packets int"
)


def _sent(connection: Connection, kind: str) -> list[Any]:
    """The rows of a slice that leave its node, and their bytes."""

    def rows(each: Ran) -> Iterator[Any]:
        if each.move is not None and each.move.kind == kind:
            for one in each.move.sent(connection) or ():
                yield (each.user, each.record["query_id"], one.slice, 0, each.number, *each.times,
                       None, one.rows, one.bytes,
                       math.ceil(one.bytes / PACKET_BYTES))  # fmt: skip

    return _told(connection, kind, rows)


@system("stl_dist", _SENT)
def stl_dist(connection: Connection) -> list[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_DIST.html"""
    return _sent(connection, "dist")


@system("stl_bcast", _SENT)
def stl_bcast(connection: Connection) -> list[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_BCAST.html"""
    return _sent(connection, "bcast")


@system("stl_scan", "userid int, query int, slice int, segment int, step int, "
        "starttime timestamp, endtime timestamp, tasknum int, rows bigint, bytes bigint, "
        "fetches bigint, type int, tbl int, is_rrscan char(1), is_delayed_scan char(1), "
        "rows_pre_filter bigint, rows_pre_user_filter bigint, perm_table_name char(136), "
        "is_rlf_scan char(1), is_rlf_scan_reason int, num_em_blocks int, checksum bigint, "
        "runtime_filtering char(1), scan_region int, num_sortkey_as_predicate int, "
        "row_fetcher_state int, consumed_scan_ranges int, work_stealing_reason bigint, "
        "is_vectorized_scan char(1), is_vectorized_scan_reason int, "
        "row_fetcher_reason bigint, topology_signature bigint, use_tpm_partition char(1), "
        "is_rrscan_expr char(1), scanned_mega_value bigint")  # fmt: skip
def stl_scan(connection: Connection) -> list[Any]:
    """One row a scan: its slices are not told apart.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_SCAN.html
    """

    def rows(each: Ran) -> Iterator[Any]:
        table = each.step.table
        if each.step.label != "scan" or table is None:
            return
        read = blocks.scanned(connection, table, each.step.filters)
        whole = read if read is not None else sum(placed.spread(connection, table))
        yield (
            each.user, each.record["query_id"], 0, 0, each.number, *each.times, None,
            each.step.rows, each.step.rows * each.step.width, None, 2, table.oid,
            "t" if read is not None else "f", "f", whole, whole, table.name, *[None] * 17,
        )  # fmt: skip

    return _told(connection, "scan", rows)


def _scans(connection: Connection) -> list[Any]:
    """The scans as SYS_QUERY_DETAIL tells them."""

    def rows(each: Ran) -> Iterator[Any]:
        if each.step.label == "scan" and each.step.table:
            yield each.record, each.user, each.number, each.step.table, each.step.rows

    return _told(connection, "detail", rows)


SCANS.append(_scans)
_SUMMARY = (
    "userid int, query int, stm int, seg int, step int, "
    "maxtime bigint, avgtime bigint, rows bigint, bytes bigint, rate_row float, "
    "rate_byte float, label text, is_diskbased char(1), workmem bigint, is_rrscan char(1), "
    "is_delayed_scan char(1), rows_pre_filter bigint"
)


@system("svcs_query_summary", _SUMMARY)
@system("svl_query_summary", _SUMMARY)
def svl_query_summary(connection: Connection) -> list[Any]:
    """The steps with their rows; their times are not told.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVL_QUERY_SUMMARY.html
    """

    def rows(each: Ran) -> Iterator[Any]:
        count, size = _totals(connection, each)
        table = each.step.table
        read = blocks.scanned(connection, table, each.step.filters) if table else None
        whole = read if read is not None else count
        named = f" tbl={table.oid} name={table.name}" if table else ""
        label = each.move.kind if each.move else f"{each.step.label}{named}"
        yield (each.user, each.record["query_id"], 0, 0, each.number, None, None, count, size, None,
               None, label, "f", None, "t" if read is not None else "f", "f", whole)  # fmt: skip

    return _told(connection, "summary", rows)


def _totals(connection: Connection, each: Ran) -> tuple[int | None, int | None]:
    """The rows and bytes of a step; of a sending one those sent, NULL where that is not counted."""
    if each.move is None:
        return each.step.rows, each.step.rows * each.step.width
    sent = each.move.sent(connection)
    if sent is None:
        return None, None
    return sum(one.rows for one in sent), sum(one.bytes for one in sent)
