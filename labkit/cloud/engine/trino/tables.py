"""A name in ``FROM``: a query of ``WITH``, a table, one of its versions, or a view.

Source: https://trino.io/docs/current/sql/select.html#from-clause
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labkit.cloud.engine.catalog import Column, Source, Versioned, View
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.engine.trino.information_schema import information_source
from labkit.cloud.engine.trino.library import can_coerce
from labkit.cloud.engine.trino.operators import coerced
from labkit.cloud.engine.trino.parse_query import parse_query
from labkit.cloud.engine.trino.scope import Field, OpenScan, Output, Scope
from labkit.cloud.engine.trino.unnesting import Rows
from labkit.cloud.engine.types import UNKNOWN, Type


def table(node: tree.Table, scope: Scope) -> Rows:
    """A name: a WITH query, a table or a view."""
    if len(node.parts) == 1 and node.parts[0] in scope.named:
        common = scope.named[node.parts[0]]
        alias = scope.state.fresh("t")
        fields = tuple(
            replace(f, sql=f"{alias}.{f.sql}", qualifier=node.parts) for f in common.fields
        )
        return Rows(f"{common.relation} AS {alias}", fields)
    parts = _full_name(node, scope)
    found = _resolved(node, parts, scope)
    if isinstance(found, View):
        return _view(node, found, parts, scope)
    return _scan(node, found, parts, scope)


def _full_name(node: tree.Table, scope: Scope) -> tuple[str, ...]:
    if len(node.parts) > 3:
        raise scope.fail(
            node, "SYNTAX_ERROR", f"Too many dots in table name: {'.'.join(node.parts)}"
        )
    defaults = (scope.state.catalog.name, scope.database)
    return (*defaults[: 3 - len(node.parts)], *node.parts)


def _resolved(node: tree.Table, parts: tuple[str, ...], scope: Scope) -> Source | View:
    try:
        listing = information_source(parts, scope.state.catalog)
        found = listing or scope.state.catalog.resolve(parts)
    except QueryFailed as failure:
        raise scope.fail(node, failure.code, failure.message) from failure
    if listing:
        return listing
    if parts[1:] not in scope.state.tables:
        scope.state.tables.append((parts[1], parts[2]))
    return found


def _scan(node: tree.Table, source: Source, parts: tuple[str, ...], scope: Scope) -> Rows:
    state = scope.state
    at, name = len(state.scans), f"scan_{len(state.scans)}"
    version = _version(node, source, scope)
    if version is not None and isinstance(source, Versioned):
        source = source.at(*version)
    state.scans.append(OpenScan(name, source, version=version))
    keys = {key.lower() for key in source.partition_keys}

    def field(column: Column, hidden: bool) -> Field:
        lower = column.name.lower()
        return Field(
            lower,
            column.type,
            f"{name}.{quoted_name(column.name)}",
            parts,
            frozenset({(at, column.name)}),
            (at, column.name) if lower in keys else None,
            hidden,
        )

    shown = [field(column, False) for column in source.columns]
    hidden = [field(column, True) for column in source.hidden]
    return Rows(name, tuple(shown + hidden))


def _version(node: tree.Table, source: Source, scope: Scope) -> tuple[str, str] | None:
    if node.version is None:
        return None
    kind, value = node.version
    if not source.versioned:
        raise scope.fail(node, "NOT_SUPPORTED", "This connector does not support versioned tables")
    known = len(scope.state.scans)
    moment = Scope(scope.state, scope.text, scope.database).value(value)
    if len(scope.state.scans) > known:
        message = "Constant expression cannot contain a subquery"
        raise scope.fail(value, "EXPRESSION_NOT_CONSTANT", message)
    wanted = (
        ("date", "timestamp", "timestamptz")
        if kind == "TIMESTAMP"
        else ("integer", "bigint", "varchar")
    )
    if moment.type.base not in wanted:
        if moment.type == UNKNOWN:
            raise scope.fail(node, "INVALID_ARGUMENTS", "Pointer value cannot be NULL")
        kinds = "Timestamp, Timestamp with Time Zone, or Date"
        message = f"Type {moment.type.display} invalid. Temporal pointers must be of type {kinds}."
        if kind == "VERSION":
            message = f"Type {moment.type.display} is not supported as a version version"
        code = "TYPE_MISMATCH" if kind == "TIMESTAMP" else "INVALID_ARGUMENTS"
        raise scope.fail(value, code, message)
    if kind == "TIMESTAMP":
        instant = coerced(moment, Type("timestamptz")).sql
        return kind, f"struct_extract({instant}, 'instant')"
    return kind, moment.sql


def _view(node: tree.Table, view: View, parts: tuple[str, ...], scope: Scope) -> Rows:
    """A view's query is compiled where the view is used, with the names of its own database."""
    state = scope.state
    if parts in state.views:
        raise scope.fail(node, "VIEW_IS_RECURSIVE", "Statement would create a recursive view")
    if state.functions:
        message = "Views cannot be used together with external functions"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    outer, state.views = state.views, (*state.views, parts)
    try:
        query = parse_query(view.sql)
        found = state.subquery(query, Scope(state, view.sql, view.database))
    except QueryFailed as failure:
        message = f"Failed analyzing stored view '{'.'.join(parts)}': {failure.message}"
        raise scope.fail(node, "INVALID_VIEW", message) from failure
    finally:
        state.views = outer
    return rows_of(_checked(node, view, found, parts, scope), parts, scope)


def _checked(
    node: tree.Table, view: View, found: Output, parts: tuple[str, ...], scope: Scope
) -> Output:
    """The view's query under the columns that the catalog has for it."""
    if why := _stale(view.columns, found.fields):
        message = f"View '{'.'.join(parts)}' is stale or in invalid state: {why}"
        raise scope.fail(node, "VIEW_IS_STALE", message)
    fields = tuple(
        replace(field, name=column.name.lower(), written=None)
        for field, column in zip(found.fields, view.columns, strict=True)
    )
    return Output(found.sql, fields)


def _stale(columns: Sequence[Column], fields: Sequence[Field]) -> str:
    """Why a view's query is no longer what the catalog says of it; empty where it is.

    Source: ``checkViewStaleness`` of Trino's ``StatementAnalyzer``
    """
    if len(columns) != len(fields):
        return (
            f"stored view column count ({len(columns)}) does not match column count derived from "
            f"the view query analysis ({len(fields)})"
        )
    for at, (column, field) in enumerate(zip(columns, fields, strict=True)):
        placed = f"of type {field.type.display} projected from query view at position {at}"
        stored = f"column [{column.name}] of type {column.type.display} stored in view definition"
        if not field.name:
            return f"a column {placed} has no name"
        if field.name.lower() != column.name.lower():
            return f"column [{field.name}] {placed} has a different name from {stored}"
        if not can_coerce(field.type, column.type):
            return f"column [{field.name}] {placed} cannot be coerced to {stored}"
    return ""


def rows_of(found: Output, qualifier: tuple[str, ...], scope: Scope) -> Rows:
    """A query as a relation."""
    alias = scope.state.fresh("t")
    fields = tuple(
        replace(f, sql=f"{alias}.{f.sql}", qualifier=qualifier, hidden=False) for f in found.fields
    )
    return Rows(f"({found.sql}) AS {alias}", fields)
