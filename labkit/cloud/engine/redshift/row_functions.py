"""Functions of the catalog that give rows: a table in FROM, ``(public,sales,salesid,integer,1)``
in a select list.

Source: https://docs.aws.amazon.com/redshift/latest/dg/PG_GET_COLS.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.calls import special
from labkit.cloud.engine.redshift.errors import unsupported
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.scope import Field, Scope, Typed
from labkit.cloud.engine.redshift.types import INT4, NAME, VARCHAR

_KINDS = {"view_schema": NAME, "view_name": NAME, "col_name": NAME, "col_type": VARCHAR,
          "col_num": INT4}  # fmt: skip


def rows_of(call: exp.Anonymous, scope: Scope) -> tuple[str, list[Field]] | None:
    """The query of a call, and its columns; None for another function."""
    found = _FUNCTIONS.get(str(call.this).lower())
    if found is None:
        return None
    fields = [Field(name, kind, quoted_name(name)) for name, kind in _KINDS.items()]
    return found(call.expressions, scope), fields


def _columns(args: Sequence[exp.Expr], scope: Scope) -> str:
    """The columns of one relation."""
    if len(args) != 1 or not args[0].is_string:
        raise unsupported("PG_GET_COLS of anything but a name in quotes")
    parts = tuple(args[0].name.lower().split("."))
    relation = scope.state.catalog.relation(parts)
    where = ", ".join(quoted_text(shown(each)) for each in (relation.schema, relation.name))
    rows = ", ".join(
        f"({where}, {quoted_text(shown(column.name))}, {quoted_text(str(column.type))}, {at})"
        for at, column in enumerate((c for c in relation.columns if not c.hidden), 1)
    )
    return f"SELECT * FROM (VALUES {rows}) v({', '.join(_KINDS)})"


def _late_bound(args: Sequence[exp.Expr], scope: Scope) -> str:
    """The columns of the views that are bound late."""
    relation = scope.state.catalog.relation(("pg_catalog", "pg_get_late_binding_view_cols"))
    columns = ", ".join(f"{quoted_name(c.sql)} AS {c.name}" for c in relation.columns)
    return f"SELECT {columns} FROM {relation.sql} v"


_FUNCTIONS: dict[str, Callable[[Sequence[exp.Expr], Scope], str]] = {
    "pg_get_cols": _columns,
    "pg_get_late_binding_view_cols": _late_bound,
}


@special(*_FUNCTIONS)
def _as_records(name: str, node: exp.Anonymous, scope: Scope) -> Typed:
    """A row as text: what has a blank or a comma in it stands in double quotes."""
    sql = _FUNCTIONS[name](node.expressions, scope)
    shown = ", ".join(
        f"CASE WHEN regexp_matches({c}, '[\\s,()\"]') THEN '\"' || {c} || '\"' ELSE {c} END"
        for c in (f"CAST({quoted_name(column)} AS VARCHAR)" for column in _KINDS)
    )
    record = f"'(' || concat_ws(',', {shown}) || ')'"
    return Typed(f"unnest((SELECT list({record}) FROM ({sql}) v))", VARCHAR, name)
