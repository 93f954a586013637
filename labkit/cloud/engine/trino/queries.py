"""Queries: WITH, SELECT, set operations, VALUES, and the order and number of their rows.

Source: https://trino.io/docs/current/sql/select.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from labkit.cloud.engine.catalog import PartitionFilter
from labkit.cloud.engine.trino import tree
from labkit.cloud.engine.trino.calls import direction, sort_term
from labkit.cloud.engine.trino.errors import QueryFailed, quoted_name, raising
from labkit.cloud.engine.trino.expressions import condition
from labkit.cloud.engine.trino.grouping import Grouping, canonical, has_aggregates, walk
from labkit.cloud.engine.trino.library import common_type
from labkit.cloud.engine.trino.operators import coerced, comparable_type, has_zone, sort_key
from labkit.cloud.engine.trino.relations import Rows, from_clause, table
from labkit.cloud.engine.trino.scope import (
    CommonTable,
    Field,
    Output,
    Scope,
    Typed,
    qualified_parts,
)
from labkit.cloud.engine.types import Type


def query(node: tree.Query, outer: Scope) -> Output:
    """A query inside ``outer``, whose columns it may read."""
    scope = outer.child()
    common: list[str] = []
    for named in node.named:
        scope, sql = _named(named, scope, node.recursive)
        common.append(sql)
    found = _ordered(node, scope)
    if common:
        return replace(found, sql=f"WITH RECURSIVE {', '.join(common)} {found.sql}")
    return found


def _ordered(node: tree.Query, scope: Scope) -> Output:
    if isinstance(node.body, tree.Select):
        found, order = select(node.body, scope, node.order_by, visible=node.ties)
    else:
        found = _body(node.body, scope)
        found, order = _sorted_output(node.order_by, found, scope)
    if node.ties:
        return _with_ties(node, found, order, scope)
    by = f" ORDER BY {', '.join(order)}" if order else ""
    return replace(found, sql=f"{found.sql}{by}{_cut(node, scope)}")


def _cut(node: tree.Query, scope: Scope) -> str:
    limit = f" LIMIT {_count(node.limit, scope)}" if node.limit else ""
    return limit + (f" OFFSET {_count(node.offset, scope)}" if node.offset else "")


def _count(node: tree.Expression, scope: Scope) -> str:
    value = scope.with_fields(()).value(node)
    if value.type.base not in ("tinyint", "smallint", "integer", "bigint"):
        raise scope.fail(
            node, "TYPE_MISMATCH", f"LIMIT must be an integer: actual type {value.type}"
        )
    return value.sql


def _with_ties(node: tree.Query, found: Output, order: list[str], scope: Scope) -> Output:
    """The first rows and all that are equal to the last of them."""
    assert node.limit
    alias = scope.state.fresh("t")
    keys = ", ".join(order)
    names = ", ".join(f"c{at}" for at in range(len(found.fields)))
    ranked = f"SELECT *, rank() OVER (ORDER BY {keys}) AS r FROM ({found.sql}) AS {alias}"
    first = f"r <= {_count(node.limit, scope)}"
    if node.offset:
        raise scope.fail(
            node.offset, "NOT_SUPPORTED", "OFFSET with FETCH WITH TIES is not supported here"
        )
    sql = f"SELECT {names} FROM ({ranked}) AS {alias} WHERE {first} ORDER BY {keys}"
    return replace(found, sql=sql)


# WITH


def _named(named: tree.Named, scope: Scope, recursive: bool) -> tuple[Scope, str]:
    """A WITH query: the scope that knows it, and its definition."""
    relation = scope.state.fresh("w")
    if recursive and _names_itself(named):
        found, sql = _recursive(named, relation, scope)
    else:
        found = query(named.query, scope)
        sql = f"{relation} AS ({found.sql})"
    fields = _renamed(named, found.fields, scope)
    common = CommonTable(relation, fields)
    return replace(scope, named={**scope.named, named.name: common}), sql


def _renamed(named: tree.Named, fields: Sequence[Field], scope: Scope) -> tuple[Field, ...]:
    names = named.columns or [field.name for field in fields]
    if len(names) != len(fields):
        message = (
            f"Column alias list has {len(names)} entries but relation has {len(fields)} columns"
        )
        raise scope.fail(named, "MISMATCHED_COLUMN_ALIASES", message)
    return tuple(replace(f, name=name, key=None) for f, name in zip(fields, names, strict=True))


def _names_itself(named: tree.Named) -> bool:
    return isinstance(named.query.body, tree.SetOperation) and any(
        node.parts == (named.name,) for node in _tables_in(named.query)
    )


def _tables_in(node: object) -> list[tree.Table]:
    if isinstance(node, tree.Table):
        return [node]
    parts: tuple[object, ...] = ()
    if isinstance(node, tree.Node):
        parts = tuple(getattr(node, name) for name in type(node).__dataclass_fields__)
    elif isinstance(node, tuple):
        parts = node
    return [table for part in parts for table in _tables_in(part)]


#: https://trino.io/docs/current/sql/select.html#with-recursive-clause
_MAX_DEPTH = 10


def _recursive(named: tree.Named, relation: str, scope: Scope) -> tuple[Output, str]:
    """The first rows, then steps over the rows of the step before, ten at most."""
    body = named.query.body
    assert isinstance(body, tree.SetOperation)
    if body.op != "UNION" or body.distinct:
        message = "WITH RECURSIVE is supported only with UNION ALL"
        if body.op == "UNION":
            message = "UNION DISTINCT is not supported in WITH RECURSIVE here"
        raise scope.fail(named, "NOT_SUPPORTED", message)
    if not named.columns:
        raise scope.fail(
            named, "MISSING_COLUMN_ALIASES", "missing column aliases in recursive WITH query"
        )
    anchor = _body(body.left, scope)
    fields = tuple(
        replace(f, type=_unbounded(f.type), sql=f"c{at}") for at, f in enumerate(anchor.fields)
    )
    known = CommonTable(relation, _renamed(named, fields, scope))
    inner = replace(scope, named={**scope.named, named.name: known})
    step = _body(body.right, inner)
    step_columns = _as_types(step, [f.type for f in fields], named, scope)
    first = ", ".join(
        f"{coerced(Typed(f.sql, f.type), _unbounded(f.type)).sql} AS {f.sql}" for f in anchor.fields
    )
    limit = raising(
        "NOT_SUPPORTED",
        f"Recursion depth limit exceeded ({_MAX_DEPTH}). Use 'max_recursion_depth' session "
        "property to modify the limit.",
    )
    # The rows of the step before tell how deep this one is.
    depth = f"(SELECT max(d) FROM {relation})"
    sql = (
        f"{relation} AS (SELECT {first}, 0 AS d FROM ({anchor.sql}) UNION ALL "
        f"SELECT {step_columns}, {depth} + 1 AS d FROM ({step.sql}) "
        f"WHERE CASE WHEN {depth} >= {_MAX_DEPTH} THEN {limit} ELSE true END)"
    )
    return Output("", fields), sql


def _unbounded(kind: Type) -> Type:
    return Type("varchar") if kind.base == "varchar" else kind


def _as_types(step: Output, types: Sequence[Type], node: tree.Node, scope: Scope) -> str:
    if len(step.fields) != len(types):
        message = "base and step relations of recursion have different number of fields"
        raise scope.fail(node, "TYPE_MISMATCH", f"{message}: {len(types)}, {len(step.fields)}")
    columns: list[str] = []
    for f, kind in zip(step.fields, types, strict=True):
        if common_type([f.type, kind]) != kind:
            message = (
                "recursion step relation output type is not coercible to recursion base relation "
                "output type"
            )
            raise scope.fail(
                node, "TYPE_MISMATCH", f"{message} at column {len(columns) + 1}: {kind}, {f.type}"
            )
        columns.append(f"{coerced(Typed(f.sql, f.type), kind).sql} AS {f.sql}")
    return ", ".join(columns)


# Bodies other than SELECT


def _body(node: tree.Body, scope: Scope) -> Output:
    return _BODIES[type(node)](node, scope)


def _select_alone(node: tree.Select, scope: Scope) -> Output:
    return select(node, scope, ())[0]


def _table(node: tree.TableBody, scope: Scope) -> Output:
    rows = table(node.table, scope)
    return _projected([f for f in rows.fields if not f.hidden], f"FROM {rows.sql}")


def _projected(fields: Sequence[Field], source: str) -> Output:
    columns = ", ".join(f"{f.sql} AS c{at}" for at, f in enumerate(fields))
    return Output(f"SELECT {columns} {source}", _as_output(fields))


def _as_output(fields: Sequence[Field]) -> tuple[Field, ...]:
    return tuple(replace(f, sql=f"c{at}", qualifier=()) for at, f in enumerate(fields))


def _values(node: tree.Values, scope: Scope) -> Output:
    rows = [_value_row(row, scope) for row in node.rows]
    if len({len(row) for row in rows}) > 1:
        message = "Values rows have mismatched sizes"
        raise scope.fail(node, "TYPE_MISMATCH", f"{message}: {len(rows[0])} vs others")
    kinds = [_common(node, column, scope, "Values") for column in zip(*rows, strict=True)]
    listed = ", ".join(
        f"({', '.join(coerced(v, kind).sql for v, kind in zip(row, kinds, strict=True))})"
        for row in rows
    )
    names = ", ".join(f"c{at}" for at in range(len(kinds)))
    fields = tuple(Field(None, kind, f"c{at}") for at, kind in enumerate(kinds))
    return Output(f"SELECT * FROM (VALUES {listed}) AS {scope.state.fresh('v')}({names})", fields)


def _value_row(node: tree.Expression, scope: Scope) -> list[Typed]:
    items = node.items if isinstance(node, tree.RowOf) else (node,)
    return [scope.value(item) for item in items]


def _common(node: tree.Node, values: Sequence[Typed], scope: Scope, what: str) -> Type:
    kind = common_type([value.type for value in values])
    if kind is None:
        shown = ", ".join(dict.fromkeys(str(value.type) for value in values))
        raise scope.fail(node, "TYPE_MISMATCH", f"{what} rows have mismatched types: {shown}")
    return kind


def _set_operation(node: tree.SetOperation, scope: Scope) -> Output:
    left, right = _body(node.left, scope), _body(node.right, scope)
    if len(left.fields) != len(right.fields):
        message = (
            f"{node.op} query has different number of fields: "
            f"{len(left.fields)}, {len(right.fields)}"
        )
        raise scope.fail(node.right, "TYPE_MISMATCH", message)
    kinds = [
        _set_type(node, at, a, b, scope)
        for at, (a, b) in enumerate(zip(left.fields, right.fields, strict=True))
    ]
    distinct = node.distinct or node.op != "UNION"
    if distinct:
        for f in left.fields + right.fields:
            scope.state.uses[-1].update(f.uses)
    zoned = any(map(has_zone, kinds))
    if zoned and node.op != "UNION":
        message = f"{node.op} of timestamps with time zone is not supported here"
        raise scope.fail(node, "NOT_SUPPORTED", message)
    a, b = (_side(side, kinds) for side in (left, right))
    fields = tuple(
        Field(one.name, kind, f"c{at}", uses=one.uses | other.uses)
        for at, (one, other, kind) in enumerate(zip(left.fields, right.fields, kinds, strict=True))
    )
    op = node.op if node.distinct and not zoned else f"{node.op} ALL"
    sql = f"({a}) {op} ({b})"
    if zoned and node.distinct:
        keys = ", ".join(sort_key(f"c{at}", kind) for at, kind in enumerate(kinds))
        return Output(f"SELECT DISTINCT ON ({keys}) * FROM ({sql})", fields)
    return Output(f"SELECT * FROM ({sql})", fields)


def _set_type(node: tree.SetOperation, at: int, left: Field, right: Field, scope: Scope) -> Type:
    kind = common_type([left.type, right.type])
    if kind is None:
        message = (
            f"column {at + 1} in {node.op} query has incompatible types: {left.type}, {right.type}"
        )
        raise scope.fail(node.right, "TYPE_MISMATCH", message)
    return kind


def _side(side: Output, kinds: Sequence[Type]) -> str:
    """One side as the common types; NULL columns get their type."""
    columns = [
        coerced(Typed(f.sql, f.type), kind).sql for f, kind in zip(side.fields, kinds, strict=True)
    ]
    if all(sql == f.sql for sql, f in zip(columns, side.fields, strict=True)):
        return side.sql
    listed = ", ".join(f"{sql} AS c{at}" for at, sql in enumerate(columns))
    return f"SELECT {listed} FROM ({side.sql})"


def _nested(node: tree.Query, scope: Scope) -> Output:
    """A query in brackets: one level less than a subquery, the names around it are the same."""
    found = query(node, scope)
    return replace(found, sql=f"SELECT * FROM ({found.sql})")


_BODIES: dict[type, Callable[[Any, Scope], Output]] = {
    tree.Select: _select_alone,
    tree.SetOperation: _set_operation,
    tree.Values: _values,
    tree.TableBody: _table,
    tree.Query: _nested,
}


# SELECT


def select(
    node: tree.Select, outer: Scope, order_by: Sequence[tree.SortItem], *, visible: bool = False
) -> tuple[Output, list[str]]:
    """A SELECT and the terms that order it.

    Args:
        node: the SELECT.
        outer: the scope around; its ``named`` queries are in sight.
        order_by: the query's ORDER BY, which sees both the SELECT list and the FROM.
        visible: whether the terms must be columns of the result (the caller cuts what follows).
    """
    rows = from_clause(node.source, outer)
    scope = replace(outer, fields=rows.fields, windows=dict(node.windows))
    source = _source(node, rows, scope)
    items = _items(node, scope)
    order_nodes = _order_nodes(order_by, items, scope)
    if (
        node.group_by
        or node.having
        or has_aggregates((node.items, *(o for o in order_nodes if not isinstance(o, int))))
    ):
        scope = replace(scope, grouping=_grouping(node, items, scope))
    columns = [_column(item, scope) for item in items]
    having = condition(node.having, scope, "HAVING clause") if node.having else None
    order = _order(node, order_by, order_nodes, items, columns, scope)
    if scope.grouping is not None:
        source = f"FROM ({scope.grouping.sql(source)}) AS {scope.grouping.relation}"
        source += f" WHERE {having}" if having else ""
    return _assembled(node, columns, source, order, scope, visible=visible)


def _assembled(
    node: tree.Select,
    columns: list[Field],
    source: str,
    order: list[tuple[str, tree.SortItem, int | None]],
    scope: Scope,
    *,
    visible: bool,
) -> tuple[Output, list[str]]:
    """The SQL of a SELECT; ``visible`` makes columns of the terms that sort it."""
    listed = [f"{f.sql} AS c{at}" for at, f in enumerate(columns)]
    fields = _as_output(columns)
    terms = [f"{sql if at is None else at + 1} {direction(item)}" for sql, item, at in order]
    if visible:
        listed += [f"{sql} AS k{at}" for at, (sql, _, _) in enumerate(order)]
        terms = [f"k{at} {direction(item)}" for at, (_, item, _) in enumerate(order)]
    word = "SELECT"
    if node.distinct:
        word = f"SELECT {_distinct(columns)}"
        for f in columns:
            scope.state.uses[-1].update(f.uses)
    return Output(f"{word} {', '.join(listed)} {source}".rstrip(), fields), terms


def _distinct(columns: Sequence[Field]) -> str:
    if not any(has_zone(f.type) for f in columns):
        return "DISTINCT"
    return f"DISTINCT ON ({', '.join(sort_key(f.sql, f.type) for f in columns)})"


def _source(node: tree.Select, rows: Rows, scope: Scope) -> str:
    """FROM and WHERE."""
    if node.where is None:
        return f"FROM {rows.sql}" if rows.sql else ""
    inner = scope.without_aggregates("WHERE clause")
    where = condition(node.where, inner, "WHERE clause")
    for term in _conjuncts(node.where):
        _push(term, scope)
    return f"FROM {rows.sql or '(SELECT 1)'} WHERE {where}"


def _conjuncts(node: tree.Expression) -> tuple[tree.Expression, ...]:
    if isinstance(node, tree.Logical) and node.op == "AND":
        return tuple(part for term in node.terms for part in _conjuncts(term))
    return (node,)


def _push(term: tree.Expression, scope: Scope) -> None:
    """Tell a scan of a condition that reads nothing but its partition keys."""
    state = scope.state
    keys = [f for f in scope.fields if f.key]
    scans = {f.key[0] for f in keys if f.key}
    for at in scans if _is_plain(term) else ():
        fields = [replace(f, sql=quoted_name(f.key[1])) for f in keys if f.key and f.key[0] == at]
        alone = Scope(state, scope.text, scope.database, tuple(fields))
        with state.collect() as used:
            try:
                found = alone.value(term)
            except QueryFailed:
                continue
        names = frozenset(column for _, column in used)
        if names:
            state.scans[at].filters.append(PartitionFilter(found.sql, names))


def _is_plain(term: tree.Expression) -> bool:
    """Whether a condition holds no query and nothing that changes from call to call."""
    changing = ("random", "rand", "uuid", "shuffle")
    queries = (tree.Scalar, tree.Exists, tree.InQuery, tree.Quantified)
    return not any(
        isinstance(node, queries) or (isinstance(node, tree.Call) and node.name in changing)
        for node in walk(term)
    )


# The SELECT list


Item = tuple[tree.Expression | None, str | None, Field | None]


def _items(node: tree.Select, scope: Scope) -> list[Item]:
    """The list with ``*`` spelled out: expression or column, and name."""
    found: list[Item] = []
    for item in node.items:
        if isinstance(item, tree.Star):
            found += _star(item, scope)
        else:
            parts = qualified_parts(item.value)
            found.append((item.value, item.alias or (parts[-1] if parts else None), None))
    return found


def _star(node: tree.Star, scope: Scope) -> list[Item]:
    if node.base is None:
        shown = [f for f in scope.fields if not f.hidden]
        if not shown:
            message = "SELECT * not allowed in queries without FROM clause"
            raise scope.fail(node, "COLUMN_NOT_FOUND", message)
        return [(None, f.name, f) for f in shown]
    parts = qualified_parts(node.base)
    within = [f for f in scope.fields if parts and not f.hidden and f.within(parts)]
    if within:
        names = node.columns or [f.name for f in within]
        return [(None, name, f) for name, f in zip(names, within, strict=False)]
    return _row_star(node, parts, scope)


def _row_star(node: tree.Star, parts: tuple[str, ...] | None, scope: Scope) -> list[Item]:
    """``row.*``: the fields of a row's value."""
    assert node.base
    if parts and not any(scope.sees(parts[:size]) for size in range(1, len(parts) + 1)):
        raise scope.fail(node, "TABLE_NOT_FOUND", f"Unable to resolve reference {'.'.join(parts)}")
    value = scope.value(node.base)
    if value.type.base != "row":
        text = scope.source(node.base)
        raise scope.fail(node.base, "TYPE_MISMATCH", f"expected expression of type Row: {text}")
    names = node.columns or value.type.names
    return [
        (
            tree.Subscript(
                node.start,
                node.end,
                node.base,
                tree.Literal(node.start, node.end, "integer", str(at)),
            ),
            name and name.lower(),
            None,
        )
        for at, name in enumerate(names, 1)
    ]


