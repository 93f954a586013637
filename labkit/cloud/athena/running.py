"""A query execution as it runs: from ``QUEUED`` to its end, which is put on record.

What ran when the process died has failed, unless it had made its change: a table names the
statements that changed it, in the same write.
"""

from __future__ import annotations

import contextlib
import logging
import time
from typing import Any

from labkit.cloud.athena import errors, leftovers
from labkit.cloud.athena.measures import measure
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.jobs import Job, Stopped, until_kept
from labkit.cloud.lake.catalog import ScanLimit
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.operations import AwsError
from labkit.cloud.state import Records

log = logging.getLogger(__name__)
KIND = "athena.execution"
ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
#: Seconds that Athena remembers a query, whose result stays in S3.
#: Source: https://docs.aws.amazon.com/athena/latest/ug/queries-viewing-history.html
REMEMBERED_S = 45 * 86_400
Record = dict[str, Any]
_STOPPED = "GENERIC_INTERNAL_ERROR: The query was interrupted: the local AWS stopped"
#: How a query ends that the process's end stops.
_INTERRUPTED = {
    "State": "FAILED",
    "StateChangeReason": _STOPPED,
    "AthenaError": errors.athena_error(_STOPPED) | {"Retryable": True},
}


def execute(run: Run, statement: Statement, cloud: Cloud) -> None:
    """Run a statement to its end and put its outcome on record."""
    started = time.monotonic()
    if not until_kept(lambda: _advance(cloud, run.id, "RUNNING")):
        return
    try:
        _check_catalog(cloud, run)
        _check_parameters(statement, len(run.parameters))
        run.job.check()
        result = statement.run(run)
        run.job.check()
        ending: Record = {"State": "SUCCEEDED"}
    except BaseException as error:
        result, ending = Result(), _failure(error, run.job)
        _tell(run, ending)
        until_kept(lambda: leftovers.undo(cloud, cloud.records(KIND)[run.id]))
    finally:
        run.close()
    run.note("EngineExecutionTimeInMillis", 1000 * (time.monotonic() - started))
    until_kept(lambda: _finish(cloud, run, result, ending))


def _check_catalog(cloud: Cloud, run: Run) -> None:
    catalog = cloud.records(KIND)[run.id]["QueryExecutionContext"].get("Catalog", "AwsDataCatalog")
    if catalog.lower() != run.catalog.name:
        raise errors.StatementFailed(f"CATALOG_NOT_FOUND: Catalog '{catalog}' does not exist")


def _check_parameters(statement: Statement, given: int) -> None:
    if statement.parameters not in (None, given):
        raise errors.miscounted(statement.parameters, given)


def _failure(error: BaseException, job: Job) -> Record:
    if isinstance(error, ScanLimit):
        return {"State": "CANCELLED", "StateChangeReason": "Bytes scanned limit was exceeded"}
    if job.closing:
        return dict(_INTERRUPTED)
    if isinstance(error, Stopped) or job.stopping:
        return {"State": "CANCELLED", "StateChangeReason": "Query cancelled by user"}
    reason = errors.reason(error)
    if reason.startswith("GENERIC_INTERNAL_ERROR"):
        log.error("a query failed", exc_info=error)
    return {
        "State": "FAILED",
        "StateChangeReason": reason,
        "AthenaError": errors.athena_error(reason),
    }


def told_by_hive(status: Record) -> bool:
    """Whether a statement's failure is one of Hive's, which has a result."""
    return bool(status.get("StateChangeReason", "").startswith("FAILED: "))


def _tell(run: Run, ending: Record) -> None:
    """Leave Hive's reason where the result would be.

    Source: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/result-files.md
    """
    if told_by_hive(ending):
        with contextlib.suppress(errors.StatementFailed, AwsError):
            told = ending["StateChangeReason"].encode()
            run.put_bytes(run.output, told, "application/octet-stream")


def _advance(cloud: Cloud, number: str, state: str) -> bool:
    records = cloud.records(KIND)
    record = records.get(number)
    if record is None or record["Status"]["State"] in ENDED:
        return False
    waited = 1000 * (time.time() - record["Status"]["SubmissionDateTime"])
    records[number] = record | {
        "Status": record["Status"] | {"State": state},
        "Statistics": record["Statistics"] | {"QueryQueueTimeInMillis": max(1, int(waited))},
    }
    return True


def _finish(cloud: Cloud, run: Run, result: Result, ending: Record) -> None:
    record = cloud.records(KIND).get(run.id)
    if record is None:
        return
    now = time.time()
    total = 1000 * (now - record["Status"]["SubmissionDateTime"])
    statistics = {"DataScannedInBytes": run.catalog.scanned_bytes}
    statistics |= record["Statistics"] | run.statistics
    statistics["TotalExecutionTimeInMillis"] = int(total)
    statistics["ServicePreProcessingTimeInMillis"] = 0
    statistics["ServiceProcessingTimeInMillis"] = max(
        0,
        int(total)
        - statistics["EngineExecutionTimeInMillis"]
        - statistics.get("QueryQueueTimeInMillis", 0),
    )
    manifest = {"DataManifestLocation": result.manifest[0]} if result.manifest else {}
    ended = record | {
        "Status": record["Status"] | ending | {"CompletionDateTime": now},
        "Statistics": statistics
        | manifest
        | {"ResultReuseInformation": {"ReusedPreviousResult": False}},
        "_": record["_"]
        | {"columns": result.columns, "update_count": result.update_count}
        | result.details,
    }
    cloud.records(KIND)[run.id] = ended
    measure(cloud, ended)


@on_start
def mend(cloud: Cloud) -> None:
    """Fail the executions that ran when the process died, but those whose table has changed."""
    records = cloud.records(KIND)
    _forget(cloud, records)
    left = {n: r for n, r in records.items() if r["Status"]["State"] not in ENDED}
    regions = {record["_"]["region"] for record in left.values()}
    done = {author for region in regions for author in Metastore(cloud, region).authors()}
    for number, record in left.items():
        ending = {"State": "SUCCEEDED"} if number in done else _interrupted(cloud, record)
        status = record["Status"] | ending | {"CompletionDateTime": time.time()}
        leftovers.sweep(cloud, record)
        records[number] = record | {"Status": status}


def _forget(cloud: Cloud, records: Records) -> None:
    """Let go of what ended long ago."""
    oldest = time.time() - REMEMBERED_S
    with cloud.state.together():
        for number, record in records.items():
            status = record["Status"]
            if status["State"] in ENDED and status["SubmissionDateTime"] < oldest:
                del records[number]


def _interrupted(cloud: Cloud, record: Record) -> Record:
    leftovers.undo(cloud, record)
    return dict(_INTERRUPTED)
