"""What a profile job evaluates unless it is told otherwise.

The statistics by a column's kind, their parameters, and the order of all in the document are those
of a real profile; what each statistic and parameter means is told on
https://docs.aws.amazon.com/databrew/latest/dg/profile.configuration.html, which also names the
types that are evaluated: ``ByteType``, ``ShortType``, ``IntegerType``, ``LongType``, ``FloatType``,
``DoubleType``, ``String`` and ``Boolean``. Columns of other types are skipped.
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.engine.types import Type

Parameters = dict[str, dict[str, str]]
"""A statistic's name to its parameters."""

NUMBER, STRING, BOOLEAN = "numericColumn", "stringColumn", "booleanColumn"

KINDS = {
    "tinyint": NUMBER,
    "smallint": NUMBER,
    "integer": NUMBER,
    "bigint": NUMBER,
    "real": NUMBER,
    "double": NUMBER,
    "varchar": STRING,
    "char": STRING,
    "boolean": BOOLEAN,
}
"""Spark's types as `Type.base`, and which statistics they get."""

STATISTICS = {
    BOOLEAN: """MOST_COMMON_VALUES DISTINCT_VALUES_COUNT UNIQUE_VALUES_COUNT MISSING_VALUES_COUNT
        ENTROPY""".split(),
    STRING: """MIN MOST_COMMON_VALUES DISTINCT_VALUES_COUNT MAX MEAN UNIQUE_VALUES_COUNT MODE
        MISSING_VALUES_COUNT STANDARD_DEVIATION ENTROPY MEDIAN OUTLIER_DETECTION
        VALUE_DISTRIBUTION""".split(),
    NUMBER: """MIN PERCENTILES ZEROS_COUNT UNIQUE_VALUES_COUNT ENTROPY VALUE_DISTRIBUTION SKEWNESS
        Z_SCORE_DISTRIBUTION MAX MISSING_VALUES_COUNT INTER_QUARTILE_RANGE
        MEDIAN_ABSOLUTE_DEVIATION RANGE MOST_COMMON_VALUES DISTINCT_VALUES_COUNT VARIANCE MEDIAN
        MEAN MINIMUM_VALUES MODE SUM KURTOSIS MAXIMUM_VALUES STANDARD_DEVIATION
        OUTLIER_DETECTION""".split(),
}
DATASET_STATISTICS = ["CORRELATION", "DUPLICATE_ROWS_COUNT"]

PARAMETERS: Parameters = {
    "MOST_COMMON_VALUES": {"sampleSize": "50"},
    "MINIMUM_VALUES": {"sampleSize": "5"},
    "MAXIMUM_VALUES": {"sampleSize": "5"},
    "OUTLIER_DETECTION": {"threshold": "3", "sampleSize": "50"},
    "VALUE_DISTRIBUTION": {"binNumber": "20"},
    "Z_SCORE_DISTRIBUTION": {"binNumber": "20"},
}
DATASET_PARAMETERS: Parameters = {"CORRELATION": {"columnNumber": "10"}}


def default_configuration() -> dict[str, Any]:
    """The document's ``defaultProfileConfiguration``, which is the same in every profile."""
    return {
        "datasetConfiguration": {
            "includedStatistics": DATASET_STATISTICS,
            "parameters": DATASET_PARAMETERS,
        },
        "columnConfiguration": {kind: _of_kind(names) for kind, names in STATISTICS.items()},
    }


def spark_name(kind: Type) -> str:
    """A type as the document has it, in Spark's spelling: ``int``, ``string``."""
    return "string" if KINDS[kind.base] == STRING else kind.hive


def _of_kind(names: list[str]) -> dict[str, Any]:
    parameters = {name: given for name, given in PARAMETERS.items() if name in names}
    return {"includedStatistics": names, "parameters": parameters}
