"""PIVOT and UNPIVOT of tables.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_FROM_clause-pivot-unpivot-examples.html
"""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift import blanks
from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.comparing import compare
from labkit.cloud.engine.redshift.errors import RedshiftError, unsupported
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.meeting import meeting
from labkit.cloud.engine.redshift.scope import Field, Scope, Source, Typed
from labkit.cloud.engine.redshift.types import VARCHAR


def pivoted(node: exp.Pivot, sql: str, source: Source, scope: Scope) -> tuple[str, Source]:
    """A member of FROM turned round: its SQL and what it has then."""
    if len(node.args.get("fields") or ()) != 1:
        raise unsupported("PIVOT of several columns")
    turn = _unpivot if node.args.get("unpivot") else _pivot
    text, fields = turn(node, sql, source, scope)
    alias = scope.state.alias("s")
    name = node.alias.lower() if node.alias else source.name
    names = node.args["alias"].args.get("columns") if node.args.get("alias") else ()
    found = [Field(f.name, f.type, f"{alias}.c{at}") for at, f in enumerate(fields)]
    for at, each in enumerate(names or ()):
        found[at] = Field(each.name.lower(), found[at].type, found[at].sql)
    return f"({text}) AS {alias}", Source(name, found)


def _pivot(node: exp.Pivot, sql: str, source: Source, scope: Scope) -> tuple[str, list[Field]]:
    from labkit.cloud.engine.redshift.expressions import expression

    inner = Scope(scope.state, [source], ctes=scope.ctes)
    turned = node.args["fields"][0]
    key = expression(turned.this, inner)
    used = {
        column.name.lower() for each in node.expressions for column in each.find_all(exp.Column)
    }
    used.add(turned.this.name.lower())
    kept = [field.read() for field in source.fields if field.name not in used]
    outputs = [blanks.shown(field.value) for field in kept]
    for value in turned.expressions:
        literal, title = _entry(value)
        test = _test(key, literal, inner)
        for aggregate in node.expressions:
            outputs.append(_filtered(aggregate, title, test, inner))
    columns = ", ".join(f"{output.sql} AS c{at}" for at, output in enumerate(outputs))
    group = f" GROUP BY {', '.join(blanks.key(field.value) for field in kept)}" if kept else ""
    fields = [Field(output.name, output.type, "") for output in outputs]
    return f"SELECT {columns} FROM {sql}{group}", fields


def _test(key: Typed, value: exp.Expr, scope: Scope) -> str:
    """Whether a row is of a value of IN, where NULL is a value."""
    from labkit.cloud.engine.redshift.expressions import expression

    if isinstance(value, exp.Null):
        return f"{key.sql} IS NULL"
    return compare("=", key, expression(value, scope)).sql


def _entry(node: exp.Expr) -> tuple[exp.Expr, str]:
    """A value of IN and its name."""
    if isinstance(node, exp.PivotAlias | exp.Alias):
        return node.this, node.args["alias"].name.lower()
    return node, "null" if isinstance(node, exp.Null) else node.name.lower() or "?column?"


def _filtered(node: exp.Expr, title: str, test: str, scope: Scope) -> Typed:
    """One aggregate over the rows of one value."""
    from labkit.cloud.engine.redshift.expressions import expression

    call = node.this if isinstance(node, exp.Alias) else node
    name = f"{title}_{node.alias.lower()}" if isinstance(node, exp.Alias) else title
    if not isinstance(call, exp.Anonymous):
        raise unsupported("this aggregate of PIVOT")
    argument = call.expressions[0] if call.expressions else exp.Star()
    if isinstance(argument, exp.Star):
        return Typed(f"count(*) FILTER ({test})", expression(call, scope).type, name)
    value = expression(argument, scope)
    key = f"pivot value {len(scope.aliases)}"
    scope.aliases[key] = Typed(f"CASE WHEN {test} THEN {value.sql} END", value.type)
    inner = exp.Anonymous(this=call.this, expressions=[exp.column(key), *call.expressions[1:]])
    return expression(inner, scope).named(name)


def _unpivot(node: exp.Pivot, sql: str, source: Source, scope: Scope) -> tuple[str, list[Field]]:
    from labkit.cloud.engine.redshift.expressions import expression

    inner = Scope(scope.state, [source], ctes=scope.ctes)
    turned = node.args["fields"][0]
    value_name, key_name = node.expressions[0].name.lower(), turned.this.name.lower()
    entries = [_column_entry(each) for each in turned.expressions]
    values = [expression(exp.column(name), inner) for name, _ in entries]
    kind = meeting(values, "UNPIVOT")
    taken = {name for name, _ in entries}
    kept = [field.read() for field in source.fields if field.name not in taken]
    columns = [f"{field.sql} AS c{at}" for at, field in enumerate(kept)]
    width, parts = len(kept), []
    for (_, entry), value in zip(entries, values, strict=True):
        title = quoted_text(shown(entry))
        pair = [f"{title} AS c{width}", f"{coerce(value, kind).sql} AS c{width + 1}"]
        parts.append(f"SELECT {', '.join([*columns, *pair])} FROM {sql}")
    text = " UNION ALL ".join(parts)
    if not node.args.get("include_nulls"):
        text = f"SELECT * FROM ({text}) u WHERE c{width + 1} IS NOT NULL"
    return text, [*kept, Field(key_name, VARCHAR, ""), Field(value_name, kind, "")]


def _column_entry(node: exp.Expr) -> tuple[str, str]:
    if isinstance(node, exp.PivotAlias | exp.Alias):
        return node.this.name.lower(), node.args["alias"].name
    if not isinstance(node, exp.Column | exp.Identifier):
        raise RedshiftError("UNPIVOT needs names of columns", "42601")
    return node.name.lower(), node.name.lower()
