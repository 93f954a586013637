"""Redshift SQL to DuckDB SQL: the entry to the compiler.

Each part of a query gets its type, each operator and function is looked up for these types, and
what has no rule is refused in Redshift's words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from labkit.cloud.engine.redshift import (
    conditions,
    intervals,
    named_calls,
    row_functions,
    special_calls,
    try_casts,
)
from labkit.cloud.engine.redshift.catalog import Catalog, Scan
from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError
from labkit.cloud.engine.redshift.expressions import expression
from labkit.cloud.engine.redshift.queries import query
from labkit.cloud.engine.redshift.reading import parse_expression, parse_query
from labkit.cloud.engine.redshift.scope import Field, Scope, Source, State, Typed
from labkit.cloud.engine.redshift.select import Query

#: What registers kinds of nodes and of calls when it is imported.
PARTS = (conditions, intervals, named_calls, row_functions, special_calls, try_casts)


@dataclass(frozen=True)
class Compiled:
    """A query that DuckDB can run; its columns are called c0, c1, ...

    Args:
        oids: the stored relations that it reads.
        columns: those of their columns that it reads: the relation's number, the column's SQL.
        calls: the functions of users that it calls.
        scans: what `sql` names and whoever it is part of has yet to plan.
    """

    sql: str
    fields: tuple[Field, ...]
    oids: frozenset[int]
    scans: tuple[Scan, ...] = ()
    columns: frozenset[tuple[int, str]] = frozenset()
    calls: frozenset[int] = frozenset()


def compile_query(
    sql: str | exp.Expr,
    catalog: Catalog,
    *,
    parameters: Sequence[Any] = (),
    variables: Mapping[str, Typed] | None = None,
) -> Compiled:
    """Compile one query.

    Args:
        sql: Redshift SQL, or its tree from `parse_query`.
        catalog: what names mean.
        parameters: values for ``$1``, ``$2``, ...
        variables: what else a bare name may stand for, in a stored procedure.

    Raises:
        RedshiftError: in Redshift's words.
    """
    tree = parse_query(sql) if isinstance(sql, str) else sql
    if not isinstance(tree, exp.Query):
        raise RedshiftError(f'syntax error at or near "{tree.key.upper()}"', SYNTAX)
    state = new_state(catalog, parameters, variables)
    state.whole = True
    found = query(tree, Scope(state))
    sql = catalog.planned(_with_room(found), state.scans)
    return Compiled(
        sql,
        found.fields,
        frozenset(state.oids - {0}),
        tuple(state.scans),
        frozenset(state.columns),
        frozenset(state.calls - {0}),
    )


def _with_room(found: Query) -> str:
    """A query whose intervals Arrow has room for."""
    if all(field.type.base != "interval" for field in found.fields):
        return found.sql
    columns = (
        f"rs_with_room({field.sql}) AS {field.sql}" if field.type.base == "interval" else field.sql
        for field in found.fields
    )
    return f"SELECT {', '.join(columns)} FROM ({found.sql})"


def compile_expression(
    sql: str | exp.Expr,
    catalog: Catalog,
    sources: Sequence[Source] = (),
    *,
    parameters: Sequence[Any] = (),
    variables: Mapping[str, Typed] | None = None,
) -> Typed:
    """Compile one expression over the columns of some sources."""
    tree = parse_expression(sql) if isinstance(sql, str) else sql
    return expression(tree, Scope(new_state(catalog, parameters, variables), list(sources)))


def new_state(
    catalog: Catalog, parameters: Sequence[Any] = (), variables: Mapping[str, Typed] | None = None
) -> State:
    """The state of a statement's compilation."""
    return State(catalog, parameters, variables=dict(variables or {}), query=query)
