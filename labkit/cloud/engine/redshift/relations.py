"""FROM: tables, subqueries, joins, SUPER arrays, PIVOT and UNPIVOT, CONNECT BY."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.casts import coerce, common_type
from labkit.cloud.engine.redshift.catalog import Relation
from labkit.cloud.engine.redshift.errors import AMBIGUOUS, RedshiftError, unsupported
from labkit.cloud.engine.redshift.pivots import pivoted
from labkit.cloud.engine.redshift.scope import Field, Scope, Source, State, Typed
from labkit.cloud.engine.redshift.types import INT4, INT8, SUPER, VARCHAR

Member = tuple[str, list[Source]]
_MEMBERS: dict[type[exp.Expr], Callable[..., Member]] = {}


def from_clause(node: exp.Select, scope: Scope) -> str:
    """``FROM`` with its joins; the scope gets what they have."""
    start = node.args.get("from_")
    if start is None:
        return ""
    if node.args.get("connect"):
        return f" FROM {_connect_by(node, scope)}"
    sql = add_member(start.this, scope)
    for each in [*(start.this.args.get("joins") or ()), *(node.args.get("joins") or ())]:
        sql += join(each, scope)
    return f" FROM {sql}"


def add_member(node: exp.Expr, scope: Scope) -> str:
    sql, sources = member(node, scope)
    for source in sources:
        if source.name and any(known.name == source.name for known in scope.sources):
            raise RedshiftError(f'table name "{source.name}" specified more than once', "42712")
        scope.sources.append(source)
    return sql


def member(node: exp.Expr, scope: Scope) -> Member:
    """One member of FROM: DuckDB's SQL and what it has."""
    found = _MEMBERS.get(type(node))
    if found is None:
        raise unsupported(f"{type(node).__name__.upper()} in FROM")
    return found(node, scope)


def _member(kind: type[exp.Expr]) -> Callable[[Callable[..., Member]], Callable[..., Member]]:
    def register(function: Callable[..., Member]) -> Callable[..., Member]:
        _MEMBERS[kind] = function
        return function

    return register


@_member(exp.Table)
def _table(node: exp.Table, scope: Scope) -> Member:
    for name in ("sample", "when", "version", "pattern", "only", "hints", "ordinality"):
        if node.args.get(name):
            raise unsupported(f"{name.upper()} of a table")
    if isinstance(node.this, exp.Anonymous):
        return _table_function(node, scope)
    parts = tuple(part.name.lower() for part in node.parts)
    name = (node.alias or parts[-1]).lower()
    if super_source := _of_super(node, parts, scope):
        return super_source
    alias = scope.state.alias("s")
    if len(parts) == 1 and parts[0] in scope.ctes:
        cte = scope.ctes[parts[0]]
        fields = [replace(f, sql=f"{alias}.{f.sql}") for f in cte.fields]
        sql = f"{cte.sql} AS {alias}"
        if cte.fields and cte.fields[0].sql.startswith("c"):
            sql = f"{cte.sql} AS {alias}({', '.join(f.sql for f in cte.fields)})"
    else:
        relation = scope.state.catalog.relation(parts)
        scope.state.oids.add(relation.oid)
        sql = f"{_read(relation, scope)} AS {alias}"
        fields, hidden = _fields(relation, alias, scope.state)
        return _finish(node, sql, Source(name, fields, hidden=hidden), scope)
    return _finish(node, sql, Source(name, fields), scope)


def _read(relation: Relation, scope: Scope) -> str:
    """A relation's SQL; a query's scans wait for its end."""
    if scope.state.whole or not relation.scans:
        scope.state.scans += relation.scans
        return relation.sql
    sql = f"SELECT * FROM {relation.sql} v"
    return f"({scope.state.catalog.planned(sql, relation.scans)})"


def _fields(relation: Relation, alias: str, state: State) -> tuple[list[Field], tuple[Field, ...]]:
    """The columns of a relation, and those that ``*`` does not give."""
    found = [
        (c, Field(c.name, c.type, f"{alias}.{quoted_name(c.sql)}", c.denied,
                  partial(state.columns.add, (relation.oid, c.sql)), c.clean))
        for c in relation.columns
    ]  # fmt: skip
    return [f for c, f in found if not c.hidden], tuple(f for c, f in found if c.hidden)


