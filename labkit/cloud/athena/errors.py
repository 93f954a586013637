"""Athena's two ways to say no.

A request that cannot start is an ``InvalidRequestException`` with an ``AthenaErrorCode``; a
statement that started and failed has a reason and an `AthenaError`, whose category says whose fault
it is (1 system, 2 user, 3 other) and whose type is a number of the error catalog:
https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.duck import translated
from labkit.cloud.engine.formats import FormatError
from labkit.cloud.operations import AwsError

SYSTEM, USER = 1, 2
Record = dict[str, Any]

#: Error type by what a reason begins with; 1006 ("query failed with a user error") else. Those of
#: what is not found, of casts, names and Iceberg as measured on AWS:
#: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/statements.md
_TYPES = {
    "FAILED:": 1003,  # DDL task failed
    "Query type not supported by Athena Iceberg": 1200,
    "HIVE_BAD_DATA": 1001,
    "HIVE_CURSOR_ERROR": 1001,
    "HIVE_INVALID_PARTITION_VALUE": 1001,
    "HIVE_PARTITION_SCHEMA_MISMATCH": 1004,
    "TABLE_NOT_FOUND": 1301,
    "SCHEMA_NOT_FOUND": 1301,
    "INVALID_CAST_ARGUMENT": 1100,
    "MISSING_COLUMN_NAME": 1100,
    "PERMISSION_DENIED": 1301,
    "HIVE_CANNOT_OPEN_SPLIT": 1301,
    "GENERIC_INTERNAL_ERROR": 200,
}


class StatementFailed(Exception):
    """A statement that started and cannot succeed; the argument is Athena's whole reason."""

    @property
    def reason(self) -> str:
        return str(self.args[0])


def miscounted(expected: int, given: int) -> StatementFailed:
    """Other parameters than a statement has ``?``. It starts, and fails.

    Source: https://github.com/aws/aws-sdk-js-v3/issues/3837

    >>> miscounted(2, 1).reason
    'Incorrect number of parameters: expected 2 but found 1'
    """
    why = f"Incorrect number of parameters: expected {expected} but found {given}"
    return StatementFailed(why)


#: The numbers of Hive's errors, by what it says of a statement's meaning:
#: https://github.com/apache/hive/blob/master/common/src/java/org/apache/hadoop/hive/ql/ErrorMsg.java
_HIVE = {
    "Table not found": 10001,
    "Invalid column reference": 10002,
    "Partition not found": 10006,
    "Column repeated in partitioning columns": 10035,
    "Duplicate column name:": 10036,
    "Database does not exist:": 10072,
    "Non-Partition column appears in the partition specification:": 10096,
    "To alter a view you need to use the ALTER VIEW command.": 10131,
}


def semantic(sentence: str, what: object = "") -> StatementFailed:
    """A statement of DDL that means nothing here, as Hive tells it.

    >>> semantic("Table not found", "sales.orders").reason
    'FAILED: SemanticException [Error 10001]: Table not found sales.orders'

    Args:
        what: what the sentence is about, told at its end.
    """
    told = f"FAILED: SemanticException [Error {_HIVE[sentence]}]: {sentence} {what}"
    return StatementFailed(told.rstrip())


def invalid(message: str, code: str = "INVALID_INPUT") -> AwsError:
    """The refusal of a request that cannot start."""
    return AwsError("InvalidRequestException", message, AthenaErrorCode=code)


def checked_tags(tags: list[dict[str, str]] | None) -> list[dict[str, str]]:
    """Tags, each of which has a key."""
    if any("Key" not in tag for tag in tags or []):
        raise invalid("Tag key must not be null")
    return tags or []


def not_found(message: str, resource: str) -> AwsError:
    """The refusal of a request for something that is not there."""
    return AwsError("ResourceNotFoundException", message, ResourceName=resource)


def each_of(
    names: list[str], find: Callable[[str], Record], key: str
) -> tuple[list[Record], list[Record]]:
    """What there is of these, and of each other one, under its key, why it is not told."""
    found, missing = [], []
    for name in names:
        try:
            found.append(find(name))
        except AwsError as error:
            code = error.details["AthenaErrorCode"]
            missing.append({key: name, "ErrorCode": code, "ErrorMessage": error.message})
    return found, missing


def malformed(failure: QueryFailed) -> AwsError:
    """A statement that does not parse: Athena says so before anything runs, and where.

    Source: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/statements.md
    """
    return invalid(str(failure).removeprefix("SYNTAX_ERROR: "), "MALFORMED_QUERY")


def reason(error: BaseException) -> str:
    """Athena's ``StateChangeReason`` of a failure."""
    if isinstance(error, StatementFailed):
        return error.reason
    if isinstance(error, QueryFailed | FormatError):
        return str(error)
    if isinstance(error, AwsError) and "AccessDenied" in error.code:
        return f"PERMISSION_DENIED: {error.message}"
    if isinstance(error, AwsError):
        return f"{error.code}: {error.message}"
    if isinstance(error, FileNotFoundError):
        return str(translated(str(error)))
    if isinstance(error, RecursionError):
        return "STACK_OVERFLOW: statement is too large (stack overflow during analysis)"
    return f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}"


def athena_error(text: str) -> dict[str, Any]:
    """The `AthenaError` that goes with a reason.

    >>> athena_error("FAILED: ParseException line 1:0 ...")["ErrorCategory"]
    1
    """
    kind = next((kind for start, kind in _TYPES.items() if text.startswith(start)), 1006)
    category = SYSTEM if kind == 200 or text.startswith("FAILED: ParseException") else USER
    return {"ErrorCategory": category, "ErrorType": kind, "Retryable": False, "ErrorMessage": text}
