"""Members of FROM: tables, functions, SUPER arrays, PIVOT and UNPIVOT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.catalog import Relation
from labkit.cloud.engine.redshift.errors import RedshiftError, unsupported
from labkit.cloud.engine.redshift.nested import all_scalar, scalar
from labkit.cloud.engine.redshift.pivots import pivoted
from labkit.cloud.engine.redshift.scope import Field, Scope, Source, State
from labkit.cloud.engine.redshift.super_values import way
from labkit.cloud.engine.redshift.types import INT8, NESTED, SUPER, VARCHAR

Member = tuple[str, list[Source]]
_MEMBERS: dict[type[exp.Expr], Callable[..., Member]] = {}


def add_member(node: exp.Expr, scope: Scope) -> str:
    sql, sources = member(node, scope)
    for source in sources:
        known = [one for one in scope.sources if one.name == source.name]
        if source.name and any(one.lies(source.path) for one in known):
            raise RedshiftError(f'table name "{source.name}" specified more than once', "42712")
        scope.sources.append(source)
    return sql


def member(node: exp.Expr, scope: Scope) -> Member:
    """One member of FROM: DuckDB's SQL and what it has."""
    found = _MEMBERS.get(type(node))
    if found is None:
        raise unsupported(f"{type(node).__name__.upper()} in FROM")
    return found(node, scope)


def registered(kind: type[exp.Expr]) -> Callable[[Callable[..., Member]], Callable[..., Member]]:
    def register(function: Callable[..., Member]) -> Callable[..., Member]:
        _MEMBERS[kind] = function
        return function

    return register


@registered(exp.Table)
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
        path = path_of(node, relation.schema)
        return finish(node, sql, Source(name, fields, hidden=hidden, path=path), scope)
    return finish(node, sql, Source(name, fields), scope)


def path_of(node: exp.Table, schema: str) -> tuple[str, ...]:
    """What may stand before a table's name: nothing where it has an alias."""
    if node.alias:
        return ()
    told = tuple(part.name.lower() for part in node.parts[:-1])
    return told or ((schema,) if schema else ())


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


def finish(node: exp.Expr, sql: str, source: Source, scope: Scope) -> Member:
    """What stands behind a member: names of columns, PIVOT and UNPIVOT, joins in brackets."""
    source = _renamed(node, source)
    for pivot in node.args.get("pivots") or ():
        all_scalar(source.fields)
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
    return replace(source, fields=fields)


def _one_value(node: exp.Table, name: str, scope: Scope) -> Member:
    """``FROM current_database()``: a row of the function's value, of an array one a member."""
    from labkit.cloud.engine.redshift import postgres
    from labkit.cloud.engine.redshift.expressions import expression

    if name == "unnest" and node.db == "pg_catalog":
        value = postgres.elements([expression(each, scope) for each in node.this.expressions])
    elif scope.state.catalog.session(name) is None:
        raise unsupported(f"{name} in FROM")
    else:
        value = expression(node.this, scope)
    alias = scope.state.alias("s")
    name = (node.alias or name).lower()
    source = Source(name, [Field(name, value.type, f"{alias}.v")])
    return finish(node, f"(SELECT {value.sql} AS v) AS {alias}", source, scope)


def _table_function(node: exp.Table, scope: Scope) -> Member:
    from labkit.cloud.engine.redshift import row_functions, series
    from labkit.cloud.engine.redshift.expressions import expression

    call = node.this
    if rows := row_functions.rows_of(call, scope):
        alias = scope.state.alias("s")
        fields = [replace(each, sql=f"{alias}.{each.sql}") for each in rows[1]]
        source = Source((node.alias or str(call.this)).lower(), fields)
        return finish(node, f"({rows[0]}) AS {alias}", source, scope)
    if str(call.this).lower() != "generate_series":
        return _one_value(node, str(call.this).lower(), scope)
    numbers, kind = series.call([expression(each, scope) for each in call.expressions])
    alias = scope.state.alias("s")
    name = (node.alias or "generate_series").lower()
    source = Source(name, [Field(name, kind, f"{alias}.v")])
    sql = f"(SELECT CAST(v AS {kind.duckdb}) AS v FROM {numbers} g(v)) AS {alias}"
    return finish(node, sql, source, scope)


# SUPER


def _of_super(node: exp.Table, parts: tuple[str, ...], scope: Scope) -> Member | None:
    """``FROM t, t.c.items i, i j``: a path that begins at a member before it, or its elements."""
    source = scope.source(parts[0])
    if source is None or (len(parts) == 1 and not _is_element(source)):
        return None
    named = [exp.to_identifier(p.name, bool(p.args.get("quoted"))) for p in node.parts[-4:]]
    path = exp.column(*reversed(named))
    return _unnested(path, node.alias.lower() or parts[-1], "", scope)


def _is_element(source: Source) -> bool:
    first = source.fields[0]
    return first.name == source.name and first.type.base in ("super", *NESTED)


@registered(exp.Unnest)
def _unnest(node: exp.Unnest, scope: Scope) -> Member:
    alias = node.args.get("alias")
    names = [each.name.lower() for each in (alias.args.get("columns") or ())] if alias else []
    index = node.args.get("offset")
    name = names[0] if names else (node.alias.lower() or node.expressions[0].name.lower())
    return _unnested(
        node.expressions[0], name, index.name.lower() if isinstance(index, exp.Expr) else "", scope
    )


@registered(exp.AtIndex)
def _at_index(node: exp.AtIndex, scope: Scope) -> Member:
    value = node.this
    name = value.alias.lower() if isinstance(value, exp.Alias) else value.name.lower()
    inner = value.this if isinstance(value, exp.Alias) else value
    return _unnested(inner, name, node.expression.name.lower(), scope)


@registered(exp.Alias)
def _aliased(node: exp.Alias, scope: Scope) -> Member:
    return _unnested(node.this, node.alias.lower(), "", scope)


@registered(exp.Column)
def _path(node: exp.Column, scope: Scope) -> Member:
    return _unnested(node, node.name.lower(), "", scope)


def _unnested(node: exp.Expr, name: str, index: str, scope: Scope) -> Member:
    """The elements of an array; a value that is no array stands for itself."""
    value = way(node, scope)
    if value.type.base == "array":
        items, kind = value.sql, value.type.parts[0][1]
    else:
        items, kind = f"rs_elements({coerce(scalar(value, scope), SUPER).sql})", SUPER
    alias = scope.state.alias("s")
    sql = f"(SELECT unnest({items}) AS v, generate_subscripts({items}, 1) - 1 AS i) AS {alias}"
    fields = [Field(name, kind, f"{alias}.v")]
    if index:
        fields.append(Field(index, INT8, f"{alias}.i"))
    return f"LATERAL {sql}", [Source(name, fields)]


@registered(exp.Pivot)
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