def _finish(node: exp.Expr, sql: str, source: Source, scope: Scope) -> Member:
    """What stands behind a member: names of columns, PIVOT and UNPIVOT, joins in brackets."""
    source = _renamed(node, source)
    for pivot in node.args.get("pivots") or ():
        sql, source = pivoted(pivot, sql, source, scope)
    return sql, [source]


def _renamed(node: exp.Expr, source: Source) -> Source:
    alias = node.args.get("alias")
    columns = [each.name.lower() for each in (alias.args.get("columns") or ())] if alias else []
    if len(columns) > len(source.fields):
        raise RedshiftError(
            f'table "{source.name}" has {len(source.fields)} columns available but '
            f"{len(columns)} columns specified",
            "42P10",
        )
    names = columns + [field.name for field in source.fields[len(columns) :]]
    fields = [replace(f, name=n) for n, f in zip(names, source.fields, strict=True)]
    return Source(source.name, fields, hidden=source.hidden)


@_member(exp.Subquery)
def _subquery(node: exp.Subquery, scope: Scope) -> Member:
    if isinstance(node.this, exp.Table | exp.Subquery) and node.this.args.get("joins"):
        return _joined(node, scope)
    inner = Scope(scope.state, parent=scope.parent, ctes=dict(scope.ctes))
    found = scope.state.query(node.this, inner)
    alias = scope.state.alias("s")
    fields = [replace(f, sql=f"{alias}.c{at}") for at, f in enumerate(found.fields)]
    name = node.alias.lower() if node.alias else ""
    return _finish(node, f"({found.sql}) AS {alias}", Source(name, fields), scope)


def _joined(node: exp.Subquery, scope: Scope) -> Member:
    inner = Scope(scope.state, parent=scope.parent, ctes=dict(scope.ctes))
    sql = add_member(node.this, inner)
    for each in node.this.args.get("joins") or ():
        sql += join(each, inner)
    return f"({sql})", inner.sources


def _one_value(node: exp.Table, name: str, scope: Scope) -> Member:
    """``FROM current_database()``: a row of the function's value."""
    from labkit.cloud.engine.redshift.expressions import expression

    if scope.state.catalog.session(name) is None:
        raise unsupported(f"{name} in FROM")
    value, alias = expression(node.this, scope), scope.state.alias("s")
    source = Source((node.alias or name).lower(), [Field(name, value.type, f"{alias}.v")])
    return _finish(node, f"(SELECT {value.sql} AS v) AS {alias}", source, scope)


def _table_function(node: exp.Table, scope: Scope) -> Member:
    from labkit.cloud.engine.redshift import row_functions
    from labkit.cloud.engine.redshift.expressions import expression

    call = node.this
    if rows := row_functions.rows_of(call, scope):
        alias = scope.state.alias("s")
        fields = [replace(each, sql=f"{alias}.{each.sql}") for each in rows[1]]
        source = Source((node.alias or str(call.this)).lower(), fields)
        return _finish(node, f"({rows[0]}) AS {alias}", source, scope)
    if str(call.this).lower() != "generate_series":
        return _one_value(node, str(call.this).lower(), scope)
    parts = ", ".join(coerce(expression(each, scope), INT8).sql for each in call.expressions)
    alias = scope.state.alias("s")
    name = (node.alias or "generate_series").lower()
    source = Source(name, [Field(name, INT4, f"{alias}.v")])
    sql = f"(SELECT CAST(v AS INTEGER) AS v FROM generate_series({parts}) g(v)) AS {alias}"
    return _finish(node, sql, source, scope)


# SUPER


def _of_super(node: exp.Table, parts: tuple[str, ...], scope: Scope) -> Member | None:
    """``FROM t, t.c.items i, i j``: a path that begins at a member before it, or its elements."""
    source = scope.source(parts[0])
    if source is None or (len(parts) == 1 and not _is_element(source)):
        return None
    return _unnested(exp.column(*reversed(parts[-4:])), node.alias.lower() or parts[-1], "", scope)


def _is_element(source: Source) -> bool:
    first = source.fields[0]
    return first.name == source.name and first.type == SUPER


