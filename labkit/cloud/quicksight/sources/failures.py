"""What goes wrong with a data source, in the words of an ingestion's and of a data source's error.

Sources: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ErrorInfo.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataSourceErrorInfo.html
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.formats import FormatError
from labkit.cloud.engine.sentences import first_line
from labkit.cloud.lake.catalog import ScanLimit
from labkit.cloud.operations import AwsError
from labkit.cloud.quicksight.spice.model import PreparationError

#: What says that the data, the preparation or the rights are at fault, and not we.
EXPECTED = (
    AwsError, FormatError, PreparationError, QueryFailed, duckdb.Error, pa.ArrowException, OSError,
)  # fmt: skip
#: A calculated field's number or date is beyond its type's range.
OVERFLOWS = (duckdb.ConversionException, duckdb.OutOfRangeException)
_OF_SQL = {
    "TABLE_NOT_FOUND": "SQL_TABLE_NOT_FOUND",
    "SCHEMA_NOT_FOUND": "SQL_TABLE_NOT_FOUND",
    "COLUMN_NOT_FOUND": "SQL_SCHEMA_MISMATCH_ERROR",
    "PERMISSION_DENIED": "PERMISSION_DENIED",
    "HIVE_CANNOT_OPEN_SPLIT": "PERMISSION_DENIED",
    "NUMERIC_VALUE_OUT_OF_RANGE": "SQL_NUMERIC_OVERFLOW",
}


class SourceError(Exception):
    """A source that cannot be read.

    Args:
        kind: one of the types of an ingestion's ``ErrorInfo``.
        message: a sentence.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind, message)
        self.kind, self.message = kind, message

    def __str__(self) -> str:
        return self.message


def told(error: BaseException) -> tuple[str, str]:
    """The type and the message that an ingestion's ``ErrorInfo`` has of an error."""
    if isinstance(error, SourceError):
        return error.kind, error.message
    if isinstance(error, ScanLimit):
        return "SOURCE_RESOURCE_LIMIT_EXCEEDED", "Bytes scanned limit was exceeded"
    if isinstance(error, PreparationError):
        return "INVALID_DATAPREP_SYNTAX", str(error)
    if isinstance(error, QueryFailed):
        return _OF_SQL.get(error.code, "SQL_EXCEPTION"), str(error)
    if isinstance(error, AwsError):
        return _of_aws(error), error.message
    if isinstance(error, OVERFLOWS):
        return "SQL_NUMERIC_OVERFLOW", first_line(str(error))
    if isinstance(error, EXPECTED):
        return "CUSTOMER_ERROR", first_line(str(error))
    return "INTERNAL_SERVICE_ERROR", f"{type(error).__name__}: {error}"


def _of_aws(error: AwsError) -> str:
    if "AccessDenied" in error.code:
        return "PERMISSION_DENIED"
    return {"NoSuchBucket": "S3_FILE_INACCESSIBLE"}.get(error.code, "CUSTOMER_ERROR")
