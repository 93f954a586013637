"""Statements on record: for a day, as are their results; then AWS knows them no more.

Source: https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.operations import Context, Principal
from labkit.cloud.redshift.data_api import store
from labkit.cloud.redshift.warehouse import committed
from labkit.cloud.redshift.warehouse.signatures import Signature, forget_lake, signed_lake
from labkit.cloud.redshift.words import invalid, missing

KIND = "redshift.statement"
ENDED = ("FINISHED", "FAILED", "ABORTED")
DAY_S = 24 * 3600
NUMBER = r"[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d+)?"
_LOOK_S = 0.02
#: Of a statement whose end could not be put on record, as when the disk is full.
_UNTOLD = {"Status": "FAILED", "Error": "ERROR: Disk Full"}
Record = dict[str, Any]


def find(context: Context, number: str) -> Record:
    """A statement of this region, or the batch that it is of.

    Raises:
        AwsError: there is none, or the number is none of a statement.
    """
    if not re.fullmatch(NUMBER, number):
        raise invalid(f"id must satisfy regex pattern: ^{NUMBER}$")
    whole = number.partition(":")[0]
    at_work = context.cloud.jobs.find(f"redshift-data/{whole}")
    record = context.cloud.records(KIND).get(whole)
    if record is None or record["_"]["region"] != context.region or is_old(record):
        raise missing(number)
    return record if at_work or record["Status"] in ENDED else record | _UNTOLD


def wait(context: Context, number: str, seconds: float) -> Record:
    """A statement when it has ended, or as it is after so many seconds; as `find`."""
    deadline = time.monotonic() + seconds
    while (found := find(context, number))["Status"] not in ENDED and time.monotonic() < deadline:
        time.sleep(_LOOK_S)
    return found


def update(cloud: Cloud, number: str, **members: Any) -> None:
    """Change members of a statement's record."""
    records = cloud.records(KIND)
    records[number] = records[number] | {"UpdatedAt": time.time()} | members


def update_part(cloud: Cloud, number: str, at: int, **members: Any) -> None:
    """Change members of one statement of a batch."""
    parts = [dict(part) for part in cloud.records(KIND)[number]["SubStatements"]]
    parts[at] |= {"UpdatedAt": time.time()} | members
    has = any(part["HasResultSet"] for part in parts)
    update(cloud, number, SubStatements=parts, HasResultSet=has)


def without_rest(record: Record) -> Record:
    """The statements of a batch, those that will not run any more aborted."""
    if "SubStatements" not in record:
        return {}
    parts = [
        part if part["Status"] in ENDED else part | {"Status": "ABORTED"}
        for part in record["SubStatements"]
    ]
    return {"SubStatements": parts}


def of_caller(
    context: Context, kind: str, where: Mapping[str, Any], *, role_level: bool
) -> Iterator[Record]:
    """The caller's records of a kind in this region that have some members, the latest first."""
    for record in sorted(context.cloud.records(kind).values(), key=lambda r: -r["CreatedAt"]):
        if (
            record["_"]["region"] == context.region
            and all(record.get(name) == value for name, value in where.items())
            and _is_callers(context, record["_"]["arn"], role_level=role_level)
        ):
            yield record


def _is_callers(context: Context, arn: str, *, role_level: bool) -> bool:
    """Whether what an identity has started is the caller's: its own, or any of its role's."""
    caller = context.principal
    if role_level and caller.role_arn:
        return Principal(arn, caller.account).role_arn == caller.role_arn
    return arn == caller.arn


def forget_old(cloud: Cloud) -> None:
    """Drop what is older than a day, with its results; the oldest come first."""
    records = cloud.records(KIND)
    for number in list(itertools.takewhile(lambda each: is_old(records[each]), records)):
        store.drop(cloud, number)
        del records[number]


def is_old(record: Record) -> bool:
    """Whether a record is of more than a day ago."""
    return bool(record["CreatedAt"] < time.time() - DAY_S)


@on_start
def mend(cloud: Cloud) -> None:
    """End the statements that ran when the process died: what had not committed is undone."""
    forget_old(cloud)
    for number, record in list(cloud.records(KIND).items()):
        if record["Status"] not in ENDED:
            update(cloud, number, **_ending(record, _done(cloud, record)))
    forget_lake(cloud)


def _done(cloud: Cloud, record: Record) -> dict[str, Signature]:
    """What had committed in the statement's warehouse, and in the lake, which no batch undoes."""
    done = committed(cloud, record["_"]["key"])
    if record["_"]["batch"] and record.get("ExecutionMode") != "AUTO_COMMIT":
        return done
    authors = Metastore(cloud, record["_"]["region"]).authors()
    return {each: Signature(each, -1, 0) for each in authors} | signed_lake(cloud) | done


def _ending(record: Record, done: Mapping[str, Signature]) -> Record:
    """What becomes of a statement, or of a batch: its last statement signs the whole."""
    parts = [_finished(part, done) for part in record.get("SubStatements", [record])]
    ended = {"Status": "ABORTED", "Error": "The local AWS stopped"}
    if parts[-1]["Id"] in done:
        failed = [part["Error"] for part in parts if part["Status"] == "FAILED"]
        ended = {"Status": "FAILED", "Error": failed[0]} if failed else {"Status": "FINISHED"}
    if "SubStatements" in record:
        return without_rest({"SubStatements": parts}) | ended
    return parts[0] | ended


def _finished(record: Record, done: Mapping[str, Signature]) -> Record:
    """A statement that has committed as one that has ended well."""
    if record["Id"] not in done or record["Status"] in ENDED:
        return record
    told = done[record["Id"]]
    return record | {"Status": "FINISHED", "ResultRows": told.rows, "RedshiftQueryId": told.query}
