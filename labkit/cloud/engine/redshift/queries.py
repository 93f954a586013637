"""Queries: SELECT, set operations, WITH, and what stands in brackets."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from labkit.cloud.engine.redshift.blanks import all_clean, is_clean, key
from labkit.cloud.engine.redshift.calls import direction
from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.connect_by import next_round
from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError, unsupported
from labkit.cloud.engine.redshift.meeting import known, meeting, untyped
from labkit.cloud.engine.redshift.ordering import distinct_rows, limits, order_key
from labkit.cloud.engine.redshift.scope import Cte, Field, Scope, Source, Typed
from labkit.cloud.engine.redshift.select import Query, select
from labkit.cloud.engine.redshift.types import VARCHAR, Type


def query(node: exp.Expr, scope: Scope) -> Query:
    """Any query: SELECT, a set operation, VALUES, one in brackets.

    Raises:
        RedshiftError: in Redshift's words.
    """
    ctes = _with(node, scope)
    if isinstance(node, exp.Select):
        found = select(node, scope)
    elif isinstance(node, exp.SetOperation):
        found = _set_operation(node, scope)
    elif isinstance(node, exp.Subquery):
        found = _bracketed(node, scope)
    elif isinstance(node, exp.Values):
        raise _no_table(node)
    else:
        raise unsupported(f"{type(node).__name__.upper()} as a query")
    return Query(f"{ctes}{found.sql}", found.fields) if ctes else found


def _with(node: exp.Expr, scope: Scope) -> str:
    clause = node.args.get("with_")
    if clause is None:
        return ""
    recursive = bool(clause.args.get("recursive"))
    names = [each.alias.lower() for each in clause.expressions]
    for name in names:
        if names.count(name) > 1:
            raise RedshiftError(f'WITH query name "{name}" specified more than once', "42712")
    parts = [_cte(each, scope, recursive) for each in clause.expressions]
    return f"WITH {'RECURSIVE ' if recursive else ''}{', '.join(parts)} "


def _cte(node: exp.CTE, scope: Scope, recursive: bool) -> str:
    name, alias = node.alias.lower(), scope.state.alias("w")
    columns = [each.name.lower() for each in node.args["alias"].args.get("columns") or ()]
    inner = Scope(scope.state, ctes=dict(scope.ctes), parent=scope.parent)
    body = node.this
    if recursive and isinstance(body, exp.Union) and _names(body, name):
        first = query(body.left, Scope(scope.state, ctes=dict(scope.ctes)))
        fields = _renamed(_of_any_length(first.fields), columns)
        inner.ctes[name] = Cte(alias, fields)
        found = _recursion(body, inner, first, alias)
    else:
        found = query(body, inner)
    fields = _renamed(found.fields, columns)
    scope.ctes[name] = Cte(alias, fields)
    return f"{alias} AS ({found.sql})"


def _names(node: exp.Expr, name: str) -> bool:
    return any(table.name.lower() == name for table in node.find_all(exp.Table))


def _recursion(body: exp.Union, scope: Scope, first: Query, alias: str) -> Query:
    """The rows carry the number of their round, behind the columns that have names."""
    second = query(body.right, scope)
    _same_width(first, second, "UNION")
    fields = _of_any_length(first.fields)
    casts = ", ".join(
        f"{coerce(Typed(f'r.c{at}', right.type), left.type).sql} AS c{at}"
        for at, (left, right) in enumerate(zip(fields, second.fields, strict=True))
    )
    if body.args.get("distinct"):
        raise unsupported("UNION without ALL in a recursive query")
    round_of = f"SELECT {next_round('r')} AS r FROM {alias}"
    return Query(
        f"SELECT *, 0 AS r FROM ({first.sql}) UNION ALL "
        f"SELECT {casts}, d.r FROM ({second.sql}) r, ({round_of} LIMIT 1) d",
        fields,
    )


def _of_any_length(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Texts may grow with each round."""
    return tuple(
        replace(each, type=VARCHAR, clean=None) if each.type.base == "varchar" else each
        for each in fields
    )


def _renamed(fields: tuple[Field, ...], columns: list[str]) -> tuple[Field, ...]:
    if columns and len(columns) > len(fields):
        raise RedshiftError("WITH query has fewer columns available than specified", "42P10")
    names = columns + [field.name for field in fields[len(columns) :]]
    return tuple(
        replace(field, name=name, sql=f"c{at}")
        for at, (name, field) in enumerate(zip(names, fields, strict=True))
    )


