"""Reusing an earlier query's result.

Same text, same work group, catalog, database and place of results, not older than asked; the query
must give the same answer each time, and its tables' definitions must not have changed, nor the
statement that EXECUTE names; the result must still be there, and open to who asks. Data that
changed meanwhile is not looked at: that is what the age limit is for. Source:
https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html
"""

from __future__ import annotations

import re
import time
from typing import Any

from labkit.cloud.athena.prepared import find_prepared
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.operations import AwsError, Context
from labkit.cloud.s3.store import Store

DEFAULT_MINUTES = 60
MOST_TABLES = 20
_MANAGED = "ManagedQueryResultsConfiguration"
_SAME = ("Query", "WorkGroup", "QueryExecutionContext", "ExecutionParameters", _MANAGED)
_EXECUTED = re.compile(r'\bEXECUTE\s+"?([\w@:]+)', re.IGNORECASE)
Record = dict[str, Any]


def find(context: Context, record: Record) -> Record | None:
    """The newest execution whose result may answer this one."""
    asked = (record.get("ResultReuseConfiguration") or {}).get(
        "ResultReuseByAgeConfiguration"
    ) or {}
    if not asked.get("Enabled") or _MANAGED in record:
        return None
    oldest = time.time() - 60 * asked.get("MaxAgeInMinutes", DEFAULT_MINUTES)
    earlier = list(context.cloud.records("athena.execution").values())
    return next((e for e in reversed(earlier) if _answers(context, e, record, oldest)), None)


def reused(record: Record, earlier: Record) -> Record:
    """An execution that succeeded with another's result."""
    now = time.time()
    result = {"OutputLocation": earlier["ResultConfiguration"]["OutputLocation"]}
    statistics = {
        "EngineExecutionTimeInMillis": 0,
        "DataScannedInBytes": 0,
        "TotalExecutionTimeInMillis": int(1000 * (now - record["Status"]["SubmissionDateTime"])),
        "ResultReuseInformation": {"ReusedPreviousResult": True},
    }
    return record | {
        "ResultConfiguration": record["ResultConfiguration"] | result,
        "Status": record["Status"] | {"State": "SUCCEEDED", "CompletionDateTime": now},
        "Statistics": statistics,
        "_": earlier["_"] | record["_"] | {"reused": True},
    }


def fingerprint(metastore: Metastore, tables: Any) -> list[list[str]]:
    """The versions of the tables' definitions."""
    found = []
    for database, name in sorted(tables):
        definition = metastore.definition(database, name) or {}
        changed = str(definition.get("UpdateTime") or definition.get("CreateTime"))
        found.append([database, name, str(definition.get("VersionId")), changed])
    return found


def _answers(context: Context, earlier: Record, record: Record, oldest: float) -> bool:
    hidden = earlier["_"]
    return (
        earlier["Status"]["State"] == "SUCCEEDED"
        and earlier["Status"]["CompletionDateTime"] >= oldest
        and all(earlier.get(name) == record.get(name) for name in _SAME)
        and _configured(earlier) == _configured(record)
        and hidden.get("region") == context.region
        and not hidden.get("reused")
        and bool(hidden.get("deterministic"))
        and len(hidden["tables"]) <= MOST_TABLES
        and _unchanged(context, hidden["tables"])
        and _is_prepared(context, earlier)
        and _is_there(context, earlier)
    )


def _configured(record: Record) -> Record:
    """How and where an execution's result is kept, but for its name."""
    told: Record = record["ResultConfiguration"]
    return told | {"OutputLocation": told["OutputLocation"].rpartition("/")[0]}


def _is_prepared(context: Context, earlier: Record) -> bool:
    """Whether a statement that was executed is the one that it was."""
    named = _EXECUTED.search(earlier["Query"])
    if not named:
        return True
    known = find_prepared(context.cloud, earlier["WorkGroup"], named[1])
    began = earlier["Status"]["SubmissionDateTime"]
    return known is not None and bool(known["LastModifiedTime"] < began)


def _is_there(context: Context, earlier: Record) -> bool:
    store = Store(context.cloud, context.principal)
    try:
        found = store.find(earlier["ResultConfiguration"]["OutputLocation"])
        return found is not None and store.read(found).exists()
    except AwsError:
        return False


def _unchanged(context: Context, known: list[list[str]]) -> bool:
    metastore = Metastore(context.cloud, context.region, principal=context.principal)
    if any(metastore.access(table[0], table[1]) is not None for table in known):
        return False  # others may have seen more of it
    return fingerprint(metastore, [(t[0], t[1]) for t in known]) == known
