"""Trino SQL to DuckDB SQL: the entry to the compiler.

It is a compiler and not a translation of text: each part of a query gets its Trino type, each
operator and function is looked up for these types, and what has no rule is refused in Trino's
words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labkit.cloud.engine.catalog import Catalog, Column, Scan, named_columns
from labkit.cloud.engine.external import ExternalFunction
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.expressions import expression
from labkit.cloud.engine.trino.functions.iso import moments
from labkit.cloud.engine.trino.parse_query import parse_expression, parse_query
from labkit.cloud.engine.trino.queries import query
from labkit.cloud.engine.trino.scope import OpenScan, Scope, State


@dataclass(frozen=True)
class Compiled:
    """A query that DuckDB can run.

    Args:
        sql: DuckDB SQL, which reads each scan under its name and calls its columns c0, c1, ...
        columns: names (lower case, ``_col0`` where there is none) and types of the result.
        scans: the tables that it reads, one for each place where a table stands.
        deterministic: whether the same data give the same answer.
        tables: the tables and views that it names, as (database, table).
        functions: the external functions that it calls.
        headings: the columns with the names that stand above a result.
        ordered: whether it says the order of its rows.
    """

    sql: str
    columns: tuple[Column, ...]
    scans: tuple[Scan, ...]
    deterministic: bool
    tables: tuple[tuple[str, str], ...]
    functions: tuple[ExternalFunction, ...] = ()
    headings: tuple[Column, ...] = ()
    ordered: bool = False


def compile_query(
    sql: str | tree.Query,
    catalog: Catalog,
    *,
    parameters: Sequence[str] = (),
    text: str = "",
    functions: Sequence[ExternalFunction] = (),
) -> Compiled:
    """Compile one query.

    Args:
        sql: Trino SQL, or its tree from `parse_query`.
        catalog: what the names of tables mean.
        parameters: SQL of the values that stand for ``?``, in order.
        text: the text that a tree was read from.
        functions: the external functions that it may call; views cannot stand beside them.

    Raises:
        QueryFailed: with Trino's error name and the place.
    """
    node = parse_query(sql) if isinstance(sql, str) else sql
    given = [parse_expression(one) for one in parameters]
    state = State(catalog, given, query, expression, functions=functions)
    found = query(node, Scope(state, sql if isinstance(sql, str) else text, catalog.database))
    used = state.uses[-1].union(*(field.uses for field in found.fields))
    scans = tuple(
        Scan(
            scan.name,
            scan.source,
            frozenset(column for at, column in used if at == place)
            | _named(scan, found.sql, state),
            tuple(scan.filters),
            scan.version,
            moments(found.sql, scan.name),
        )
        for place, scan in enumerate(state.scans)
    )
    columns = tuple(
        Column(field.name or f"_col{at}", field.type) for at, field in enumerate(found.fields)
    )
    return Compiled(
        found.sql,
        columns,
        scans,
        state.deterministic,
        tuple(state.tables),
        tuple(state.called.values()),
        tuple(
            Column(field.heading or f"_col{at}", field.type)
            for at, field in enumerate(found.fields)
        ),
        _ordered(node),
    )


def _named(scan: OpenScan, sql: str, state: State) -> frozenset[str]:
    """The columns that correlated queries may look at, though no value comes from them."""
    if not state.correlated:
        return frozenset()
    return frozenset(column.name for column in named_columns(scan.name, scan.source, sql))


def _ordered(node: tree.Query) -> bool:
    return bool(node.order_by) or (isinstance(node.body, tree.Query) and _ordered(node.body))
