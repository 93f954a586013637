"""What names mean where an expression stands: the columns in sight and the query around it.

Trino looks a name up in the relations of its own query first, then in those of the query around it;
see https://github.com/trinodb/trino/blob/master/core/trino-main/src/main/java/io/trino/sql/analyzer/Scope.java
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

from labkit.cloud.engine.catalog import Catalog, PartitionFilter, Source
from labkit.cloud.engine.external import ExternalFunction
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.errors import QueryFailed, failed_at
from labkit.cloud.engine.types import Type

if TYPE_CHECKING:
    from labkit.cloud.engine.trino.grouping import Grouping

Uses = frozenset[tuple[int, str]]
#: The clause of a lambda's body, which reads the columns around it, as no query is between.
LAMBDA = "Lambda expression"


@dataclass(frozen=True, slots=True)
class Typed:
    """DuckDB SQL of a value and the value's Trino type."""

    sql: str
    type: Type


@dataclass(frozen=True, slots=True)
class Field:
    """A column in sight.

    Args:
        name: what it is called, None for an expression without a name.
        type: its Trino type.
        sql: how DuckDB reads it here.
        qualifier: the names that may stand before it: ``(catalog, database, table)`` or an alias.
        uses: the (scan, column) pairs that its value comes from.
        key: the (scan, column) that it is, when it is a partition key passed on unchanged.
        hidden: whether ``*`` leaves it out.
        written: ``name`` in the case that the query writes.
    """

    name: str | None
    type: Type
    sql: str
    qualifier: tuple[str, ...] = ()
    uses: Uses = frozenset()
    key: tuple[int, str] | None = None
    hidden: bool = False
    written: str | None = None

    @property
    def heading(self) -> str | None:
        """What stands above the column: its name, "using the casing that you chose in the query".

        https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html
        """
        same = self.written is not None and self.written.lower() == self.name
        return self.written if same else self.name

    def answers(self, parts: Sequence[str]) -> bool:
        """Whether ``parts`` (qualifier and name) mean this column."""
        *qualifier, name = parts
        tail = self.qualifier[len(self.qualifier) - len(qualifier) :]
        return self.name == name and (not qualifier or list(tail) == list(qualifier))

    def within(self, qualifier: Sequence[str]) -> bool:
        """Whether ``qualifier.*`` includes this column."""
        return bool(self.qualifier) and list(self.qualifier[-len(qualifier) :]) == list(qualifier)


class Fields(tuple[Field, ...]):
    """Columns in sight, found by their names: a wide table's query names each of them."""

    def answering(self, parts: Sequence[str]) -> list[Field]:
        """Those that a name means."""
        return [field for field in self._by_name.get(parts[-1], ()) if field.answers(parts)]

    @cached_property
    def _by_name(self) -> dict[str | None, list[Field]]:
        found: dict[str | None, list[Field]] = {}
        for each in self:
            found.setdefault(each.name, []).append(each)
        return found


@dataclass(frozen=True, slots=True)
class Output:
    """A compiled query: DuckDB SQL and its columns, which it names ``c0``, ``c1``, ..."""

    sql: str
    fields: tuple[Field, ...]


@dataclass
class OpenScan:
    """A scan while the query is compiled."""

    name: str
    source: Source
    filters: list[PartitionFilter] = field(default_factory=list)
    version: tuple[str, str] | None = None


@dataclass(frozen=True)
class CommonTable:
    """A ``WITH`` query that later ones may name: DuckDB's name for it and its columns."""

    relation: str
    fields: tuple[Field, ...]


@dataclass
class State:
    """What one statement gathers while it is compiled, views included.

    ``correlated``: a query inside an expression reads columns of a query around it.
    """

    catalog: Catalog
    parameters: Sequence[tree.Expression]
    subquery: Callable[[tree.Query, Scope], Output]
    expression: Callable[[tree.Expression, Scope], Typed]
    scans: list[OpenScan] = field(default_factory=list)
    tables: list[tuple[str, str]] = field(default_factory=list)
    deterministic: bool = True
    correlated: bool = False
    names: int = 0
    uses: list[set[tuple[int, str]]] = field(default_factory=lambda: [set()])
    views: tuple[tuple[str, ...], ...] = ()
    functions: Sequence[ExternalFunction] = ()
    called: dict[str, ExternalFunction] = field(default_factory=dict)

    def fresh(self, prefix: str) -> str:
        """A name that nothing else in the statement has."""
        self.names += 1
        return f"{prefix}{self.names}"

    @contextmanager
    def collect(self) -> Iterator[set[tuple[int, str]]]:
        """Gather what is read inside the block instead of counting it as read by the query."""
        self.uses.append(set())
        try:
            yield self.uses[-1]
        finally:
            self.uses.pop()


