"""Moments of DynamoDB's tables: which of the past can still be told, as only what is now is kept.

moto restores and exports what a table holds now, whichever moment it is asked for.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
and https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from labkit.cloud.operations import AwsError, Context, not_here

_WRITES = {
    *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"),
    *("CreateTable", "ImportTable", "RestoreTableFromBackup", "RestoreTableToPointInTime"),
}
_BEGUN = time.time()  # what was written before this process began is not known
# When an item was last written, by the tables' backend.
_WRITTEN: dict[int, float] = {}


def note(context: Context) -> None:
    """Keep that items may change."""
    if context.operation in _WRITES:
        _WRITTEN[id(context.backend("dynamodb"))] = time.time()


def check_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a table that is to be restored as it was before; other calls are passed on.

    Raises:
        AwsError: ``InvalidRestoreTimeException``, ``NotImplementedException``.
    """
    if context.operation == "RestoreTableToPointInTime":
        check(context, parameters.get("RestoreDateTime"), "InvalidRestoreTimeException")


def check(context: Context, moment: datetime | float | None, code: str) -> float:
    """The moment, or now, if the tables are still as they were then.

    Args:
        code: of the refusal of a moment to come.

    Raises:
        AwsError: with that code; ``NotImplementedException``.
    """
    now = time.time()
    wanted = moment.timestamp() if isinstance(moment, datetime) else moment or now
    if wanted > now:
        raise AwsError(code, "The specified time is after the latest restorable time")
    if wanted < _WRITTEN.get(id(context.backend("dynamodb")), _BEGUN):
        why = "items may have changed since that time, and only what they are now is kept"
        raise not_here(context.service, context.operation, why)
    return wanted
