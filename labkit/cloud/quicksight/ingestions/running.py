"""An import from its request to its end: ``INITIALIZED`` → ``RUNNING`` → ``COMPLETED`` or not.

A data set has one import at a time; the next one is ``QUEUED``, and the newest of those that wait
takes the others' place. The rows are written aside, and are the data set's with one change of the
records; so an import that fails, or a process that dies, leaves what there was. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Ingestion.html
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.jobs import Job, Stopped, until_kept
from labkit.cloud.operations import Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.ingestions import importing
from labkit.cloud.quicksight.kinds import DATA_SET, INGESTION
from labkit.cloud.quicksight.records import Record, now
from labkit.cloud.quicksight.sources.failures import told
from labkit.cloud.quicksight.spice import files
from labkit.cloud.quicksight.spice.opening import spice_states
from labkit.cloud.quicksight.words import exists

log = logging.getLogger(__name__)
GOING = ("INITIALIZED", "RUNNING")
ENDED = ("COMPLETED", "FAILED", "CANCELLED")
INTERRUPTED = "The import was interrupted: the local AWS stopped."


def request(
    context: Context,
    data_set: Record,
    *,
    request: str,
    id: str | None = None,
    source: str = "MANUAL",
) -> Record:
    """Begin an import, or let it wait for the one that runs.

    Args:
        request: ``INITIAL_INGESTION``, ``EDIT``, ``FULL_REFRESH`` or ``INCREMENTAL_REFRESH``.
        id: the import's, where the caller gives one.
        source: ``MANUAL`` or ``SCHEDULED``.

    Raises:
        AwsError: the id is taken.
    """
    return begin(context.cloud, context.region, data_set, request=request, id=id, source=source)


def begin(
    cloud: Cloud, region: str, data_set: Record, *, request: str, id: str | None, source: str
) -> Record:
    """As `request`, on nobody's behalf; the records of QuickSight are held."""
    id, name = id or str(uuid.uuid4()), data_set["DataSetId"]
    known = of_data_set(cloud, region, name)
    if any(each["IngestionId"] == id for each in known):
        raise exists(f"Ingestion {id} already exists.", "INGESTION")
    record = _new(region, data_set, id, request, source)
    going = next((each for each in known if each["IngestionStatus"] in GOING), None)
    if going is None:
        records.put(cloud, INGESTION, record)
        _start(cloud, record)
        return record
    for each in known:
        if each["IngestionStatus"] == "QUEUED":
            _end(cloud, each, "CANCELLED", ("INGESTION_SUPERSEDED", f"Superseded by {id}."))
    queue = {"WaitingOnIngestion": going["IngestionId"], "QueuedIngestion": id}
    return records.put(cloud, INGESTION, record | {"IngestionStatus": "QUEUED", "QueueInfo": queue})


def of_data_set(cloud: Cloud, region: str, data_set: str) -> list[Record]:
    """The imports of a data set, in order of their requests."""
    found = list(records.records(cloud, INGESTION).values())
    return [r for r in found if (r["_"]["region"], r["_"]["data_set"]) == (region, data_set)]


def cancel(cloud: Cloud, record: Record) -> None:
    """Tell an import to stop; one that waits is over at once."""
    if record["IngestionStatus"] == "QUEUED":
        _end(cloud, record, "CANCELLED", ("INGESTION_CANCELED", "Canceled by the user."))
    elif job := cloud.jobs.find(_job(record)):
        records.put(cloud, INGESTION, record | {"_": record["_"] | {"canceled": True}})
        job.stop()


def forget(cloud: Cloud, region: str, data_set: str) -> list[str]:
    """Drop what SPICE has on record of a data set; gives the files that `delete` takes then."""
    state = spice_states(cloud).pop(f"{region}/{data_set}", None) or {}
    return [file for file in (state.get("file"), state.get("former")) if file]


def delete(cloud: Cloud, names: list[str]) -> None:
    """Delete files that no data set has any more."""
    for file in names:
        _delete(cloud, file)


def end_with_data_set(cloud: Cloud, region: str, data_set: str) -> list[str]:
    """Stop a deleted data set's imports, and drop their records; gives what `forget` does."""
    for record in of_data_set(cloud, region, data_set):
        if job := cloud.jobs.find(_job(record)):
            job.stop()
        del records.records(cloud, INGESTION)[f"{region}/{record['_']['id']}"]
    return forget(cloud, region, data_set)


def _new(region: str, data_set: Record, id: str, request: str, source: str) -> Record:
    name = data_set["DataSetId"]
    return {
        "Arn": f"{data_set['Arn']}/ingestion/{id}",
        "IngestionId": id,
        "IngestionStatus": "INITIALIZED",
        "CreatedTime": now(),
        "RequestSource": source,
        "RequestType": request,
        "_": {
            "id": f"{name}/{id}",
            "region": region,
            "data_set": name,
            "revision": data_set["_"]["revision"],
        },
    }


