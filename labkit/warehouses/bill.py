"""What a cluster costs: its nodes by the hour, storage, and scans.

A provisioned cluster costs its nodes while it is not paused. Managed storage of ra3 nodes costs by
the month, Spectrum by what it reads in the lake. Prices of us-east-1.
Source: https://aws.amazon.com/redshift/pricing/
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pandas as pd

DOLLARS_PER_NODE_HOUR = {
    "ra3.large": 0.543,
    "ra3.xlplus": 1.086,
    "ra3.4xlarge": 3.26,
    "ra3.16xlarge": 13.04,
    "dc2.large": 0.25,
    "dc2.8xlarge": 4.80,
}
DOLLARS_PER_GB_MONTH = 0.024
DOLLARS_PER_TB_SCANNED = 5.0
HOUR_S, MB_PER_GB, BYTES_PER_TB = 3600, 1024, 1000**4

#: What the warehouse itself tells: megabytes stored, bytes scanned in the lake.
STORED_MB = "SELECT coalesce(sum(size), 0) FROM svv_table_info"
SCANNED_BYTES = "SELECT coalesce(sum(s3_scanned_bytes), 0) FROM svl_s3query_summary"


def cluster_bill(
    cluster: dict[str, Any],
    events: Iterable[dict[str, Any]] = (),
    *,
    stored_mb: float = 0,
    scanned_bytes: int = 0,
    now: datetime | None = None,
) -> pd.DataFrame:
    """A cluster's bill until now, and its storage for a month: ``what``, ``how_many``, ``dollars``.

    Args:
        cluster: as ``redshift.describe_clusters`` tells it.
        events: of this cluster, as ``redshift.describe_events`` tells them; they say when it was
            paused and resumed. Those of an earlier cluster of its name do not count.
        stored_mb: see `STORED_MB`; only ra3 nodes keep their data in storage that is billed apart.
        scanned_bytes: see `SCANNED_BYTES`.
    """
    kind, nodes = cluster["NodeType"], cluster["NumberOfNodes"]
    hours = nodes * hours_on(cluster, events, now or datetime.now(UTC))
    rows = [_row(f"Node-hours of {kind}", hours, DOLLARS_PER_NODE_HOUR.get(kind, 0.0))]
    if kind.startswith("ra3."):
        rows.append(_row("GB stored for a month", stored_mb / MB_PER_GB, DOLLARS_PER_GB_MONTH))
    rows.append(
        _row("TB scanned by Spectrum", scanned_bytes / BYTES_PER_TB, DOLLARS_PER_TB_SCANNED)
    )
    return pd.DataFrame(rows, columns=["what", "how_many", "dollars"])


def hours_on(cluster: dict[str, Any], events: Iterable[dict[str, Any]], now: datetime) -> float:
    """The hours since a cluster was made in which it was not paused."""
    since: datetime | None = cluster["ClusterCreateTime"]
    seconds = 0.0
    of_this = [each for each in events if since is None or each["Date"] >= since]
    for event in sorted(of_this, key=lambda each: each["Date"]):
        if " was paused at " in event["Message"] and since:
            seconds += (event["Date"] - since).total_seconds()
            since = None
        elif " was resumed at " in event["Message"] and since is None:
            since = event["Date"]
    if since:
        seconds += (now - since).total_seconds()
    return seconds / HOUR_S


def _row(what: str, how_many: float, dollars_each: float) -> tuple[str, float, float]:
    return what, round(how_many, 4), round(how_many * dollars_each, 4)
