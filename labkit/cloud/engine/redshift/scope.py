"""What names mean while a query is compiled, and what an expression becomes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp

from labkit.cloud.engine.redshift.catalog import Catalog, Scan
from labkit.cloud.engine.redshift.errors import AMBIGUOUS, DENIED, UNDEFINED_COLUMN, RedshiftError
from labkit.cloud.engine.redshift.types import Type


@dataclass(frozen=True)
class Typed:
    """An expression in DuckDB's SQL.

    Args:
        name: what Redshift calls a column of it.
        literal: the value of a text literal that has no type yet.
        told: hears the type that a parameter without one is taken for.
        tree: of floats' arithmetic: how it may go on.
        clean: tells whether a text has no blank at its end; None where it may have one.
        untyped: whether a query's column is a text literal that nothing has given a type.
        literals: those that such a column holds.
    """

    sql: str
    type: Type
    name: str = "?column?"
    literal: str | None = None
    told: Callable[[Type], None] | None = field(default=None, compare=False)
    tree: Any = field(default=None, compare=False)
    clean: Callable[[], bool] | None = field(default=None, compare=False)
    untyped: bool = field(default=False, compare=False)
    literals: tuple[str, ...] = field(default=(), compare=False)

    def named(self, name: str) -> Typed:
        return replace(self, name=name)


@dataclass(frozen=True)
class Field:
    """A column that a query can name; `denied` tells why it may not be read.

    Args:
        seen: hears that the column is read.
        clean, untyped, literals: as `Typed` has them.
    """

    name: str
    type: Type
    sql: str
    denied: str = ""
    seen: Callable[[], None] | None = field(default=None, compare=False)
    clean: Callable[[], bool] | None = field(default=None, compare=False)
    untyped: bool = field(default=False, compare=False)
    literals: tuple[str, ...] = field(default=(), compare=False)

    @property
    def value(self) -> Typed:
        return Typed(
            self.sql,
            self.type,
            self.name,
            clean=self.clean,
            untyped=self.untyped,
            literals=self.literals,
        )

    def read(self) -> Field:
        """The column, as something of the query reads it.

        Raises:
            RedshiftError: the user has no right to it.
        """
        if self.denied:
            raise RedshiftError(self.denied, DENIED)
        if self.seen:
            self.seen()
        return self


@dataclass
class Source:
    """One member of FROM: its name there, and its columns.

    Args:
        path: the schema, or database and schema, that a table without an alias lies in.
        merged: the columns that one before it stands for, joined by their name.
        leading: the columns that joins by name, from here on, put first in ``*``.
        shared: what bare names of both sides of an outer join mean: ``id``, where ``a.id`` is NULL.
    """

    name: str
    fields: list[Field]
    merged: set[str] = field(default_factory=set)
    leading: list[str] = field(default_factory=list)
    shared: dict[str, Field] = field(default_factory=dict)
    hidden: tuple[Field, ...] = ()
    path: tuple[str, ...] = ()

    def bare(self) -> list[Field]:
        """What its columns' names mean without its own."""
        left = [each for each in self.fields if each.name not in self.merged]
        return [self.shared.get(each.name, each) for each in left]

    def lies(self, path: tuple[str, ...]) -> bool:
        """Whether it may be in a schema; what has an alias or is no table may be in any."""
        both = zip(reversed(path), reversed(self.path), strict=False)
        return all(told == own for told, own in both)


@dataclass(frozen=True)
class Cte:
    sql: str
    fields: tuple[Field, ...]


@dataclass
class State:
    """What the parts of one statement share.

    Args:
        whole: whether this is a whole query, so that scans are planned at its end.
    """

    catalog: Catalog
    parameters: Sequence[Any] = ()
    arguments: dict[str, Typed] = field(default_factory=dict)
    variables: dict[str, Typed] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    oids: set[int] = field(default_factory=set)
    calls: set[int] = field(default_factory=set)
    columns: set[tuple[int, str]] = field(default_factory=set)
    scans: list[Scan] = field(default_factory=list)
    whole: bool = False
    query: Callable[[exp.Expr, Scope], Any] = field(default=lambda *_: None)

    def alias(self, stem: str) -> str:
        return f"{stem}{next(self.numbers)}"


