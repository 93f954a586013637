"""FROM with its joins, those in brackets too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlglot import exp

from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.connect_by import connect_by
from labkit.cloud.engine.redshift.errors import AMBIGUOUS, RedshiftError, unsupported
from labkit.cloud.engine.redshift.meeting import known, meeting
from labkit.cloud.engine.redshift.relations import Member, add_member, finish, registered
from labkit.cloud.engine.redshift.scope import Field, Scope, Source, Typed, all_fields


def from_clause(node: exp.Select, scope: Scope) -> str:
    """``FROM`` with its joins; the scope gets what they have."""
    start = node.args.get("from_")
    if start is None:
        return ""
    if node.args.get("connect"):
        return f" FROM {connect_by(node, scope)}"
    joins = [*(start.this.args.get("joins") or ()), *(node.args.get("joins") or ())]
    return f" FROM {with_joins(add_member(start.this, scope), joins, scope)}"


def with_joins(first: str, joins: Iterable[exp.Join], scope: Scope) -> str:
    """A first member and those joined to it.

    JOIN binds more tightly than a comma: no row of ``a`` is in ``a, b FULL JOIN c``'s condition.
    """
    groups, outer = [first], [False]
    for each in joins:
        sql = join(each, scope)
        if _is_comma(each):
            groups, outer = [*groups, sql], [*outer, False]
        else:
            groups[-1] += sql
            outer[-1] = outer[-1] or (each.side or "").upper() in _KEEPING
    both = zip(groups, outer, strict=True)
    return " CROSS JOIN ".join(f"({sql})" if keeping else sql for sql, keeping in both)


#: The joins that keep rows of their right side.
_KEEPING = ("RIGHT", "FULL")


def _is_comma(node: exp.Join) -> bool:
    return not any(node.args.get(part) for part in ("side", "kind", "method", "on", "using"))


@registered(exp.Subquery)
def _subquery(node: exp.Subquery, scope: Scope) -> Member:
    if isinstance(node.this, exp.Table | exp.Subquery) and node.this.args.get("joins"):
        return _joined(node, scope)
    lateral = _begins_beside(node.this, scope)
    parent = scope if lateral else scope.parent
    found = scope.state.query(node.this, Scope(scope.state, parent=parent, ctes=dict(scope.ctes)))
    alias = scope.state.alias("s")
    fields = [replace(f, sql=f"{alias}.c{at}") for at, f in enumerate(found.fields)]
    name = node.alias.lower() if node.alias else ""
    sql = f"{'LATERAL ' if lateral else ''}({found.sql}) AS {alias}"
    return finish(node, sql, Source(name, fields), scope)


def _begins_beside(node: exp.Expr, scope: Scope) -> bool:
    """Whether a subquery is over an array of a member before it: ``c, (SELECT 1 FROM c.items i)``.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/nested-data-use-cases.html
    """
    start = node.args.get("from_")
    parts = start.this.parts if start is not None and isinstance(start.this, exp.Table) else ()
    first = parts[0].name.lower() if len(parts) > 1 else ""
    return bool(first) and any(source.name == first for source in scope.sources)


def _joined(node: exp.Subquery, scope: Scope) -> Member:
    inner = Scope(scope.state, parent=scope.parent, ctes=dict(scope.ctes))
    sql = with_joins(add_member(node.this, inner), node.this.args["joins"], inner)
    if node.alias:
        source = Source(node.alias.lower(), all_fields(inner.sources))
        return finish(node, f"({sql})", source, scope)
    return f"({sql})", inner.sources


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
    before, first = _visible(scope.sources[scope.joined :]), len(scope.sources)
    sql = add_member(node.this, scope)
    added = scope.sources[first:]
    using = [each.name.lower() for each in node.args.get("using") or ()]
    if natural:
        names = {field.name for field in _visible(added)}
        using = [field.name for field in before if field.name in names]
    if using:
        on = _using(using, before, added, side, scope)
    elif node.args.get("on") is not None:
        from labkit.cloud.engine.redshift.expressions import condition

        seen = scope.sources
        if side in _KEEPING:
            scope.sources = seen[scope.joined :]
        try:
            on = condition(node.args["on"], scope, "JOIN/ON")
        finally:
            scope.sources = seen
        if side == "FULL" and not _equates(node.args["on"]):
            told = "FULL JOIN is only supported with merge-joinable join conditions"
            raise RedshiftError(told, "0A000")
    elif side:
        raise RedshiftError("syntax error: a join needs ON or USING", "42601")
    else:
        if _is_comma(node):
            scope.joined = first
            return sql
        return f" CROSS JOIN {sql}"
    if kind not in ("", "INNER", "OUTER"):
        raise unsupported(f"{kind} JOIN")
    return f" {side or 'INNER'} JOIN {sql} ON {on}"


def _equates(node: exp.Expr) -> bool:
    """Whether a condition is that values of two columns are equal, or one of several with AND."""
    if isinstance(node, exp.And | exp.Paren):
        return any(map(_equates, node.iter_expressions()))
    sides = (node.left, node.right) if isinstance(node, exp.EQ) else (None,)
    return all(side is not None and side.find(exp.Column) for side in sides)


def _visible(sources: list[Source]) -> list[Field]:
    return [field for one in sources for field in one.bare()]


def _using(
    names: list[str], before: list[Field], added: list[Source], side: str, scope: Scope
) -> str:
    """The condition of a join by names; ``*`` begins with these columns, as PostgreSQL's does."""
    from labkit.cloud.engine.redshift.comparing import compare

    tests = []
    start = scope.sources[scope.joined]
    start.leading = [*names, *(each for each in start.leading if each not in names)]
    for name in names:
        left = [field for field in before if field.name == name]
        right = [field for field in _visible(added) if field.name == name]
        if len(left) != 1 or len(right) != 1:
            where = "left" if len(left) != 1 else "right"
            code = AMBIGUOUS if len(left) > 1 else "42703"
            raise RedshiftError(
                f'column "{name}" specified in USING clause does not exist in {where} table', code
            )
        one, two = (f.read().value for f in (left[0], right[0]))
        tests.append(compare("=", one, two).sql)
        for source in added:
            source.merged.add(name)
            source.leading = [each for each in source.leading if each != name]
        if side in _KEEPING:
            _share(name, one, two, side, scope)
    return " AND ".join(tests)


def _share(name: str, left: Typed, right: Typed, side: str, scope: Scope) -> None:
    """What both sides of an outer join mean by the name alone."""
    kind = known(meeting((left, right), "JOIN/USING"))
    both = [coerce(each, kind).sql for each in ([right] if side == "RIGHT" else [left, right])]
    sql = f"coalesce({', '.join(both)})" if len(both) > 1 else both[0]
    for source in scope.sources[scope.joined :]:
        if any(field.name == name for field in source.bare()):
            source.shared[name] = Field(name, kind, sql)
