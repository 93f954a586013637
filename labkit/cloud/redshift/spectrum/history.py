"""SVL_S3QUERY, SVL_S3PARTITION and kin: what queries read from the lake.

What only Spectrum's own nodes would know (requests, retries, what they sent back) is NULL.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.spectrum.scanned import Scanned, scans
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse import grants

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse import Connection

_READ = (
    "external_table_name varchar(136), file_format varchar(16), is_partitioned char(1), "
    "is_rrscan char(1), is_nested char(1), s3_scanned_rows bigint, s3_scanned_bytes bigint, "
    "s3query_returned_rows bigint, s3query_returned_bytes bigint, files int"
)
_SIZES = "splits int, total_split_size bigint, max_split_size bigint"
_TIMES = "starttime timestamp, endtime timestamp, elapsed bigint"


@system("svl_s3query", f"userid int, query int, segment int, step int, node int, slice int, "
        f"{_TIMES}, {_READ}, {_SIZES}")  # fmt: skip
def svl_s3query(connection: Connection) -> Iterator[Any]:
    for user, segment, one in _visible(connection):
        place = (user, one.query["query_id"], segment, 0, 0, 0)
        yield *place, *_times(one), *_read(one), *_sizes(one)


_SUMMARY = (
    "userid int, query int, xid bigint, pid int, segment int, "
    f"step int, {_TIMES}, aborted int, {_READ}, files_max int, files_avg int, {_SIZES}"
)


@system("svcs_s3query_summary", _SUMMARY)
@system("svl_s3query_summary", _SUMMARY)
def svl_s3query_summary(connection: Connection) -> Iterator[Any]:
    for user, segment, one in _visible(connection):
        query = one.query["query_id"]
        aborted = int(one.query["status"] in ("failed", "canceled"))
        files = len(one.files)
        first = (user, query, query, one.pid, segment, 0, *_times(one), aborted)
        yield *first, *_read(one), files, files, *_sizes(one)


@system("svl_s3partition", "query bigint, segment int, node int, slice int, starttime timestamp, "
        "endtime timestamp, duration bigint, total_partitions int, qualified_partitions int, "
        "assigned_partitions int, assignment char(1)")  # fmt: skip
def svl_s3partition(connection: Connection) -> Iterator[Any]:
    for _, segment, one in _visible(connection):
        total, qualified = one.partitions
        place = (one.query["query_id"], segment, 0, 0)
        yield *place, *_times(one), total, qualified, qualified, "p"


@system("sys_external_query_detail", "user_id int, query_id bigint, transaction_id bigint, "
        "child_query_sequence int, segment_id int, source_type char(32), start_time timestamp, "
        "end_time timestamp, duration bigint, total_partitions int, qualified_partitions int, "
        "scanned_files bigint, returned_rows bigint, returned_bytes bigint, "
        "file_format varchar(256), file_location varchar(65535), "
        "external_query_text varchar(65535), warning_message varchar(4000), "
        "table_name varchar(136), is_recursive char(1), is_nested char(1), s3list_time bigint, "
        "get_partition_time bigint")  # fmt: skip
def sys_external_query_detail(connection: Connection) -> Iterator[Any]:
    for user, segment, one in _visible(connection):
        query = one.query["query_id"]
        first = (user, query, query, 1, segment, "S3", *_times(one))
        counts = (*one.partitions, len(one.files), one.rows, one.scanned_bytes)
        place = (one.format, one.location, None, None, one.table)
        yield *first, *counts, *place, "f", "f", None, None


def _visible(connection: Connection) -> Iterator[tuple[int, int, Scanned]]:
    """The user's scans, all for a superuser: user, number within the query, scan."""
    whole = grants.is_superuser(connection, connection.user)
    seen: dict[int, int] = defaultdict(int)
    for one in scans(connection.warehouse):
        if whole or one.query["user"] == connection.user:
            segment = seen[one.query["query_id"]]
            seen[one.query["query_id"]] += 1
            yield grants.user_id(connection, one.query["user"]), segment, one


def _times(one: Scanned) -> tuple[Any, ...]:
    start, end = one.query["started"], one.query["ended"]
    return moment(start), moment(end), None if end is None else int((end - start) * 1e6)


def _read(one: Scanned) -> tuple[Any, ...]:
    partitioned = "t" if one.partitioned else "f"
    first = (f"S3 Scan {one.table}", one.format, partitioned, "f", "f")
    return *first, one.rows, one.scanned_bytes, None, None, len(one.files)


def _sizes(one: Scanned) -> tuple[Any, ...]:
    sizes = one.file_sizes
    return len(sizes), sum(sizes), max(sizes, default=0)