def _column(item: Item, scope: Scope) -> Field:
    """One column of the result; what it reads counts only when it is read itself."""
    node, name, star = item
    with scope.state.collect() as uses:
        if star is not None:
            value = _star_value(star, scope)
        else:
            assert node
            value = scope.value(node)
        used = frozenset(uses)
    own = star or _plain_column(node, scope)
    key = own.key if own and own.type == value.type else None
    return Field(name, value.type, value.sql, uses=used, key=key)


def _star_value(field: Field, scope: Scope) -> Typed:
    scope.state.uses[-1].update(field.uses)
    if scope.grouping is None:
        return Typed(field.sql, field.type)
    return scope.grouping.star(field)


def _plain_column(node: tree.Expression | None, scope: Scope) -> Field | None:
    parts = qualified_parts(node) if node else None
    return scope.own(parts) if parts else None


# GROUP BY


def _grouping(node: tree.Select, items: list[Item], scope: Scope) -> Grouping:
    found = Grouping(replace(scope, windows={}), scope.state.fresh("g"))
    if node.group_by is None:
        found.sets.append(())
        return found
    inner = scope.without_aggregates("GROUP BY clause")
    for chosen in product(*node.group_by.elements):
        terms = [term for alternative in chosen for term in alternative]
        positions = [_group_key(term, items, found, inner) for term in terms]
        found.sets.append(tuple(dict.fromkeys(positions)))
    if node.group_by.distinct:
        found.sets = list(dict.fromkeys(tuple(sorted(one)) for one in found.sets))
    return found


