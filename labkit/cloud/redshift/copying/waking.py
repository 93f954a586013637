"""What has COPY jobs run by themselves: new objects in S3, and the start of the cloud.

A job that is woken while it runs looks once more. A file that cannot be loaded holds up no other:
states are told a file. Sources: https://docs.aws.amazon.com/redshift/latest/dg/loading-data-copy-job.html
and https://docs.aws.amazon.com/redshift/latest/dg/SYS_COPY_JOB_DETAIL.html
"""

from __future__ import annotations

import itertools
import logging
import threading
import weakref

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.jobs import Job as Running
from labkit.cloud.redshift.copying.history import files_at_fault
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.s3.notices import LISTENERS

log = logging.getLogger(__name__)
#: The records of jobs: by warehouse, database and name.
KIND = "redshift.copy_job"
#: Files that a session of a job has found not to load.
passed_over: weakref.WeakKeyDictionary[Connection, set[str]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()
_running: dict[str, bool] = {}


def _hear(cloud: Cloud, event: str, bucket: str, key: str) -> None:
    """An object was put somewhere."""
    if not event.startswith("s3:ObjectCreated"):
        return
    for id, record in list(cloud.records(KIND).items()):
        if record["auto"] and f"s3://{bucket}/{key}".startswith(record["source"]):
            wake(cloud, id)


@on_start
def _catch_up(cloud: Cloud) -> None:
    """Load what came while nobody listened."""
    for id, record in list(cloud.records(KIND).items()):
        if record["auto"]:
            wake(cloud, id)


LISTENERS.append(_hear)


def wake(cloud: Cloud, id: str) -> None:
    """Have a job look for new objects soon; once more, where it is looking now."""
    with _lock:
        if id in _running:
            _running[id] = True
            return
        _running[id] = False
    cloud.jobs.start(f"redshift/copy-job/{id}", lambda running: _work(cloud, id, running))


def _work(cloud: Cloud, id: str, running: Running) -> None:
    for _ in itertools.count():
        try:
            _run_by_itself(cloud, id)
        except RedshiftError as error:
            log.warning("copy job %s: %s", id, error.message)
        with _lock:
            if running.stopping or not _running[id]:
                del _running[id]
                return
            _running[id] = False


def _run_by_itself(cloud: Cloud, id: str) -> None:
    from labkit.cloud.redshift.warehouse import open_warehouse

    record = cloud.records(KIND).get(id)
    if record is None:
        return
    warehouse = open_warehouse(cloud, record["key"])
    connection = warehouse.connect(record["owner"], record["database"], application="COPY JOB")
    try:
        _load_what_loads(connection, f"COPY JOB RUN {quoted_name(record['name'])}")
    finally:
        connection.close()


def _load_what_loads(connection: Connection, sql: str) -> None:
    bad = passed_over.setdefault(connection, set())
    while True:
        try:
            connection.run(sql)
            return
        except RedshiftError as error:
            found = files_at_fault(connection) - bad
            if not found:
                raise
            log.warning("%s: %s: %s", sql, ", ".join(sorted(found)), error.message)
            bad |= found
