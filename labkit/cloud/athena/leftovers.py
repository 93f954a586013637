"""What statements write stands in their records first, so that one that died leaves nothing behind.

Files of a Hive table are told one by one; an Iceberg table has its folder for itself.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from labkit.cloud.athena.run import Run
from labkit.cloud.cloud import Cloud
from labkit.cloud.lake.metastore import Definition, Metastore
from labkit.cloud.s3.store import split_uri


def begin(run: Run, uris: list[str], table: tuple[str, str] | None = None) -> None:
    """Put on record what is about to be written, for `undo`."""
    records = run.cloud.records("athena.execution")
    record = records[run.id]
    known = record["_"].get("writing") or {"uris": []}
    writing = {"uris": known["uris"] + uris, "table": table or known.get("table")}
    records[run.id] = record | {"_": record["_"] | {"writing": writing}}


def claim(run: Run, location: str) -> None:
    """Put on record that all in a folder goes with the table that is there or will be: `sweep`."""
    records = run.cloud.records("athena.execution")
    record = records[run.id]
    records[run.id] = record | {"_": record["_"] | {"folder": location.rstrip("/") + "/"}}


def began(cloud: Cloud, but: str) -> datetime:
    """When the oldest statement but this one began that may be writing: its files are wanted."""
    others = (r for number, r in cloud.records("athena.execution").items() if number != but)
    running = [r["Status"] for r in others if r["Status"]["State"] in ("QUEUED", "RUNNING")]
    times = (status["SubmissionDateTime"] for status in running)
    return datetime.fromtimestamp(min(times, default=time.time()), UTC)


def sweep(cloud: Cloud, record: Definition) -> None:
    """Delete what an execution that died left in its table's folder, where there is no table."""
    folder = record["_"].get("folder")
    if not folder or _is_of_table(cloud, record["_"]["region"], folder):
        return
    bucket, prefix = split_uri(folder)
    held = cloud.backend("s3").buckets.get(bucket)
    keys = [key for key in held.keys if key.startswith(prefix)] if held and prefix else []
    _delete(cloud, [(bucket, key) for key in keys])


def undo(cloud: Cloud, record: Definition) -> None:
    """Take back what an execution wrote before it failed or died."""
    writing = record["_"].get("writing")
    if not writing:
        return
    with cloud.changing("glue"):
        _delete(cloud, [split_uri(uri) for uri in writing["uris"]])
        if writing.get("table"):
            database, name = writing["table"]
            known = cloud.backend("glue", record["_"]["region"]).databases.get(database)
            if known is not None:
                known.tables.pop(name, None)


def _is_of_table(cloud: Cloud, region: str, folder: str) -> bool:
    """Whether a table has the folder, one in it or one around it."""
    own, *places = (
        f"{place.rstrip('/')}/".rpartition("://")[2]  # s3a:// and s3n:// are S3, too
        for place in (folder, *Metastore(cloud, region).locations())
    )
    return any(own.startswith(place) or place.startswith(own) for place in places)


def _delete(cloud: Cloud, objects: Sequence[tuple[str, str]]) -> None:
    s3 = cloud.backend("s3")
    with cloud.lock("s3"):
        for bucket, key in objects:
            if bucket in s3.buckets and key in s3.buckets[bucket].keys:
                s3.delete_object(bucket, key)
        cloud.state.save_keys()