def _group_key(term: tree.Expression, items: list[Item], grouping: Grouping, scope: Scope) -> int:
    """A key: an expression over the FROM, or the position of one in the SELECT list."""
    if isinstance(term, tree.Literal) and term.kind == "integer":
        at = int(term.text)
        if not 1 <= at <= len(items):
            message = f"GROUP BY position {at} is not in select list"
            raise scope.fail(term, "INVALID_COLUMN_REFERENCE", message)
        value, _, star = items[at - 1]
        if star is not None:
            scope.state.uses[-1].update(star.uses)
            return grouping.add_column(star)
        assert value
        term = value
    found = scope.value(term)
    if comparable_type([found.type, found.type]) is None or found.type.base == "function":
        message = f"{found.type} is not comparable, and therefore cannot be used in GROUP BY"
        raise scope.fail(term, "TYPE_MISMATCH", message)
    return grouping.add_key(term, found)


# ORDER BY


def _order_nodes(
    order_by: Sequence[tree.SortItem], items: list[Item], scope: Scope
) -> list[tree.Expression | int]:
    """What each term means: a position in the SELECT list, or an expression."""
    return [_order_node(term, items, scope) for term in order_by]


def _order_node(term: tree.SortItem, items: list[Item], scope: Scope) -> tree.Expression | int:
    node = term.value
    if isinstance(node, tree.Literal) and node.kind == "integer":
        at = int(node.text)
        if not 1 <= at <= len(items):
            message = f"ORDER BY position {at} is not in select list"
            raise scope.fail(node, "INVALID_COLUMN_REFERENCE", message)
        return at - 1
    if isinstance(node, tree.Identifier):
        named = [at for at, (_, name, _) in enumerate(items) if name == node.name]
        forms = {_form(items[at], scope) for at in named}
        if len(forms) > 1:
            raise scope.fail(node, "AMBIGUOUS_NAME", f"Column '{node.name}' is ambiguous")
        if named:
            return named[0]
    for at, item in enumerate(items):
        if _form(item, scope) == canonical(node, scope):
            return at
    return node


