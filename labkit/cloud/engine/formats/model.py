"""What a reader is told: the table's declaration and the files that it covers.

A lake's table is a declaration over files that know nothing of it: the catalog says the columns,
the SerDe (Hive's reader and writer of rows) says how bytes become values, and a file's folder says
the values of the partition keys. Source:
https://docs.aws.amazon.com/athena/latest/ug/serde-about.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.types import Type

#: Formats whose values have names.
BY_NAME = ("json", "openx-json", "cloudtrail", "esri", "avro")
#: Formats of both; whether their columns are found by place where the table does not say.
BY_INDEX = {"orc": True, "parquet": False}


class FormatError(Exception):
    """A file or a table's declaration that cannot be read as it says.

    Args:
        code: Hive's error name: ``HIVE_BAD_DATA``, ``HIVE_CURSOR_ERROR``,
            ``HIVE_INVALID_METADATA``.
        message: what is wrong, with the file's name where one is at fault.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)

    @property
    def code(self) -> str:
        return str(self.args[0])

    @property
    def message(self) -> str:
        return str(self.args[1])

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Session(Protocol):
    """What the readers need of an engine's session: its DuckDB connection."""

    @property
    def con(self) -> Any: ...


@dataclass(frozen=True)
class File:
    """One file of a table.

    Args:
        path: where its bytes are on disk.
        name: what its owner calls it; its ending tells the compression (``.gz``).
        partition: the text of each partition key's value, ``None`` for NULL.
        size: bytes on disk.
        deleted: positions of rows that are no longer the table's; of Parquet files alone.
    """

    path: str
    name: str
    partition: tuple[str | None, ...] = ()
    size: int = 0
    deleted: tuple[int, ...] = ()

    def unreadable(self, error: Exception) -> FormatError:
        """What Hive says of a file that does not open: of another format, or gone meanwhile."""
        gone = isinstance(error, FileNotFoundError)
        why = f"File does not exist: {self.name}" if gone else str(error)
        return FormatError("HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {self.name}: {why}")


@dataclass(frozen=True)
class Target:
    """The file to write, whether rows keep the query's order, whether values are as Trino's."""

    path: str
    ordered: bool = True
    trino: bool = False


@dataclass(frozen=True)
class Table:
    """A table's declaration.

    Args:
        format: one of `labkit.cloud.engine.formats.READERS`.
        columns: name and type of each column in the files, in order.
        partition_keys: name and type of each partition key.
        options: SerDe properties and table parameters under lower-case keys.
        digits: of a second's fraction that timestamps in columnar files keep: 3 or 6.
    """

    format: str
    columns: tuple[tuple[str, Type], ...]
    partition_keys: tuple[tuple[str, Type], ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    digits: int = 6

    def option(self, *names: str, default: str = "") -> str:
        """The first of these options that is set."""
        return next((self.options[n] for n in names if n in self.options), default)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """An option that is ``true`` or ``false``."""
        return self.options.get(name, str(default)).strip().lower() == "true"

    def count(self, name: str) -> int:
        """An option that is a number of lines."""
        text = self.options.get(name, "0").strip()
        if not text.isdigit():
            raise FormatError("HIVE_INVALID_METADATA", f"Invalid value for {name} property: {text}")
        return int(text)

    @property
    def by_name(self) -> bool:
        """Whether the columns of a file or a partition are found by their names, not by place.

        Source: https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
        """
        by_index = BY_INDEX.get(self.format)
        if by_index is None:
            return self.format in BY_NAME
        return not self.flag(f"{self.format}.column.index.access", default=by_index)

    def wanted(self, names: Iterable[str]) -> list[tuple[int, str, Type]]:
        """Index, name and type of those columns that a query wants, in the table's order."""
        return [(i, n, t) for i, (n, t) in enumerate(self.columns) if n in names]

    def refuse_timestamp_formats(self, names: Iterable[str]) -> None:
        """Fail where times would have to be read by patterns of the table's own."""
        times = any("timestamp" in str(kind) for _, _, kind in self.wanted(names))
        if times and self.option("timestamp.formats"):
            raise FormatError("NOT_SUPPORTED", "SerDe property timestamp.formats is not read here")


def literal(text: str | None) -> str:
    """A text as an SQL literal, ``NULL`` for ``None``.

    >>> literal("it's")
    "'it''s'"
    """
    return "NULL" if text is None else quoted_text(text)


def paths(files: Sequence[File]) -> str:
    """The files' paths as an SQL list."""
    return f"[{', '.join(literal(f.path) for f in files)}]"
