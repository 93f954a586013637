"""What the readers of a data set's files share: the files, the session, and names of columns."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from labkit.cloud.databrew.reading.filters import Value
from labkit.cloud.databrew.reading.selection import Found
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.types import type_of
from labkit.cloud.engine import Session
from labkit.cloud.engine.formats.lines import NATIVE, codec, open_bytes
from labkit.cloud.engine.formats.model import File, Table
from labkit.cloud.engine.formats.partition import partition_columns
from labkit.cloud.engine.types import BIGINT, DOUBLE, TIMESTAMP, VARCHAR, Type
from labkit.cloud.s3.bodies import link_or_copy
from labkit.cloud.s3.store import Object, Store

#: SQL of the rows, and the columns that the files have.
Read = tuple[str, tuple[Column, ...]]


class Unreadable(ValueError):
    """Data that is not what its data set says. Args: a sentence that says why."""


@dataclass
class Reading:
    """What a reader is given.

    Args:
        store: as whom the objects are read.
        session: where the SQL will run.
        options: the data set's ``FormatOptions``.
        found: the objects, with their parameters' values.
        aside: gets the files of its own; they live as long as the session reads them.
        added: columns that the path's parameters become.
        files: the objects as files.
    """

    store: Store
    session: Session
    options: Mapping[str, Any]
    found: Sequence[Found]
    aside: list[Path]
    added: tuple[Column, ...] = ()
    files: list[File] = field(default_factory=list)

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        return self.session.connection

    def open(self, parameters: Mapping[str, Any]) -> None:
        """Open the objects as they are; those parameters of the path become columns that say so.

        Their files get names of their own: objects may be replaced or deleted meanwhile.
        """
        wanted = [name for name, each in parameters.items() if each.get("CreateColumn")]
        self.added = tuple(
            Column(parameters[name].get("Name", name), _kind([f.values[name] for f in self.found]))
            for name in wanted
        )
        for each in self.found:
            path = self._held(each.object)
            values = tuple(_text(each.values[name]) for name in wanted)
            self.files.append(File(str(path), each.object.uri, values, each.object.size))

    def _held(self, found: Object) -> Path:
        """A name of its own for an object's file."""
        path = self.store.scratch()
        path = path.with_name(f"{path.name}~{Path(found.path).name.rpartition('~')[2]}")
        self.aside.append(path)
        try:
            link_or_copy(str(self.store.read(found)), path)
        except FileNotFoundError as error:
            raise Unreadable(f"{found.uri} was replaced while it was opened.") from error
        return path

    def added_sql(self, files: Sequence[File]) -> str:
        """SQL of the added columns, a comma before each, over a reader of these files."""
        keys = tuple((column.name, column.type) for column in self.added)
        names = frozenset(name for name, _ in keys)
        return "".join(f", {sql}" for sql in partition_columns(Table("", (), keys), files, names))

    def plain(self, file: File) -> File:
        """A file that DuckDB opens itself: as it is, or unpacked."""
        if codec(file.name) in NATIVE:
            return file
        path = self.store.scratch()
        self.aside.append(path)
        with open_bytes(file) as packed, path.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, 1 << 22)
        return File(str(path), file.name.rpartition(".")[0], file.partition, file.size)

    def described(self, sql: str) -> list[tuple[Column, str]]:
        """The columns of a query, each with DuckDB's own name of its type."""
        found = self.con.sql(sql)
        pairs = zip(found.columns, found.types, strict=True)
        return [(Column(name, type_of(kind)), str(kind)) for name, kind in pairs]


def unique(names: Sequence[str]) -> list[str]:
    """Names in order, each once whatever its case; a column without one is ``Column_n``.

    >>> unique(["a", "", "A"])
    ['a', 'Column_2', 'A_2']
    """
    found: dict[str, str] = {}
    for at, given in enumerate(names, start=1):
        name, number = given or f"Column_{at}", 2
        base = name
        while name.lower() in found:
            name, number = f"{base}_{number}", number + 1
        found[name.lower()] = name
    return list(found.values())


def spelled(names: Sequence[str], known: dict[str, str]) -> tuple[str, ...]:
    """Names as they were first spelt: files that differ in their case have the same columns.

    >>> spelled(["A", "b"], {"a": "a"})
    ('a', 'b')
    """
    return tuple(known.setdefault(name.lower(), name) for name in names)


def _kind(values: Sequence[Value]) -> Type:
    first = values[0]
    if isinstance(first, int | float):
        return BIGINT if all(map(_is_long, values)) else DOUBLE
    return VARCHAR if isinstance(first, str) else TIMESTAMP


def _is_long(value: Value) -> bool:
    return isinstance(value, int | float) and abs(value) < 2**63 and value == int(value)


def _text(value: Value) -> str:
    if isinstance(value, float) and _is_long(value):
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
    return str(value)
