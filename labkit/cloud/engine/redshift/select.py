"""SELECT: its clauses in the order in which they mean something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from labkit.cloud.engine.redshift import outer_marks
from labkit.cloud.engine.redshift.aggregates import AGGREGATES
from labkit.cloud.engine.redshift.blanks import all_clean, is_clean, key, shown
from labkit.cloud.engine.redshift.calls import direction
from labkit.cloud.engine.redshift.casts import coerce, common_type, known
from labkit.cloud.engine.redshift.errors import (
    SYNTAX,
    UNDEFINED_COLUMN,
    RedshiftError,
    unsupported,
)
from labkit.cloud.engine.redshift.expressions import condition, expression
from labkit.cloud.engine.redshift.operators import sorted_by
from labkit.cloud.engine.redshift.relations import from_clause, next_round
from labkit.cloud.engine.redshift.scope import Cte, Field, Scope, Source, Typed
from labkit.cloud.engine.redshift.types import INT8, VARCHAR, Type
from labkit.cloud.engine.redshift.windows import window_definition


@dataclass(frozen=True)
class Query:
    """A query in DuckDB's SQL; its columns are called c0, c1, ..."""

    sql: str
    fields: tuple[Field, ...]


def query(node: exp.Expr, scope: Scope) -> Query:
    """Any query: SELECT, a set operation, VALUES, one in brackets.

    Raises:
        RedshiftError: in Redshift's words.
    """
    ctes = _with(node, scope)
    if isinstance(node, exp.Select):
        found = _select(node, scope)
    elif isinstance(node, exp.SetOperation):
        found = _set_operation(node, scope)
    elif isinstance(node, exp.Subquery):
        found = _bracketed(node, scope)
    elif isinstance(node, exp.Values):
        raise _no_table(node)
    else:
        raise unsupported(f"{type(node).__name__.upper()} as a query")
    return Query(f"{ctes}{found.sql}", found.fields) if ctes else found


_KNOWN = {
    "expressions", "from_", "joins", "where", "group", "having", "qualify", "order",
    "limit", "offset", "distinct", "with_", "windows", "connect", "exclude", "kind", "hint",
    "operation_modifiers", "into",
}  # fmt: skip


def _refuse_others(node: exp.Expr, allowed: set[str]) -> None:
    for name, value in node.args.items():
        if value and name not in allowed:
            raise unsupported(f"{name.strip('_').upper()} in a query")


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
        known(common_type((one.type, two.type), word))
        for one, two in zip(left.fields, right.fields, strict=True)
    ]
    parts = [f"({_cast_columns(side, kinds)})" for side in sides]
    fields = tuple(
        Field(one.name, kind, one.sql, clean=all_clean([one.value, two.value]))
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
        f"{coerce(Typed(f'q.c{at}', field.type), kind).sql} AS c{at}"
        for at, (field, kind) in enumerate(zip(side.fields, kinds, strict=True))
    )
    return f"SELECT {casts} FROM ({side.sql}) q"


def _ordered_outputs(node: exp.Expr, found: Query, scope: Scope) -> Query:
    """ORDER BY and LIMIT of a query whose columns are all that can be named."""
    order, bounds = node.args.get("order"), _limits(node, scope)
    if order is None and not bounds:
        return found
    parts = []
    outputs = [replace(f, sql=f"q.c{at}") for at, f in enumerate(found.fields)]
    inner = Scope(scope.state, [Source("", outputs)])
    for each in order.expressions if order else ():
        key_sql = _order_key(each.this, inner, [output.value for output in outputs])
        parts.append(f"{key_sql} {direction(each)}")
    clause = f" ORDER BY {', '.join(parts)}" if parts else ""
    return Query(f"SELECT * FROM ({found.sql}) q{clause}{bounds}", found.fields)