def _bracketed(node: exp.Subquery, scope: Scope) -> Query:
    inner = query(node.this, Scope(scope.state, parent=scope.parent, ctes=dict(scope.ctes)))
    return _ordered_outputs(node, inner, scope)


def _no_table(node: exp.Values) -> RedshiftError:
    """Rows of constants are no table: they are read as a call with something after it.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-features.html
    """
    after = "," if len(node.expressions) > 1 else ")"
    return RedshiftError(f'syntax error at or near "{after}"', SYNTAX)


_SET = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}


def _set_operation(node: exp.SetOperation, scope: Scope) -> Query:
    word = _SET[type(node)]
    if any(node.left.args.get(clause) for clause in ("order", "offset")):
        raise RedshiftError(f'syntax error at or near "{word}"', SYNTAX)
    sides = [
        query(side, Scope(scope.state, parent=scope.parent, ctes=dict(scope.ctes)))
        for side in (node.left, node.right)
    ]
    left, right = sides
    _same_width(left, right, word)
    distinct = node.args.get("distinct")
    if node.args.get("by_name"):
        raise unsupported(f"{word} BY NAME")
    if not distinct and word != "UNION":
        raise unsupported(f"{word} ALL")
    kinds = [
        known(meeting([field.value for field in pair], word))
        for pair in zip(left.fields, right.fields, strict=True)
    ]
    parts = [f"({_cast_columns(side, kinds)})" for side in sides]
    fields = tuple(
        Field(
            one.name,
            kind,
            one.sql,
            clean=all_clean([one.value, two.value]),
            untyped=one.untyped and two.untyped,
            literals=one.literals + two.literals,
        )
        for one, two, kind in zip(left.fields, right.fields, kinds, strict=True)
    )
    if distinct and not all(is_clean(field.value) for field in fields):
        sql = _blanks_aside(word, parts, fields)
    else:
        sql = f" {word}{'' if distinct else ' ALL'} ".join(parts)
    return _ordered_outputs(node, Query(sql, fields), scope)


def _blanks_aside(word: str, parts: list[str], fields: tuple[Field, ...]) -> str:
    """A set operation over rows of text that may end with blanks."""
    if word == "UNION":
        return distinct_rows(" UNION ALL ".join(parts), fields)
    pairs = [
        [key(replace(field.value, sql=f"{side}.c{at}")) for side in "qr"]
        for at, field in enumerate(fields)
    ]
    same = " AND ".join(f"{one} IS NOT DISTINCT FROM {two}" for one, two in pairs)
    kind = "SEMI" if word == "INTERSECT" else "ANTI"
    return distinct_rows(f"FROM {parts[0]} q {kind} JOIN {parts[1]} r ON {same}", fields)


def _same_width(left: Query, right: Query, word: str) -> None:
    if len(left.fields) != len(right.fields):
        raise RedshiftError(f"each {word} query must have the same number of columns", SYNTAX)


def _cast_columns(side: Query, kinds: list[Type]) -> str:
    if all(field.type == kind for field, kind in zip(side.fields, kinds, strict=True)):
        return side.sql
    casts = ", ".join(
        f"{coerce(Typed(f'q.c{at}', _side_type(field, kind)), kind).sql} AS c{at}"
        for at, (field, kind) in enumerate(zip(side.fields, kinds, strict=True))
    )
    return f"SELECT {casts} FROM ({side.sql}) q"


def _side_type(field: Field, kind: Type) -> Type:
    """A column's type before it is cast: a literal beside a char is none of its own."""
    return untyped(field) if kind.base == "bpchar" else field.type


def _ordered_outputs(node: exp.Expr, found: Query, scope: Scope) -> Query:
    """ORDER BY and LIMIT of a query whose columns are all that can be named."""
    order, bounds = node.args.get("order"), limits(node, scope)
    if order is None and not bounds:
        return found
    parts = []
    outputs = [replace(f, sql=f"q.c{at}") for at, f in enumerate(found.fields)]
    inner = Scope(scope.state, [Source("", outputs)])
    for each in order.expressions if order else ():
        key_sql = order_key(each.this, inner, [output.value for output in outputs])
        parts.append(f"{key_sql} {direction(each)}")
    clause = f" ORDER BY {', '.join(parts)}" if parts else ""
    return Query(f"SELECT * FROM ({found.sql}) q{clause}{bounds}", found.fields)
