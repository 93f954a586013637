"""Data files to SQL: a file's columns are found by field id, so that renamed and moved columns keep
their data.

A column that a file lacks is the partition's value where the partition is the column itself, else
its initial default, else NULL. Files without ids are read by the table's name mapping. Source:
https://iceberg.apache.org/spec/#column-projection
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, reduce
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg import types as ice
from pyiceberg.manifest import DataFile
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform

from labkit.cloud.engine import QueryFailed, formats
from labkit.cloud.engine.formats.parquet import WITH_NAN, footer
from labkit.cloud.engine.nested import part
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import TIMESTAMPTZ
from labkit.cloud.iceberg.planning import Planned
from labkit.cloud.iceberg.projection import (
    default_sql,
    field_id,
    literal_sql,
    numbered,
    value_sql,
    way_to,
)
from labkit.cloud.iceberg.storage import StoreIO
from labkit.cloud.iceberg.types import trino_type
from labkit.cloud.lake.table import moment_text
from labkit.cloud.operations import AwsError

PATH, MODIFIED = "$path", "$file_modified_time"
#: A row's place in its file: in no table's sight, and a name that no statement says.
POSITION = "$position of a changed row"


@dataclass(frozen=True)
class Stored:
    """A data file on disk: path, address, columns by field id, and when it was written."""

    path: str
    uri: str
    size: int
    columns: dict[int, pa.Field]
    modified: str

    @property
    def file(self) -> formats.File:
        return formats.File(self.path, self.uri, (), self.size)

    def scanned_bytes(self, ids: Sequence[int]) -> int:
        """Compressed size of the columns and the footer."""
        end = footer(self.file)
        names = {self.columns[i].name for i in ids if i in self.columns}
        return end.size + sum(c.size for c in end.columns if c.name in names)


class Reader:
    """Reads a table's data files as DuckDB relations.

    Args:
        io: finds the files.
        schema: the columns to read.
        metadata: the table's, for partitions and the name mapping.
    """

    def __init__(self, io: StoreIO, schema: Schema, metadata: Any) -> None:
        self.io, self.schema, self.metadata = io, schema, metadata
        self.files: list[formats.File] = []
        self.scanned_bytes = 0

    def relation(self, planned: Sequence[Planned], wanted: Sequence[str]) -> str:
        """SQL of the wanted columns of files; hidden ones may be among them."""
        names = {name.lower() for name in wanted}
        fields = [f for f in self.schema.fields if f.name.lower() in names]
        hidden = [name for name in (PATH, MODIFIED, POSITION) if name in names]
        groups: dict[str, list[Stored]] = {}
        branches = []
        for each in planned:
            stored = self.stored(each.file, [f.field_id for f in fields])
            if each.positions or each.equalities:
                branches.append(self._deleted(each, stored, fields, hidden))
            else:
                shape = self._shape(each.file, stored, fields)
                groups.setdefault(", ".join(shape), []).append(stored)
        branches += [_branch(shape, files, hidden) for shape, files in groups.items()]
        return " UNION ALL ".join(branches) or self._nothing(fields, hidden)

    def stored(self, file: DataFile, ids: Sequence[int]) -> Stored:
        """A file as it lies on disk, its columns on the query's bill.

        Raises:
            QueryFailed: it is not there, or may not be read.
        """
        uri = file.file_path
        try:
            lying = self.io.find(uri)
            path, columns = str(self.io.store.read(lying)), self.metadata.name_mapping()
            found = _stored(path, uri, file.file_size_in_bytes, columns, lying.modified)
        except FileNotFoundError as error:
            raise _unreadable(uri, file, f"File does not exist: {uri}") from error
        except AwsError as error:
            raise _unreadable(uri, file, f"{error.message} (Error Code: {error.code})") from error
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(uri, file, str(error)) from error
        self.files.append(found.file)
        self.scanned_bytes += found.scanned_bytes(ids)
        return found

    def _shape(self, file: DataFile, stored: Stored, fields: Sequence[Any]) -> list[str]:
        return [
            f"{self._column(file, stored, field)} AS {quoted_name(field.name.lower())}"
            for field in fields
        ]

    def _column(self, file: DataFile, stored: Stored, field: ice.NestedField) -> str:
        found = stored.columns.get(field.field_id)
        if found is not None:
            return value_sql(quoted_name(found.name), found, field.field_type)
        missing = self._partition_value(file, field) or default_sql(field)
        return f"CAST({missing} AS {trino_type(field.field_type).duckdb})"

    def _partition_value(self, file: DataFile, field: ice.NestedField) -> str | None:
        spec = self.metadata.specs()[file.spec_id]
        for at, key in enumerate(spec.fields):
            if key.source_id == field.field_id and isinstance(key.transform, IdentityTransform):
                value = file.partition[at]
                return None if value is None else literal_sql(value, field.field_type)
        return None

    def _deleted(
        self, planned: Planned, stored: Stored, fields: Sequence[Any], hidden: Sequence[str]
    ) -> str:
        """One file without the rows that its delete files name."""
        conditions = []
        shape = self._shape(planned.file, stored, fields)
        if planned.positions:
            paths = _paths([self.stored(f, list(_POSITIONS)) for f in planned.positions])
            conditions.append(
                f'NOT EXISTS (SELECT 1 FROM read_parquet({paths}) AS "$gone" WHERE '
                f'"$gone".file_path = {quoted_text(stored.uri)} '
                f'AND "$gone".pos = "$rows".{quoted_name(POSITION)})'
            )
        for at, deletes in enumerate(planned.equalities):
            keys = [self._key(number) for number in deletes.equality_ids or ()]
            deleting = self.stored(deletes, [key[0].field_id for key in keys])
            aliases = [f'"$key{at}_{number}"' for number in range(len(keys))]
            shape += self._as(planned.file, stored, keys, aliases)
            chosen = ", ".join(self._as(deletes, deleting, keys, aliases))
            equal = " AND ".join(f'"$rows".{a} IS NOT DISTINCT FROM "$gone".{a}' for a in aliases)
            conditions.append(
                f"NOT EXISTS (SELECT 1 FROM (SELECT {chosen} FROM "
                f'read_parquet({_paths([deleting])}, {WITH_NAN})) AS "$gone" WHERE {equal})'
            )
        shown = [quoted_name(f.name.lower()) for f in fields] + [quoted_name(n) for n in hidden]
        inner = _branch(", ".join(shape), [stored], (*dict.fromkeys((*hidden, POSITION)),))
        rows = f"SELECT {', '.join(shown) or 'NULL'} FROM ({inner})"
        return f'{rows} AS "$rows" WHERE {" AND ".join(conditions)}'

    def _key(self, number: int) -> list[ice.NestedField]:
        """The column that rows are deleted by, behind the rows it is within; it may be dropped."""
        former = sorted(self.metadata.schemas, key=lambda schema: -schema.schema_id)
        return next(way for s in (self.schema, *former) if (way := way_to(s.fields, number)))

    def _as(
        self,
        file: DataFile,
        stored: Stored,
        keys: Sequence[Sequence[ice.NestedField]],
        aliases: Sequence[str],
    ) -> list[str]:
        values = (
            reduce(part, (f.name.lower() for f in inner), self._column(file, stored, outer))
            for outer, *inner in keys
        )
        return [f"{value} AS {alias}" for value, alias in zip(values, aliases, strict=True)]

    def _nothing(self, fields: Sequence[Any], hidden: Sequence[str]) -> str:
        kinds = [(f.name.lower(), trino_type(f.field_type).duckdb) for f in fields]
        types = {PATH: "VARCHAR", MODIFIED: TIMESTAMPTZ.duckdb, POSITION: "BIGINT"}
        kinds += [(name, types[name]) for name in hidden]
        columns = ", ".join(f"CAST(NULL AS {kind}) AS {quoted_name(name)}" for name, kind in kinds)
        return f"SELECT {columns or 'NULL'} WHERE false"


_POSITIONS = (2147483546, 2147483545)  # file_path and pos of position delete files


def _branch(shape: str, files: Sequence[Stored], hidden: Sequence[str]) -> str:
    columns = [shape] if shape else []
    if PATH in hidden:
        columns.append(f'{_told(files, [file.uri for file in files])} AS "$path"')
    if MODIFIED in hidden:
        told = _told(files, [file.modified for file in files])
        columns.append(f"CAST({told} AS {TIMESTAMPTZ.duckdb}) AS {quoted_name(MODIFIED)}")
    if POSITION in hidden:
        columns.append(f"file_row_number AS {quoted_name(POSITION)}")
    options = f"hive_partitioning=false, union_by_name=false, {WITH_NAN}"
    options += ", filename='$file'" if {PATH, MODIFIED} & set(hidden) else ""
    options += ", file_row_number=true" if POSITION in hidden else ""
    return f"SELECT {', '.join(columns) or 'NULL'} FROM read_parquet({_paths(files)}, {options})"


def _told(files: Sequence[Stored], texts: Sequence[str]) -> str:
    """SQL of what is told of a row's file."""
    listed = ", ".join(map(quoted_text, texts))
    return f'map_extract_value(MAP({_paths(files)}, [{listed}]), "$file")'


def _paths(files: Sequence[Stored]) -> str:
    return "[" + ", ".join(quoted_text(file.path) for file in files) + "]"


@lru_cache(maxsize=20_000)
def _schema(path: str, etag: int) -> pa.Schema:
    """A file's columns; ``etag`` is there so that a file written anew is read anew."""
    return pq.read_schema(path)


def _stored(path: str, uri: str, size: int, mapping: Any, modified: datetime) -> Stored:
    schema = _schema(path, os.stat(path).st_mtime_ns)
    ids = {field_id(field): field for field in schema}
    if set(ids) == {-1} and mapping is not None:
        by_name = {name: each for each in mapping.root for name in each.names}
        named = [numbered(f, by_name[f.name]) for f in schema if f.name in by_name]
        ids = {field_id(field): field for field in named}
    return Stored(path, uri, size, ids, moment_text(modified))


def _unreadable(uri: str, file: DataFile, why: str) -> QueryFailed:
    split = f"{uri} (offset=0, length={file.file_size_in_bytes})"
    return QueryFailed("ICEBERG_CANNOT_OPEN_SPLIT", f"Error opening Iceberg split {split}: {why}")