def _order_key(node: exp.Expr, scope: Scope, outputs: list[Typed]) -> str:
    """An output column by its number or name, or any expression."""
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        at = int(node.this)
        if not 1 <= at <= len(outputs):
            raise RedshiftError(f"ORDER BY position {at} is not in select list", "42P10")
        return _output(at - 1, outputs)
    if isinstance(node, exp.Column) and len(node.parts) == 1:
        names = [output.name for output in outputs]
        if names.count(node.name.lower()) == 1:
            return _output(names.index(node.name.lower()), outputs)
    return sorted_by(expression(node, scope))


def _output(at: int, outputs: list[Typed]) -> str:
    """An output column in ORDER BY: its number, unless it is not sorted as it is stored."""
    key_sql = sorted_by(outputs[at])
    return str(at + 1) if key_sql == outputs[at].sql else key_sql


def _limits(node: exp.Expr, scope: Scope) -> str:
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


def _select(node: exp.Select, outer: Scope) -> Query:
    _refuse_others(node, _KNOWN)
    _check_qualify(node)
    scope = outer
    if outer_marks.marked(node):
        start, node = outer_marks.joined(node, scope)
    else:
        start = from_clause(node, scope)
    _define_windows(node, scope)
    filtered, outputs = _filtered(node, scope)
    group = _group(node, scope, outputs)
    if scope.shown:
        _define_windows(node, scope)
        outputs = _projections(node, scope)
    having = node.args.get("having")
    qualify = node.args.get("qualify")
    order = node.args.get("order")
    keys = [_order_key(each.this, scope, outputs) for each in order.expressions] if order else []
    distinct = _distinct(node)
    hidden = _hidden(keys, outputs) if distinct else []
    grouped = bool(distinct) and bool(hidden or not all(map(is_clean, outputs)))
    parts = [
        f"SELECT {'' if grouped else distinct}{_named(outputs)}",
        *(f", {key} AS k{at}" for at, key in enumerate(hidden)),
        f"{start}{filtered}{group}",
        f" HAVING {condition(having.this, scope, 'HAVING')}" if having else "",
        f" QUALIFY {condition(qualify.this, scope, 'QUALIFY')}" if qualify else "",
    ]
    fields = tuple(
        Field(output.name, known(output.type), f"c{at}", clean=all_clean([output]))
        for at, output in enumerate(outputs)
    )
    sql = "".join(parts)
    if grouped:
        sql = distinct_rows(sql, fields, hidden)
        keys = [_of_distinct(key_sql, outputs, fields) for key_sql in keys]
    return Query(f"{sql}{_order(order, keys, hidden)}{_limits(node, scope)}", fields)


def _check_qualify(node: exp.Select) -> None:
    """Right behind a member of FROM that has no name of its own, QUALIFY is read as its name.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_QUALIFY_clause.html
    """
    qualify, start = node.args.get("qualify"), node.args.get("from_")
    if not (qualify and start) or any(node.args.get(k) for k in ("where", "group", "having")):
        return
    last = [start, *(start.this.args.get("joins") or ()), *(node.args.get("joins") or ())][-1]
    if not (last.args.get("on") or last.args.get("using") or last.this.args.get("alias")):
        word = re.match(r"\w+|.", qualify.this.sql(dialect="redshift"))
        raise RedshiftError(f'syntax error at or near "{word[0].lower() if word else ""}"', SYNTAX)


def _define_windows(node: exp.Select, scope: Scope) -> None:
    for each in node.args.get("windows") or ():
        scope.windows[each.this.name.lower()] = window_definition(each, scope)


def _filtered(node: exp.Select, scope: Scope) -> tuple[str, list[Typed]]:
    """WHERE, which may use names of the select list where no column has them, and that list."""
    try:
        return _where(node, scope), _projections(node, scope)
    except RedshiftError as error:
        if error.sqlstate != UNDEFINED_COLUMN:
            raise
    outputs = _projections(node, scope)
    return _where(node, scope), outputs


def _where(node: exp.Select, scope: Scope) -> str:
    where = node.args.get("where")
    if where is None:
        return ""
    scope.aggregates = False
    try:
        return f" WHERE {condition(where.this, scope, 'WHERE')}"
    finally:
        scope.aggregates = True