@dataclass
class Scope:
    """The names that an expression may use.

    Args:
        aliases: output columns that later ones may use by name.
        shown: what stands for the key of a group outside of its aggregates, by the key's SQL.
        grouped_by: the key itself where `shown` has something else, by the value's SQL.
        within: the aliases as its aggregates have them.
        joined: which of its sources is the first behind the last comma of FROM.
        aggregates: whether aggregates may stand here.
        sorting: the order that all its aggregates with an order have.
    """

    state: State
    sources: list[Source] = field(default_factory=list)
    parent: Scope | None = None
    ctes: dict[str, Cte] = field(default_factory=dict)
    aliases: dict[str, Typed] = field(default_factory=dict)
    windows: dict[str, str] = field(default_factory=dict)
    joined: int = 0
    aggregates: bool = True
    sorting: str = ""
    shown: dict[str, str] = field(default_factory=dict)
    grouped_by: dict[str, str] = field(default_factory=dict)
    within: dict[str, Typed] = field(default_factory=dict)

    @contextmanager
    def ungrouped(self) -> Iterator[None]:
        """Compile what is reckoned for each row of a group."""
        kept = self.shown, self.aliases
        if self.shown:
            self.shown, self.aliases = {}, self.within
        try:
            yield
        finally:
            self.shown, self.aliases = kept

    def inner(self) -> Scope:
        """A scope for a subquery, which sees this one's names too."""
        return Scope(self.state, parent=self, ctes=dict(self.ctes))

    def column(self, table: str, name: str, path: tuple[str, ...] = ()) -> Field | None:
        """The field of a name, here or further out; None when there is none.

        Args:
            path: the schema before the table's name: a table of it is meant before all others.

        Raises:
            RedshiftError: several have it.
        """
        for placed in (True, False) if path else (False,):
            scope: Scope | None = self
            while scope:
                if found := scope._own(table, name, path, placed=placed):
                    return found
                scope = scope.parent
        return None

    def source(self, name: str) -> Source | None:
        for source in self.sources:
            if source.name == name:
                return source
        return self.parent.source(name) if self.parent else None

    def _own(self, table: str, name: str, path: tuple[str, ...], *, placed: bool) -> Field | None:
        found = [
            field
            for source in self.sources
            if (not table or source.name == table)
            and source.lies(path)
            and (source.path or not placed)
            for field in (*(source.fields if table else source.bare()), *source.hidden)
            if field.name == name
        ]
        if len(found) > 1:
            raise RedshiftError(f'column reference "{name}" is ambiguous', AMBIGUOUS)
        return found[0].read() if found else None


def all_fields(sources: list[Source]) -> list[Field]:
    """What a bare ``*`` stands for: the columns of joins by name come first, and once."""
    left = {
        (at, place): field
        for at, source in enumerate(sources)
        for place, field in enumerate(source.bare())
    }
    found = []
    for at, source in enumerate(sources):
        for name in source.leading:
            found.append(left.pop(next(key for key, one in left.items() if one.name == name)))
        places = ((at, place) for place in range(len(source.fields)))
        found += [left.pop(place) for place in places if place in left]
    return found


def no_column(table: str, name: str, scope: Scope) -> RedshiftError:
    """The error of a column that nothing has."""
    if table and scope.source(table) is None:
        return RedshiftError(f'missing FROM-clause entry for table "{table}"', "42P01")
    names = sorted({source.name for source in scope.sources if source.name})
    place = f" in {', '.join(names)}" if names else ""
    shown = f"{table}.{name}" if table else f'"{name}"'
    if table:
        return RedshiftError(f"column {shown} does not exist", UNDEFINED_COLUMN)
    return RedshiftError(f"column {shown} does not exist{place}", UNDEFINED_COLUMN)
