"""Cursors of PL/pgSQL: opened, read row by row, closed; the caller may go on reading them.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_PLpgSQL-statements.html#r_PLpgSQL-cursors
"""

from __future__ import annotations

import time
from typing import Any

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.warehouse.procedure_parts import Step
from labkit.cloud.redshift.warehouse.procedure_run import Run, Variable
from labkit.cloud.redshift.warehouse.registry import Result


def open_cursor(run: Run, step: Step) -> None:
    """The portal's name is the variable's value, or the variable's own name."""
    from labkit.cloud.redshift.warehouse.procedures import dynamic

    name, how, *texts = step.texts
    portal = _portal(run, name) or name
    if portal in run.connection.cursors:
        raise RedshiftError(f'cursor "{portal}" already in use', "42P03")
    if how == "bound":
        found = _bound(run, name, texts)
    else:
        found = run.sql(dynamic(run, texts[0]) if how == "dynamic" else texts[0])
    run.connection.cursors[portal] = [found, 0, time.time()]
    run.variables[name].sql = quoted_text(portal)


def _portal(run: Run, name: str) -> str:
    if name not in run.variables:
        raise RedshiftError(f'"{name}" is not a known variable', "42601")
    sql = run.variables[name].sql
    return "" if sql == "NULL" else sql[1:-1].replace("''", "'")


def _bound(run: Run, name: str, texts: list[str]) -> Result:
    """The query of a cursor's declaration, with its arguments."""
    cursor = run.cursors.get(name)
    if cursor is None:
        raise RedshiftError(f'"{name}" is not bound to a query', "42601")
    if len(texts) != len(cursor.arguments):
        raise RedshiftError(f'cursor "{name}" takes {len(cursor.arguments)} arguments', "42601")
    kept = dict(run.variables)
    for (argument, kind), text in zip(cursor.arguments, texts, strict=True):
        run.variables[argument] = Variable(kind, run.value(text, kind)[0])
    try:
        return run.sql(cursor.query)
    finally:
        run.variables = kept


def fetch(run: Run, step: Step) -> None:
    """The next row into variables; NULLs after the last one, and FOUND is false."""
    name, *into = step.texts
    held = _held(run, name)
    result, at, _ = held
    rows = result.rows.slice(at, 1)
    held[1] = at + rows.num_rows
    run.take(Result("FETCH", result.columns, rows, rows.num_rows), into)


def _held(run: Run, name: str) -> list[Any]:
    portal = _portal(run, name) or name
    if portal not in run.connection.cursors:
        raise RedshiftError(f'cursor "{portal}" does not exist', "34000")
    found: list[Any] = run.connection.cursors[portal]
    return found


def close(run: Run, step: Step) -> None:
    _held(run, step.texts[0])
    del run.connection.cursors[_portal(run, step.texts[0]) or step.texts[0]]
