"""System tables and views of a query's steps: those that write a table's rows are told.

By them one knows when a table was last written. Other steps are not kept: the rest is empty, with
the guide's columns, so that what reads it runs. What begins with SVCS tells of clusters for
concurrency, too, of which there are none here.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_intro_STL_tables.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.system.history import elapsed_micros, visible
from labkit.cloud.redshift.system.registry import empty, moment, system
from labkit.cloud.redshift.warehouse.recording import full_name

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection
    from labkit.cloud.redshift.warehouse.objects import Object

    #: A scan of a query that ran: its record, user, number among the steps, table and rows.
    Scan = tuple[dict[str, Any], int, int, Object, int]

_STEP = (
    "userid int, query int, slice int, segment int, step int, starttime timestamp, "
    "endtime timestamp, tasknum int, rows bigint, "
)
_METRICS = (
    "userid int, service_class int, query int, starttime timestamp, slices int, segment int, "
    "step_type int, step int, rows bigint, max_rows bigint, cpu_time bigint, "
    "max_cpu_time bigint, blocks_read bigint, max_blocks_read bigint, blocks_to_disk bigint, "
    "max_blocks_to_disk bigint"
)
_STEPS = {
    "stl_hash": f"{_STEP} bytes bigint, slots int, occupied int, maxlength int, tbl int, "
    "is_diskbased char(1), workmem bigint, num_parts int, est_rows bigint",
    "stl_hashjoin": f"{_STEP} tbl int, num_parts int, join_type int, hash_looped char(1), "
    "switched_parts char(1), used_prefetching char(1), hash_segment int, hash_step int",
    "stl_sort": f"{_STEP} bytes bigint, tbl int, is_diskbased char(1), workmem bigint",
    "stl_aggr": f"{_STEP} bytes bigint, slots int, occupied int, maxlength int, tbl int, "
    "is_diskbased char(1), workmem bigint, type char(6)",
    "stl_return": f"{_STEP} bytes bigint, packets int, checksum bigint",
    "stl_project": f"{_STEP} checksum bigint",
    "stl_limit": f"{_STEP} checksum bigint",
    "stl_window": f"{_STEP} is_diskbased char(1), workmem bigint",
    "stl_nestloop": f"{_STEP} tbl int, checksum bigint",
    "stl_mergejoin": f"{_STEP} tbl int, checksum bigint",
    "stl_merge": _STEP.removesuffix(", "),
    "stl_parse": _STEP.removesuffix(", "),
    "stl_save": f"{_STEP} bytes bigint, tbl int, is_diskbased char(1), workmem bigint",
    "stl_unique": f"{_STEP} is_diskbased char(1), slots int, workmem bigint, "
    "max_buffers_used bigint, type char(6)",
    "stl_explain": "userid int, query int, nodeid int, parentid int, plannode char(400), "
    "info char(400)",
    "stl_plan_info": "userid int, query int, nodeid int, segment int, step int, locus int, "
    "plannode int, startupcost double precision, totalcost double precision, rows bigint, "
    "bytes bigint",
    "stl_stream_segs": "userid int, query int, stream int, segment int",
    "svl_query_report": "userid int, query int, slice int, segment int, step int, "
    "start_time timestamp, end_time timestamp, elapsed_time bigint, rows bigint, bytes bigint, "
    "label char(256), is_diskbased char(1), workmem bigint, is_rrscan char(1), "
    "is_delayed_scan char(1), rows_pre_filter bigint",
    "svl_query_metrics": "userid int, query int, service_class int, dimension varchar(24), "
    "segment int, step int, step_label varchar(30), query_cpu_time bigint, "
    "query_blocks_read bigint, query_execution_time bigint, query_cpu_usage_percent "
    "numeric(38,2), query_temp_blocks_to_disk bigint, segment_execution_time bigint, "
    "cpu_skew numeric(38,2), io_skew numeric(38,2), scan_row_count bigint, "
    "join_row_count bigint, nested_loop_join_row_count bigint, return_row_count bigint, "
    "spectrum_scan_row_count bigint, spectrum_scan_size_mb bigint",
    "svl_compile": "userid int, xid bigint, pid int, query int, segment int, locus int, "
    "starttime timestamp, endtime timestamp, compile int",
    "svv_query_state": "userid int, query int, seg int, step int, maxtime bigint, "
    "avgtime bigint, rows bigint, bytes bigint, cpu bigint, memory bigint, "
    "rate_row double precision, rate_byte double precision, label char(25), "
    "is_diskbased char(1), workmem bigint, num_parts int, is_rrscan char(1), "
    "is_delayed_scan char(1)",
    "stv_exec_state": "userid int, query int, slice int, segment int, step int, "
    "starttime timestamp, currenttime timestamp, tasknum int, rows bigint, bytes bigint, "
    "label char(256), is_diskbased char(1), workmem bigint, num_parts int, is_rrscan char(1), "
    "is_delayed_scan char(1)",
    "sys_query_explain": "userid int, query_id bigint, child_query_sequence int, "
    "plan_node_id int, plan_parent_id int, plan_node char(400), plan_info char(400)",
    "stv_query_metrics": f"{_METRICS}, run_time bigint, max_run_time bigint, "
    "max_query_scan_size bigint, query_scan_size bigint, query_priority char(20), "
    "query_queue_time bigint, service_class_name char(64)",
    "stl_query_metrics": f"{_METRICS}, run_time bigint, max_run_time bigint, "
    "query_scan_size bigint, query_priority char(20), query_queue_time bigint, "
    "service_class_name char(64)",
    "svl_query_metrics_summary": "userid int, query int, service_class int, "
    "query_cpu_time bigint, query_blocks_read bigint, query_execution_time bigint, "
    "query_cpu_usage_percent numeric(38,2), query_temp_blocks_to_disk bigint, "
    "segment_execution_time bigint, cpu_skew numeric(38,2), io_skew numeric(38,2), "
    "scan_row_count bigint, join_row_count bigint, nested_loop_join_row_count bigint, "
    "return_row_count bigint, spectrum_scan_row_count bigint, spectrum_scan_size_mb bigint, "
    "query_queue_time bigint, service_class_name char(64)",
    "sys_child_query_text": "user_id int, query_id bigint, child_query_sequence int, "
    "sequence int, text char(200), query_uuid char(36)",
}  # fmt: skip
#: A view for clusters of concurrency, and the table whose columns it has.
_SVCS = {
    "svcs_compile": "svl_compile",
    "svcs_explain": "stl_explain",
    "svcs_plan_info": "stl_plan_info",
    "svcs_stream_segs": "stl_stream_segs",
}

empty(_STEPS)
empty({name: _STEPS[of] for name, of in _SVCS.items()})


#: Who knows of scans, which are reckoned when they are asked for.
SCANS: list[Callable[[Connection], Iterable[Scan]]] = []


def _written(connection: Connection) -> Iterator[tuple[dict[str, Any], int, int, Any]]:
    """A query's record, its user, a step's number and the step."""
    for record, user in visible(connection):
        for at, step in enumerate(record["steps"]):
            yield record, user, at, step


@system("sys_query_detail", "user_id int, query_id bigint, child_query_sequence int, "
        "stream_id int, segment_id int, step_id int, step_name text, table_id int, "
        "table_name char(136), is_rrscan char(1), start_time timestamp, end_time timestamp, "
        "duration bigint, alert varchar(128), input_bytes bigint, input_rows bigint, "
        "output_bytes bigint, output_rows bigint, blocks_read bigint, blocks_write bigint, "
        "local_read_io bigint, remote_read_io bigint, source text, data_skewness int, "
        "time_skewness int, is_active char(1), spilled_block_local_disk bigint, "
        "spilled_block_remote_disk bigint, step_attribute varchar(64), metrics_level char(16), "
        "plan_parent_id int, plan_node_id int")  # fmt: skip
def sys_query_detail(connection: Connection) -> Iterator[Any]:
    """Scans and the steps that write; when one ran is told of the whole statement.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_DETAIL.html
    """
    for scans in SCANS:
        for record, user, at, table, rows in scans(connection):
            yield _detail(record, user, (0, at), ("scan", table.oid, full_name(table), rows))
    for record, user, at, step in _written(connection):
        yield _detail(record, user, (1, at), step)


def _detail(
    record: dict[str, Any], user: int, place: tuple[int, int], step: tuple[str, int, str, int]
) -> tuple[Any, ...]:
    *named, rows = step
    source = "Redshift(local)" if step[0] == "scan" else None
    return (
        user, record["query_id"], 1, 0, *place, *named, "f", moment(record["started"]),
        moment(record["ended"]), elapsed_micros(record), None, None, rows, None, rows,
        *[None] * 4, source, None, None, "f", None, None, None, "step", None, None,
    )  # fmt: skip


def _stl(connection: Connection, wanted: str) -> Iterator[tuple[Any, ...]]:
    for record, user, at, (name, table, _, rows) in _written(connection):
        if name == wanted:
            yield (user, record["query_id"], 0, 0, at, moment(record["started"]),
                   moment(record["ended"]), 0, rows, table)  # fmt: skip


@system("stl_insert", f"{_STEP} tbl int, inserted_mega_value char(1), use_staging_table char(1)")
def stl_insert(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_INSERT.html"""
    return ((*told, "f", "f") for told in _stl(connection, "insert"))


@system("stl_delete", f"{_STEP} tbl int")
def stl_delete(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_STL_DELETE.html"""
    return _stl(connection, "delete")
