"""The rows of a Parquet object: the columns that a statement names, a row group at a time.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/selecting-content-from-objects.html
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from labkit.cloud.engine.formats.parquet_files import metadata
from labkit.cloud.operations import AwsError
from labkit.cloud.partiql.tree import Name, Path, parts
from labkit.cloud.s3.select.asked import Asked
from labkit.cloud.s3.select.events import Counts
from labkit.cloud.s3.select.scope import is_called
from labkit.cloud.s3.select.statement import Statement

_BATCH = 10_000


def rows(path: str, asked: Asked, statement: Statement, counts: Counts) -> Iterator[Any]:
    """The rows, as structures.

    Raises:
        AwsError: ``ParquetParsingError``; ``UnsupportedParquetType``: a column has a type of which
            AWS does not say what it becomes.
    """
    with _parsing():
        file = pq.ParquetFile(path, metadata=metadata(path))
    with file, _parsing():
        schema = file.schema_arrow
        wanted = [each for each in schema.names if _is_wanted(each, statement)]
        for name in wanted:
            _check(name, schema.field(name).type)
        groups = [place for place in range(file.num_row_groups) if _is_in(file, place, asked, path)]
        counts.scanned = counts.processed = sum(
            file.metadata.row_group(place).column(column).total_compressed_size
            for place in groups
            for column in range(file.metadata.num_columns)
            if file.metadata.row_group(place).column(column).path_in_schema.split(".")[0] in wanted
        )
        for batch in file.iter_batches(_BATCH, row_groups=groups, columns=wanted):
            yield from batch.to_pylist() if wanted else ({} for _ in range(batch.num_rows))


@contextlib.contextmanager
def _parsing() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError, OSError) as error:
        words = "Encountered an error parsing the Parquet file. Check the file and try again."
        raise AwsError("ParquetParsingError", words) from error


def _is_wanted(name: str, statement: Statement) -> bool:
    """Whether a statement may read a column: it names it, or all of them."""
    if statement.columns is None or statement.source.steps:
        return True
    nodes = [column.value for column in statement.columns]
    nodes += [statement.where] if statement.where is not None else []
    paths = [each for node in nodes for each in parts(node) if isinstance(each, Path)]
    alias = statement.alias
    if alias and any(not path.steps and is_called(path.root, alias.text) for path in paths):
        return True
    named = [step for path in paths for step in path.names[:2] if isinstance(step, Name)]
    return any(is_called(step, name) for step in named)


def _check(name: str, kind: pa.DataType) -> None:
    simple = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)
    if pa.types.is_dictionary(kind):
        return _check(name, kind.value_type)
    if pa.types.is_list(kind):
        return _check(name, kind.value_type)
    if pa.types.is_struct(kind):
        for place in range(kind.num_fields):
            _check(f"{name}.{kind.field(place).name}", kind.field(place).type)
        return None
    if not any(test(kind) for test in (*simple, *texts)):
        words = f"The column {name} has the type {kind}, which is not available in the local AWS"
        raise AwsError("UnsupportedParquetType", f"{words}.")
    return None


def _is_in(file: pq.ParquetFile, place: int, asked: Asked, path: str) -> bool:
    """Whether a row group begins in the range that is read."""
    column = file.metadata.row_group(place).column(0)
    began = column.dictionary_page_offset or column.data_page_offset
    if asked.first is None:
        size = os.stat(path).st_size
        return asked.last is None or began >= size - asked.last
    return began >= asked.first and (asked.last is None or began <= asked.last)
