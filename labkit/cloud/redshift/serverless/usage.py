"""SYS_SERVERLESS_USAGE: the RPU-seconds of a namespace's workgroup, a row a minute with work in it.

Capacity is charged by the second while queries run, 60 seconds at least each time that the
workgroup begins to work. Queries that run at once share the time. Source:
https://docs.aws.amazon.com/redshift/latest/dg/SYS_SERVERLESS_USAGE.html
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from labkit.cloud.redshift import files, records
from labkit.cloud.redshift.keys import place_of
from labkit.cloud.redshift.serverless.kinds import NAMESPACE
from labkit.cloud.redshift.serverless.namespaces import workgroup_of
from labkit.cloud.redshift.serverless.workgroups import CAPACITY
from labkit.cloud.redshift.system.registry import moment, system
from labkit.cloud.redshift.warehouse import Connection

LEAST_S = MINUTE_S = 60
Span = tuple[float, float]


@system("sys_serverless_usage", "start_time timestamp, end_time timestamp, "
        "compute_seconds double precision, compute_capacity double precision, "
        "data_storage bigint, cross_region_transferred_data bigint, "
        "charged_seconds double precision")  # fmt: skip
def sys_serverless_usage(connection: Connection) -> Iterator[tuple[object, ...]]:
    """No rows on a provisioned cluster."""
    warehouse = connection.warehouse
    kind, _, name = warehouse.key.partition("/")
    if kind != "namespace":
        return
    region, short = place_of(name)
    namespace = records.look_up(warehouse.cloud, region, NAMESPACE, short)
    workgroup = workgroup_of(warehouse.cloud, namespace) if namespace else None
    capacity = (workgroup or {}).get("baseCapacity", CAPACITY)
    now = time.time()
    ran = [(each["started"], each["ended"] or now) for each in list(warehouse.history)]
    stored_mb = files.size_of(warehouse.file) // 1024**2
    for minute, used, charged in usage(ran):
        yield (
            moment(minute), moment(minute + MINUTE_S), used * capacity, capacity, stored_mb, 0,
            charged * capacity,
        )  # fmt: skip


def usage(spans: Iterable[Span]) -> Iterator[tuple[float, float, float]]:
    """By minute: its start, the seconds with work in them, and the seconds that are charged.

    >>> list(usage([(30, 32), (31, 40), (600, 720)]))
    [(0, 10, 30), (60, 0, 30), (600, 60, 60), (660, 60, 60)]
    """
    worked = list(merged(spans))
    charged = list(merged((start, max(end, start + LEAST_S)) for start, end in worked))
    for minute in sorted({at for span in charged for at in _minutes(span)}):
        yield minute, _within(worked, minute), _within(charged, minute)


def merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans that do not touch, over the same time.

    >>> list(merged([(5, 6), (1, 3), (2, 4)]))
    [(1, 4), (5, 6)]
    """
    held: Span | None = None
    for start, end in sorted(spans):
        if held and start <= held[1]:
            held = held[0], max(held[1], end)
            continue
        if held:
            yield held
        held = start, end
    if held:
        yield held


def _minutes(span: Span) -> Iterator[float]:
    """The minutes that a span is in, each by its start."""
    minute = span[0] // MINUTE_S * MINUTE_S
    while minute < span[1]:
        yield minute
        minute += MINUTE_S


def _within(spans: Iterable[Span], minute: float) -> float:
    """How many seconds of a minute the spans take."""
    return sum(max(0, min(end, minute + MINUTE_S) - max(start, minute)) for start, end in spans)