def _named(outputs: list[Typed]) -> str:
    return ", ".join(
        f"{coerce(output, known(output.type)).sql} AS c{at}" for at, output in enumerate(outputs)
    )


def _distinct(node: exp.Select) -> str:
    distinct = node.args.get("distinct")
    if distinct is None:
        return ""
    if distinct.args.get("on"):
        raise RedshiftError("SELECT DISTINCT ON is not supported", "0A000")
    return "DISTINCT "


def _projections(node: exp.Select, scope: Scope) -> list[Typed]:
    excluded = _excluded(node, scope)
    found: list[Typed] = []
    for each in node.expressions:
        if star := _star(each):
            found.extend(_expanded(star, each, excluded, scope))
            continue
        value = expression(each, scope)
        if isinstance(each, exp.Alias):
            alias = Typed(f"({value.sql})", value.type, value.name, clean=value.clean)
            scope.aliases[each.alias.lower()] = alias
        if value.name not in excluded:
            found.append(value)
        elif not isinstance(each, exp.Column):
            raise unsupported(f'EXCLUDE of "{value.name}", which an expression is called,')
    if not found:
        raise RedshiftError("SELECT without columns is not valid", SYNTAX)
    return found


def _excluded(node: exp.Select, scope: Scope) -> set[str]:
    """The columns that EXCLUDE takes out of the whole select list.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_EXCLUDE_list.html
    """
    names = {field.name for source in scope.sources for field in source.fields}
    listed = node.args.get("exclude") or ()
    for each in listed:
        if not isinstance(each, exp.Column) or len(each.parts) > 1:
            raise RedshiftError("EXCLUDE takes names of columns alone", SYNTAX)
        if each.name.lower() not in names:
            raise RedshiftError(f'column "{each.name.lower()}" does not exist', UNDEFINED_COLUMN)
    return {each.name.lower() for each in listed}


def _star(node: exp.Expr) -> exp.Star | None:
    if isinstance(node, exp.Star):
        return node
    inner = node.this if isinstance(node, exp.Column) else None
    return inner if isinstance(inner, exp.Star) else None


def _expanded(star: exp.Star, node: exp.Expr, excluded: set[str], scope: Scope) -> list[Typed]:
    table = node.args["table"].name.lower() if node.args.get("table") else ""
    if star.args.get("replace") or star.args.get("rename"):
        raise unsupported("REPLACE or RENAME of *")
    if not scope.sources:
        raise RedshiftError("SELECT * with no tables specified is not valid", SYNTAX)
    if table and not any(source.name == table for source in scope.sources):
        raise RedshiftError(f'relation "{table}" does not exist', "42P01")
    return [
        replace(value, sql=scope.shown.get(value.sql, value.sql))
        for source in scope.sources
        if (not table and source.qualified) or source.name == table
        for field in source.fields
        if field.name not in excluded and (table or field.name not in source.merged)
        for value in (field.read().value,)
    ]


def _group(select: exp.Select, scope: Scope, outputs: list[Typed]) -> str:
    node = select.args.get("group")
    if node is None:
        return ""
    if node.args.get("totals"):
        raise unsupported("GROUP BY WITH TOTALS")
    members = list(node.expressions)
    for kind in ("rollup", "cube", "grouping_sets"):
        members += node.args.get(kind) or ()
    scope.within = dict(scope.aliases)
    keys = [_group_key(each, scope, outputs) for each in members]
    if node.args.get("all"):
        keys = _all_keys(select, scope, outputs)
    if any(isinstance(each, tuple(_GROUPINGS)) for each in members):
        for sql, value in scope.shown.items():
            told = f"grouping({key(Typed(sql, VARCHAR))})"
            scope.shown[sql] = f"CASE WHEN {told} = 0 THEN {value} END"
    return f" GROUP BY {', '.join(keys)}"