@dataclass(frozen=True)
class Scope:
    """The columns in sight, the query around, and the text that places errors.

    Args:
        state: what the statement gathers.
        text: the query's text.
        database: where names of one part are looked up.
        fields: the columns of the query's own relations.
        parent: the scope of the query around.
        named: the ``WITH`` queries in sight.
        grouping: set where only grouped columns and aggregates may stand.
        windows: the named windows of the query.
        clause: what does not allow aggregates and window functions here (``WHERE clause``).
        outputs: in ORDER BY, the columns of the SELECT list that hide those of the FROM.
        drawn: what windows sort by and changes at each look, ``random() AS r1``.
        closed: whether queries inside may not read its columns, as in an outer join's ON.
    """

    state: State
    text: str
    database: str
    fields: tuple[Field, ...] = ()
    parent: Scope | None = None
    named: dict[str, CommonTable] = field(default_factory=dict)
    grouping: Grouping | None = None
    windows: dict[str, tree.Window] = field(default_factory=dict)
    clause: str | None = None
    outputs: tuple[Field, ...] = ()
    drawn: list[str] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        for name in ("fields", "outputs"):  # what `replace` hands on keeps its index
            if not isinstance(getattr(self, name), Fields):
                object.__setattr__(self, name, Fields(getattr(self, name)))

    def meant(self, parts: Sequence[str]) -> list[Field]:
        """The columns of the query's own relations that a name means."""
        return cast(Fields, self.fields).answering(parts)

    def meant_outputs(self, parts: Sequence[str]) -> list[Field]:
        """The columns of ``outputs`` that a name means."""
        return cast(Fields, self.outputs).answering(parts)

    def with_fields(self, fields: Sequence[Field]) -> Scope:
        """The same place with other columns in sight."""
        return replace(self, fields=fields if isinstance(fields, Fields) else tuple(fields))

    def child(self, fields: Sequence[Field] = ()) -> Scope:
        """The scope of a query inside this one."""
        return Scope(self.state, self.text, self.database, tuple(fields), self, self.named)

    def without_aggregates(self, clause: str) -> Scope:
        return replace(self, clause=clause)

    def fail(self, node: tree.Node | int, code: str, message: str) -> QueryFailed:
        """The failure at a part of the text."""
        at = node if isinstance(node, int) else node.start
        return failed_at(self.text, at, code, message)

    def source(self, node: tree.Node) -> str:
        """The text of a part of the query."""
        return self.text[node.start : node.end]

    def lookup(
        self, node: tree.Node, parts: Sequence[str], *, inside: bool = False
    ) -> Typed | None:
        """The column that a name means, from the innermost query outwards."""
        output = {f.sql: f for f in self.meant_outputs(parts)}
        if output:
            if len(output) > 1:
                raise self.fail(node, "AMBIGUOUS_NAME", f"Column '{parts[-1]}' is ambiguous")
            (named,) = output.values()
            self.state.uses[-1].update(named.uses)
            return Typed(named.sql, named.type)
        found = self.meant(parts)
        if len(found) > 1:
            raise self.fail(node, "AMBIGUOUS_NAME", f"Column '{'.'.join(parts)}' is ambiguous")
        if not found:
            outer = None if self._has_row(parts) else self.parent
            if outer and outer.closed and self.clause != LAMBDA and outer.meant(parts):
                message = f"Reference to column '{'.'.join(parts)}' from outer scope not allowed"
                raise self.fail(node, "NOT_SUPPORTED", f"{message} in this context")
            return outer.lookup(node, parts, inside=True) if outer else None
        self.state.uses[-1].update(found[0].uses)
        if self.grouping is not None:
            return self.grouping.column(found[0], node, inside=inside)
        return Typed(found[0].sql, found[0].type)

    def _has_row(self, parts: Sequence[str]) -> bool:
        """Whether ``r.x`` is a field of a row here, which hides a table ``r`` further out."""
        heads = [parts[:size] for size in range(1, len(parts))]
        return any(f.type.base == "row" for head in heads for f in self.meant(head))

    def sees(self, parts: Sequence[str]) -> bool:
        """Whether a name means a column here or in a query around."""
        if self.meant_outputs(parts) or self.meant(parts):
            return True
        return self.parent is not None and self.parent.sees(parts)

    def value(self, node: tree.Expression) -> Typed:
        """The value of an expression that stands here."""
        return self.state.expression(node, self)

    def own(self, parts: Sequence[str]) -> Field | None:
        """The column of this query's relations that a name means, if it is one."""
        found = self.meant(parts)
        return found[0] if len(found) == 1 else None


def qualified_parts(node: tree.Expression) -> tuple[str, ...] | None:
    """``a.b.c`` as names, None for anything else."""
    if isinstance(node, tree.Identifier):
        return (node.name,)
    if isinstance(node, tree.Dereference):
        base = qualified_parts(node.base)
        return (*base, node.name) if base else None
    return None
