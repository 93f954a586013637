"""What runs in the background of QuickSight is put on record: on a full disk, at the end of all."""

import concurrent.futures
import sqlite3
import threading

import pytest

from labkit.cloud import jobs
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context, Principal
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.bundles.jobs import EXPORT
from labkit.cloud.quicksight.bundles.jobs import begin as begin_bundle
from labkit.cloud.quicksight.ingestions import running as ingestions
from labkit.cloud.quicksight.kinds import INGESTION
from labkit.cloud.quicksight.reports import making
from labkit.cloud.quicksight.reports import running as snapshots
from labkit.cloud.state import Records


def fill(*_):
    raise OSError(28, "No space left on device")


def import_rows(context):
    data_set = {"Arn": "arn:d", "DataSetId": "d", "_": {"revision": 1}}
    ingestions.begin(
        context.cloud, context.region, data_set, request="FULL_REFRESH", id=None, source="MANUAL"
    )
    return INGESTION, "IngestionStatus"


def make_snapshot(context):
    dashboard = {"Arn": "arn:d", "DashboardId": "d", "Name": "d", "CreatedTime": 0}
    snapshots.begin(context, dashboard, {"VersionNumber": 1}, "s", {}, {"tags": {}})
    return snapshots.JOB, "JobStatus"


def export(context):
    begin_bundle(context, EXPORT, "e", {}, fill)
    return EXPORT, "JobStatus"


JOBS = {"an import": import_rows, "a snapshot": make_snapshot, "a bundle": export}


@pytest.mark.parametrize("begin", JOBS.values(), ids=JOBS)
def test_a_state_waits_until_the_disk_has_room(tmp_path, monkeypatch, begin):
    cloud, refused = Cloud(tmp_path / "home"), []
    write = Records.__setitem__

    def write_where_there_is_room(kept, name, value):
        state = value.get("IngestionStatus") or value.get("JobStatus")
        if state in ("RUNNING", "IN_PROGRESS", "FAILED") and refused.count(state) < 3:
            refused.append(state)
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise full
        write(kept, name, value)

    monkeypatch.setattr(Records, "__setitem__", write_where_there_is_room)
    monkeypatch.setattr(ingestions.importing, "run", fill)
    monkeypatch.setattr(making, "make", fill)
    monkeypatch.setattr(jobs, "FULL_DISK_S", (0,))
    me = Principal("arn:aws:iam::123456789012:user/me", cloud.account)
    kind, status = begin(Context(cloud, "quicksight", "Begin", cloud.region, me))
    concurrent.futures.wait([future for _, future in list(cloud.jobs._running.values())])
    [ended] = records.records(cloud, kind).values()
    assert (ended[status], len(refused)) == ("FAILED", 6)
    cloud.stop()


def test_an_import_is_not_canceled_by_the_end_of_the_process(tmp_path, monkeypatch):
    cloud, begun = Cloud(tmp_path / "home"), threading.Event()

    def run_until_stopped(_, __, job):
        stopped = threading.Event()
        job.on_stop(stopped.set)
        begun.set()
        stopped.wait(30)
        job.check()

    monkeypatch.setattr(ingestions.importing, "run", run_until_stopped)
    me = Principal("arn:aws:iam::123456789012:user/me", cloud.account)
    import_rows(Context(cloud, "quicksight", "Begin", cloud.region, me))
    assert begun.wait(30)
    imports = records.records(cloud, INGESTION)
    cloud.stop()
    [ended] = imports.values()
    assert (ended["IngestionStatus"], ended["ErrorInfo"]["Message"]) == (
        "FAILED", ingestions.INTERRUPTED,
    )  # fmt: skip