def _start(cloud: Cloud, record: Record) -> None:
    cloud.jobs.start(_job(record), lambda job: _work(cloud, record, job))


def _job(record: Record) -> str:
    return f"quicksight/{record['_']['region']}/{record['_']['id']}"


def _work(cloud: Cloud, record: Record, job: Job) -> None:
    """Import, and put on record how it ended; then the next one may begin."""
    started = time.monotonic()
    if not until_kept(lambda: _change(cloud, record, IngestionStatus="RUNNING")):
        return
    try:
        made = importing.run(cloud, record, job)
        end = partial(_completed, cloud, record, made, started)
    except BaseException as error:
        end = partial(_failed, cloud, record, error, job, started)
    for write in (end, partial(_next, cloud, record)):
        until_kept(partial(_alone, cloud, write))


def _alone(cloud: Cloud, write: Callable[[], None]) -> None:
    with cloud.lock("quicksight"):
        write()


def _completed(cloud: Cloud, record: Record, made: importing.Made, started: float) -> None:
    """Make the rows the data set's and the import complete, as one change."""
    place = f"{record['_']['region']}/{record['_']['data_set']}"
    data_set = records.records(cloud, DATA_SET).get(place)
    current = records.records(cloud, INGESTION).get(_place(record))
    if data_set is None or current is None:
        _delete(cloud, made.state["file"])
        return
    if data_set["_"]["revision"] != record["_"]["revision"]:
        _delete(cloud, made.state["file"])
        why = "The data set was changed while it was imported."
        _end(cloud, current, "FAILED", ("REFRESH_SUPPRESSED_BY_EDIT", why), started)
        return
    former = spice_states(cloud).get(place, {})
    with cloud.state.together():
        spice_states(cloud)[place] = made.state | {"former": former.get("file")}
        _end(cloud, current | made.told, "COMPLETED", None, started)
    if former.get("former"):  # the last rows but one stay for who still reads them
        _delete(cloud, former["former"])


def _failed(cloud: Cloud, record: Record, error: BaseException, job: Job, started: float) -> None:
    current = records.records(cloud, INGESTION).get(_place(record))
    if current is None:
        return
    stopped = isinstance(error, Stopped) or job.stopping
    if stopped and current["_"].get("canceled"):
        why = ("INGESTION_CANCELED", "Canceled by the user.")
        _end(cloud, current, "CANCELLED", why, started)
        return
    kind, message = ("INTERNAL_SERVICE_ERROR", INTERRUPTED) if stopped else told(error)
    if kind == "INTERNAL_SERVICE_ERROR" and not stopped:
        log.error("an import failed", exc_info=error)
    _end(cloud, current, "FAILED", (kind, message), started)


def _end(
    cloud: Cloud,
    record: Record,
    state: str,
    why: tuple[str, str] | None,
    started: float | None = None,
) -> None:
    ended = {name: value for name, value in record.items() if name != "QueueInfo"}
    ended["IngestionStatus"] = state
    if why:
        ended["ErrorInfo"] = {"Type": why[0], "Message": why[1]}
    if started is not None:
        ended["IngestionTimeInSeconds"] = round(time.monotonic() - started)
    records.put(cloud, INGESTION, ended)


def _change(cloud: Cloud, record: Record, **members: Any) -> bool:
    """Change an import that has not ended; tells whether there is such."""
    with cloud.lock("quicksight"):
        current = records.records(cloud, INGESTION).get(_place(record))
        if current is None or current["IngestionStatus"] in ENDED:
            return False
        records.put(cloud, INGESTION, current | members)
        return True


def _next(cloud: Cloud, ended: Record) -> None:
    region, data_set = ended["_"]["region"], ended["_"]["data_set"]
    for record in of_data_set(cloud, region, data_set):
        if record["IngestionStatus"] == "QUEUED":
            waiting = {n: v for n, v in record.items() if n != "QueueInfo"}
            _start(
                cloud, records.put(cloud, INGESTION, waiting | {"IngestionStatus": "INITIALIZED"})
            )
            return


def _place(record: Record) -> str:
    return f"{record['_']['region']}/{record['_']['id']}"


def _delete(cloud: Cloud, file: str) -> None:
    """Delete a file of SPICE; the report of skipped rows stays with its import."""
    files.delete(files.folder(cloud) / file)


@on_start
def mend(cloud: Cloud) -> None:
    """Fail the imports that ran when the process died, and delete what they wrote."""
    for record in list(records.records(cloud, INGESTION).values()):
        if record["IngestionStatus"] not in ENDED:
            _end(cloud, record, "FAILED", ("INTERNAL_SERVICE_ERROR", INTERRUPTED))
    known = {state["file"] for state in spice_states(cloud).values()}
    reports = {
        files.report_of(files.folder(cloud) / r["_"]["file"]).name
        for r in records.records(cloud, INGESTION).values()
        if "file" in r["_"]
    }
    files.sweep(cloud, known | reports)
