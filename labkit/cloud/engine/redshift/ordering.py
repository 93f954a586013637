"""ORDER BY, LIMIT and DISTINCT, which look at the columns that a query gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from labkit.cloud.engine.redshift.blanks import key, shown, sortable
from labkit.cloud.engine.redshift.calls import direction
from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.errors import AMBIGUOUS, RedshiftError, unsupported
from labkit.cloud.engine.redshift.expressions import expression
from labkit.cloud.engine.redshift.scope import Field, Scope, Typed
from labkit.cloud.engine.redshift.types import INT8


def order_key(node: exp.Expr, scope: Scope, outputs: list[Typed]) -> str:
    """An output column by its number or name, or any expression."""
    if (at := numbered_output(node, outputs, "ORDER BY")) is not None:
        return _output(at, outputs)
    if (named := named_output(node, outputs, "ORDER BY")) is not None:
        return _output(named, outputs)
    return key(sortable(expression(node, scope)))


def numbered_output(node: exp.Expr, outputs: Sequence[Typed], clause: str) -> int | None:
    """The place of the output column that a number alone is, from 0.

    Raises:
        RedshiftError: there is no such column; a number below zero is one, too.
    """
    sign, digits = (-1, node.this.unnest()) if isinstance(node, exp.Neg) else (1, node)
    if not (isinstance(digits, exp.Literal) and not digits.is_string and digits.this.isdigit()):
        return None
    at = sign * int(digits.this)
    if not 1 <= at <= len(outputs):
        raise RedshiftError(f"{clause} position {at} is not in select list", "42P10")
    return at - 1


def named_output(node: exp.Expr, outputs: Sequence[Typed], clause: str) -> int | None:
    """The place of the output column that a name alone is; one expression may be there twice.

    Raises:
        RedshiftError: different expressions have it.
    """
    if not (isinstance(node, exp.Column) and len(node.parts) == 1):
        return None
    name = node.name.lower()
    found = [at for at, output in enumerate(outputs) if output.name == name]
    if len({outputs[at].sql for at in found}) > 1:
        raise RedshiftError(f'{clause} "{name}" is ambiguous', AMBIGUOUS)
    return found[0] if found else None


def _output(at: int, outputs: list[Typed]) -> str:
    """An output column in ORDER BY: its number, unless it is not sorted as it is stored."""
    key_sql = key(sortable(outputs[at]))
    return str(at + 1) if key_sql == outputs[at].sql else key_sql


def limits(node: exp.Expr, scope: Scope) -> str:
    """LIMIT and OFFSET."""
    found = ""
    for name in ("limit", "offset"):
        clause = node.args.get(name)
        if clause is None:
            continue
        if clause.expressions:
            raise unsupported("LIMIT BY")
        options = clause.args.get("limit_options")
        if options and (options.args.get("with_ties") or options.args.get("percent")):
            raise unsupported("TOP or LIMIT of a share or with ties")
        value = clause.expression if clause.args.get("expression") else clause.args.get("count")
        if isinstance(value, exp.Anonymous | exp.Column | exp.Var) and value.name.lower() == "all":
            continue
        found += f" {name.upper()} {coerce(expression(value, scope), INT8).sql}"
    return found


def hidden_keys(keys: list[str], outputs: list[Typed]) -> list[str]:
    """The keys of ORDER BY that are no outputs."""
    shown = {key(o) for o in outputs} | {_output(at, outputs) for at in range(len(outputs))}
    return [key for key in dict.fromkeys(keys) if key not in shown]


def distinct_rows(sql: str, fields: Sequence[Field], hidden: Sequence[str] = ()) -> str:
    """Distinct rows; each must have one of the keys that they are sorted by and do not show."""
    values = [replace(field.value, sql=f"q.c{at}") for at, field in enumerate(fields)]
    columns = [f"{shown(value).sql} AS c{at}" for at, value in enumerate(values)]
    columns += [f"rs_one_key(k{at}) AS k{at}" for at in range(len(hidden))]
    found = f"SELECT {', '.join(columns)} FROM ({sql}) q GROUP BY {', '.join(map(key, values))}"
    told = ", ".join(f"c{at}" for at in range(len(fields)))
    return f"SELECT {told} FROM ({found}) q"


def of_distinct(key_sql: str, outputs: list[Typed], fields: Sequence[Field]) -> str:
    """A key of ORDER BY over distinct rows."""
    for output, field in zip(outputs, fields, strict=True):
        if key_sql == key(output):
            return key(field.value)
    return key_sql


def order_by(order: exp.Expr | None, keys: list[str], hidden: list[str]) -> str:
    """ORDER BY of a SELECT."""
    if order is None:
        return ""
    named = [f"k{hidden.index(key)}" if key in hidden else key for key in keys]
    parts = [f"{key} {direction(e)}" for key, e in zip(named, order.expressions, strict=True)]
    return f" ORDER BY {', '.join(parts)}"
