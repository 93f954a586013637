"""What the compiler must know of tables: the seam between SQL and where data lies.

A `Catalog` finds what a name stands for; a `Source` says which columns a table has and, when a
query runs, which DuckDB relation reads them; a `View` is a query under a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import Type

if TYPE_CHECKING:
    from labkit.cloud.engine.duck import Session


@dataclass(frozen=True)
class Column:
    """A column of a table or of a result; the last two are for ``information_schema``."""

    name: str
    type: Type
    comment: str | None = None
    extra_info: str | None = None


@dataclass(frozen=True)
class PartitionFilter:
    """A condition over partition keys only, which a row must meet to be in the result.

    Args:
        sql: DuckDB SQL; the keys stand in it as quoted names.
        keys: the keys that it reads.
    """

    sql: str
    keys: frozenset[str]


@dataclass(frozen=True)
class Scan:
    """One reading of a table in a query.

    Args:
        name: the relation's name in the compiled SQL.
        source: what is read.
        columns: the columns that the query uses, hidden ones too.
        filters: what partitions must meet; rows are filtered by the query itself.
        version: ``("TIMESTAMP" | "VERSION", DuckDB SQL of a constant)`` of a time travel.
        moments: the columns whose texts are read as moments of ISO 8601.
    """

    name: str
    source: Source
    columns: frozenset[str]
    filters: tuple[PartitionFilter, ...] = ()
    version: tuple[str, str] | None = None
    moments: frozenset[str] = frozenset()


def named_columns(name: str, source: Source, sql: str) -> list[Column]:
    """The columns of a scan that compiled SQL names, hidden ones too."""
    columns = (*source.columns, *source.hidden)
    return [column for column in columns if f"{name}.{quoted_name(column.name)}" in sql]


class Relation(str):
    """SQL of a relation that knows in which columns every text is an instant as logs write it."""

    logged: frozenset[str] = frozenset()


class Source(Protocol):
    """A table that can be read.

    ``columns`` has the partition keys too; ``hidden`` columns, such as ``$path``, are found by name
    and not by ``*``. ``versioned`` tells whether it can be read as of a time or a snapshot.
    """

    @property
    def columns(self) -> Sequence[Column]: ...

    @property
    def partition_keys(self) -> Sequence[str]: ...

    @property
    def hidden(self) -> Sequence[Column]: ...

    @property
    def versioned(self) -> bool: ...

    def relation(self, session: Session, scan: Scan) -> str:
        """A DuckDB relation (``SELECT`` without brackets) with at least the scan's columns."""
        ...


@runtime_checkable
class Versioned(Protocol):
    """A table that is another source, maybe of other columns, as of a version."""

    def at(self, kind: str, sql: str) -> Source:
        """The table as of ``Scan.version``."""
        ...


@dataclass(frozen=True)
class View:
    """A stored query; ``database`` is where its own names are looked up."""

    sql: str
    database: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Listed:
    """A table as ``information_schema`` shows it; ``kind`` is ``BASE TABLE`` or ``VIEW``.

    ``columns`` asks for them when they are wanted; a table whose columns do not read has none.
    """

    name: str
    kind: str
    view_sql: str | None
    columns: Callable[[], Sequence[Column]]


class Catalog(Protocol):
    """Databases and tables by name. Names are lower case."""

    @property
    def name(self) -> str:
        """The catalog's own name, ``awsdatacatalog``."""
        ...

    @property
    def database(self) -> str:
        """Where names of one part are looked up."""
        ...

    def resolve(self, parts: tuple[str, ...]) -> Source | View:
        """What a name of one to three parts stands for.

        Raises:
            QueryFailed: TABLE_NOT_FOUND, SCHEMA_NOT_FOUND or CATALOG_NOT_FOUND.
        """
        ...

    def databases(self) -> Iterable[str]: ...

    def tables(self, database: str) -> Iterable[Listed]: ...
