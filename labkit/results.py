"""What Athena's files of results hold, in Arrow's and pandas' types."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as csv

_ARROW = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
NULLABLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def read_csv(content: bytes, columns: list[dict[str, Any]]) -> pa.Table:
    """Athena's result, typed by its metadata: nothing unquoted is NULL, a row has 32 MB at most."""
    positions = [str(i) for i in range(len(columns))]
    options = csv.ConvertOptions(
        column_types={p: _arrow_type(c) for p, c in zip(positions, columns, strict=True)},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        timestamp_parsers=["%Y-%m-%d %H:%M:%S.%f", csv.ISO8601],
    )
    reading = csv.ReadOptions(column_names=positions, skip_rows_after_names=1, block_size=1 << 26)
    parsing = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
    table = csv.read_csv(pa.BufferReader(content), reading, parsing, options)
    return table.rename_columns([c["Name"] for c in columns])


def _arrow_type(column: dict[str, Any]) -> pa.DataType:
    if column["Type"] == "decimal":
        return pa.decimal128(column["Precision"], column["Scale"])
    return _ARROW.get(column["Type"], pa.string())