@_member(exp.Unnest)
def _unnest(node: exp.Unnest, scope: Scope) -> Member:
    alias = node.args.get("alias")
    names = [each.name.lower() for each in (alias.args.get("columns") or ())] if alias else []
    index = node.args.get("offset")
    name = names[0] if names else (node.alias.lower() or node.expressions[0].name.lower())
    return _unnested(
        node.expressions[0], name, index.name.lower() if isinstance(index, exp.Expr) else "", scope
    )


@_member(exp.AtIndex)
def _at_index(node: exp.AtIndex, scope: Scope) -> Member:
    value = node.this
    name = value.alias.lower() if isinstance(value, exp.Alias) else value.name.lower()
    inner = value.this if isinstance(value, exp.Alias) else value
    return _unnested(inner, name, node.expression.name.lower(), scope)


@_member(exp.Alias)
def _aliased(node: exp.Alias, scope: Scope) -> Member:
    return _unnested(node.this, node.alias.lower(), "", scope)


@_member(exp.Column)
def _path(node: exp.Column, scope: Scope) -> Member:
    return _unnested(node, node.name.lower(), "", scope)


def _unnested(node: exp.Expr, name: str, index: str, scope: Scope) -> Member:
    """The elements of an array; a value that is no array stands for itself."""
    from labkit.cloud.engine.redshift.expressions import expression

    value = coerce(expression(node, scope), SUPER)
    alias = scope.state.alias("s")
    items = f"rs_elements({value.sql})"
    sql = f"(SELECT unnest({items}) AS v, generate_subscripts({items}, 1) - 1 AS i) AS {alias}"
    fields = [Field(name, SUPER, f"{alias}.v")]
    if index:
        fields.append(Field(index, INT8, f"{alias}.i"))
    return f"LATERAL {sql}", [Source(name, fields, qualified=True)]


@_member(exp.Pivot)
def _unpivot_object(node: exp.Pivot, scope: Scope) -> Member:
    """``UNPIVOT object AS value AT attribute``; the attribute may be left out."""
    from labkit.cloud.engine.redshift.expressions import expression

    at = node.this
    inner = at.this if isinstance(at, exp.AtIndex) else at
    name = inner.alias.lower() if isinstance(inner, exp.Alias) else inner.name.lower()
    value = coerce(expression(inner.this if isinstance(inner, exp.Alias) else inner, scope), SUPER)
    alias = scope.state.alias("s")
    keys = f"json_keys({value.sql})"
    sql = (
        f"LATERAL (SELECT k, rs_get({value.sql}, k) AS v FROM (SELECT unnest({keys}) AS k)) "
        f"AS {alias}"
    )
    fields = [Field(name, SUPER, f"{alias}.v")]
    if isinstance(at, exp.AtIndex):
        fields.append(Field(at.expression.name.lower(), VARCHAR, f"{alias}.k"))
    return sql, [Source(name, fields)]


# Joins


_JOIN_ARGS = {"this", "on", "using", "side", "kind", "method", "pivots", "nested"}


def join(node: exp.Join, scope: Scope) -> str:
    """A join: with ON, USING, NATURAL, CROSS, or a comma."""
    for name, value in node.args.items():
        if value and name not in _JOIN_ARGS:
            raise unsupported(f"{name.upper()} of a join")
    if (node.method or "").upper() not in ("", "NATURAL"):
        raise unsupported(f"{node.method} JOIN")
    side, kind = (node.side or "").upper(), (node.kind or "").upper()
    natural = (node.method or "").upper() == "NATURAL"
    before = [field for source in scope.sources for field in _visible(source)]
    sql = add_member(node.this, scope)
    added = scope.sources[-1]
    using = [each.name.lower() for each in node.args.get("using") or ()]
    if natural:
        using = [f.name for f in added.fields if f.name in {each.name for each in before}]
    if using:
        on = _using(using, before, added, side, scope)
    elif node.args.get("on") is not None:
        from labkit.cloud.engine.redshift.expressions import condition

        on = condition(node.args["on"], scope, "JOIN/ON")
    elif side:
        raise RedshiftError("syntax error: a join needs ON or USING", "42601")
    else:
        return f" CROSS JOIN {sql}"
    if kind not in ("", "INNER", "OUTER"):
        raise unsupported(f"{kind} JOIN")
    return f" {side or 'INNER'} JOIN {sql} ON {on}"