def _form(item: Item, scope: Scope) -> object:
    node, _, star = item
    return ("column", star.sql) if star else canonical(node, scope)


def _order(
    node: tree.Select,
    order_by: Sequence[tree.SortItem],
    order_nodes: Sequence[tree.Expression | int],
    items: list[Item],
    columns: Sequence[Field],
    scope: Scope,
) -> list[tuple[str, tree.SortItem, int | None]]:
    """The terms: what to sort by, how, and the position that it has in the SELECT list."""
    found = []
    named = {f.name: f for f in columns if f.name}
    for term, meant in zip(order_by, order_nodes, strict=True):
        if isinstance(meant, int):
            value = Typed(columns[meant].sql, columns[meant].type)
            scope.state.uses[-1].update(columns[meant].uses)
        elif node.distinct:
            message = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
            raise scope.fail(term, "EXPRESSION_NOT_IN_DISTINCT", message)
        else:
            value = _order_scope(meant, named, scope).value(meant)
        sort_term(value, term, scope)
        if isinstance(meant, tree.Literal):
            continue
        at = meant if isinstance(meant, int) and not has_zone(value.type) else None
        found.append((sort_key(value.sql, value.type), term, at))
    return found


def _order_scope(node: tree.Expression, named: dict[str, Field], scope: Scope) -> Scope:
    """Where a term is read: names of the SELECT list hide those of the FROM."""
    mentioned = {n.name for n in walk(node) if isinstance(n, tree.Identifier)} & set(named)
    aliases = [f for name, f in named.items() if name in mentioned]
    if not aliases or has_aggregates(node):
        return scope
    return scope.aliased(aliases)


def _sorted_output(
    order_by: Sequence[tree.SortItem], found: Output, scope: Scope
) -> tuple[Output, list[str]]:
    """ORDER BY over a set operation or VALUES sees the columns of the result only."""
    if not order_by:
        return found, []
    inner = scope.child(found.fields)
    terms = []
    for term in order_by:
        node = term.value
        if isinstance(node, tree.Literal) and node.kind == "integer":
            at = int(node.text)
            if not 1 <= at <= len(found.fields):
                message = f"ORDER BY position {at} is not in select list"
                raise scope.fail(node, "INVALID_COLUMN_REFERENCE", message)
            field = found.fields[at - 1]
            scope.state.uses[-1].update(field.uses)
            value = Typed(field.sql, field.type)
        else:
            value = inner.value(node)
        terms.append(sort_term(value, term, scope))
    return replace(found, sql=f"SELECT * FROM ({found.sql})"), terms