def _all_keys(select: exp.Select, scope: Scope, outputs: list[Typed]) -> list[str]:
    """What GROUP BY ALL groups by: DuckDB finds it, unless text that may end with blanks is."""
    if all(map(is_clean, outputs)):
        return ["ALL"]
    excluded = _excluded(select, scope)
    aggregated: list[bool] = []
    for each in select.expressions:
        star = _star(each)
        width = len(_expanded(star, each, excluded, scope)) if star else 1
        aggregated += [_aggregates(each)] * width
    own = zip(aggregated, outputs, strict=True)
    return [_key_of(output, scope) for whole, output in own if not whole] or ["ALL"]


def _aggregates(node: exp.Expr) -> bool:
    calls = node.find_all(exp.Anonymous)
    return any(str(call.this).lower() in AGGREGATES for call in calls)


_GROUPINGS: dict[type[exp.Expr], str] = {
    exp.Rollup: "ROLLUP",
    exp.Cube: "CUBE",
    exp.GroupingSets: "GROUPING SETS",
}


def _group_key(node: exp.Expr, scope: Scope, outputs: list[Typed]) -> str:
    if type(node) in _GROUPINGS:
        inner = ", ".join(_group_key(each, scope, outputs) for each in node.expressions)
        return f"{_GROUPINGS[type(node)]} ({inner})"
    if isinstance(node, exp.Tuple):
        return f"({', '.join(_group_key(each, scope, outputs) for each in node.expressions)})"
    if isinstance(node, exp.Paren):
        return f"({_group_key(node.this, scope, outputs)})"
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        at = int(node.this)
        if not 1 <= at <= len(outputs):
            raise RedshiftError(f"GROUP BY position {at} is not in select list", "42P10")
        return _key_of(outputs[at - 1], scope)
    if isinstance(node, exp.Column) and len(node.parts) == 1:
        name = node.name.lower()
        if scope.column("", name) is None:
            for output in outputs:
                if output.name == name:
                    return _key_of(output, scope)
    with scope.ungrouped():
        value = expression(node, scope)
    return _key_of(value, scope)


def _key_of(value: Typed, scope: Scope) -> str:
    if not is_clean(value):
        scope.shown[value.sql] = shown(value).sql
        return key(value)
    return _no_position(value.sql)


def _no_position(sql: str) -> str:
    """A key that is the constant 5 as no fifth output."""
    return f"CAST({sql} AS INTEGER)" if sql.isdigit() else sql


def _hidden(keys: list[str], outputs: list[Typed]) -> list[str]:
    """The keys of ORDER BY that are no outputs."""
    shown = {sorted_by(o) for o in outputs} | {_output(at, outputs) for at in range(len(outputs))}
    return [key for key in dict.fromkeys(keys) if key not in shown]


def distinct_rows(sql: str, fields: Sequence[Field], hidden: Sequence[str] = ()) -> str:
    """Distinct rows; each must have one of the keys that they are sorted by and do not show."""
    values = [replace(field.value, sql=f"q.c{at}") for at, field in enumerate(fields)]
    columns = [f"{shown(value).sql} AS c{at}" for at, value in enumerate(values)]
    columns += [f"rs_one_key(k{at}) AS k{at}" for at in range(len(hidden))]
    found = f"SELECT {', '.join(columns)} FROM ({sql}) q GROUP BY {', '.join(map(key, values))}"
    told = ", ".join(f"c{at}" for at in range(len(fields)))
    return f"SELECT {told} FROM ({found}) q"


def _of_distinct(key_sql: str, outputs: list[Typed], fields: Sequence[Field]) -> str:
    """A key of ORDER BY over distinct rows."""
    for output, field in zip(outputs, fields, strict=True):
        if key_sql == sorted_by(output):
            return sorted_by(field.value)
    return key_sql


def _order(order: exp.Expr | None, keys: list[str], hidden: list[str]) -> str:
    if order is None:
        return ""
    named = [f"k{hidden.index(key)}" if key in hidden else key for key in keys]
    parts = [f"{key} {direction(e)}" for key, e in zip(named, order.expressions, strict=True)]
    return f" ORDER BY {', '.join(parts)}"