def _visible(source: Source) -> list[Field]:
    return [field for field in source.fields if field.name not in source.merged]


def _using(names: list[str], before: list[Field], added: Source, side: str, scope: Scope) -> str:
    from labkit.cloud.engine.redshift.operators import compare

    tests = []
    for name in names:
        left = [field for field in before if field.name == name]
        right = [field for field in added.fields if field.name == name]
        if len(left) != 1 or len(right) != 1:
            where = "left" if len(left) != 1 else "right"
            code = AMBIGUOUS if len(left) > 1 else "42703"
            raise RedshiftError(
                f'column "{name}" specified in USING clause does not exist in {where} table', code
            )
        one, two = (f.read().value for f in (left[0], right[0]))
        tests.append(compare("=", one, two).sql)
        added.merged.add(name)
        if side in ("RIGHT", "FULL"):
            _merge(name, one, two, scope)
    return " AND ".join(tests)


def _merge(name: str, left: Typed, right: Typed, scope: Scope) -> None:
    """The column that both sides of an outer join share."""
    kind = common_type((left.type, right.type))
    both = f"coalesce({coerce(left, kind).sql}, {coerce(right, kind).sql})"
    for source in scope.sources:
        for at, field in enumerate(source.fields):
            if field.name == name and name not in source.merged:
                source.fields[at] = Field(name, kind, both)


# CONNECT BY


def _connect_by(node: exp.Select, scope: Scope) -> str:
    """A hierarchy by recursion; ``level`` counts from 1."""
    from labkit.cloud.engine.redshift.expressions import condition

    connect, start = node.args["connect"], node.args["from_"].this
    if node.args.get("joins"):
        raise unsupported("CONNECT BY over a join")
    sql, sources = member(start, scope)
    source, alias = sources[0], scope.state.alias("h")
    state = scope.state
    roots = Scope(state, [source], ctes=scope.ctes)
    first = condition(connect.args["start"], roots, "START WITH") if connect.args.get(
        "start") else "true"  # fmt: skip
    step = _with_prior(connect.args["connect"], source, alias, scope)
    names = [f"k{at}" for at in range(len(source.fields))]
    base = ", ".join(f"{f.sql} AS {n}" for f, n in zip(source.fields, names, strict=True))
    again = ", ".join(f.sql for f in source.fields)
    deeper = next_round(f"{alias}.level")
    text = (
        f"(WITH RECURSIVE {alias} AS (SELECT {base}, 1 AS level FROM {sql} WHERE {first} "
        f"UNION ALL SELECT {again}, {deeper} FROM {sql}, {alias} WHERE {step}) "
        f"SELECT * FROM {alias}) AS {alias}"
    )
    fields = [Field(f.name, f.type, f"{alias}.{n}")
              for f, n in zip(source.fields, names, strict=True)]  # fmt: skip
    fields.append(Field("level", INT8, f"{alias}.level"))
    scope.sources.append(Source(source.name, fields))
    return text


#: How often a recursive query goes round: Redshift's own limit stands in no reference.
_ROUNDS = 100_000
_TOO_MANY = "error('REDSHIFT:54001:Exceeded recursive CTE max rows limit.')"


def next_round(count: str) -> str:
    """The number of a recursive query's next round, which is not without end."""
    return f"CASE WHEN {count} >= {_ROUNDS} THEN {_TOO_MANY} ELSE {count} + 1 END"


def _with_prior(node: exp.Expr, source: Source, alias: str, scope: Scope) -> str:
    """The condition of CONNECT BY: PRIOR columns are the parent's."""
    from labkit.cloud.engine.redshift.expressions import condition

    prior = Source(
        "prior",
        [Field(f"prior {f.name}", f.type, f"{alias}.k{at}")
         for at, f in enumerate(source.fields)],
    )  # fmt: skip
    tree = node.copy()
    for each in list(tree.find_all(exp.Prior)):
        column = each.this
        each.replace(exp.column(f"prior {column.name.lower()}"))
    level = Source("", [Field("level", INT8, f"({alias}.level + 1)")])
    inner = Scope(scope.state, [source, prior, level], ctes=scope.ctes)
    return condition(tree, inner, "CONNECT BY")
