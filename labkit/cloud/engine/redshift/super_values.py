"""SUPER: navigation by names and indexes, lax: what is not there is NULL.

Nested columns of external tables are navigated by the same words.
Source: https://docs.aws.amazon.com/redshift/latest/dg/query-super.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.redshift import nested
from labkit.cloud.engine.redshift.casts import coerce
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.scope import Scope, Typed, no_column
from labkit.cloud.engine.redshift.types import INT4, NESTED, SUPER, TIMESTAMP

#: The session's value that tells whether attributes in quotes keep their case.
MINDS_CASE = "case-sensitive attributes"
#: Values of the session that are told without brackets.
_BARE = ("current_namespace", "current_aws_account")


def column(told: Sequence[exp.Expr], scope: Scope) -> Typed:
    """A column, or a path into a SUPER column: ``t.c.attribute.attribute``.

    In a procedure a variable is meant before a column of its name, as in PostgreSQL before 9.0.
    Source: https://www.postgresql.org/docs/9.6/plpgsql-implementation.html
    """
    parts = [part.name.lower() for part in told]
    if variable := scope.state.variables.get(".".join(parts)):
        return variable
    for path, table, name in _readings(parts):
        field = scope.column(table, name, path)
        if field:
            start = len(path) + bool(table) + 1
            return _into(field.value, [attribute_name(part, scope) for part in told[start:]])
    return _other(parts, told, scope)


def attribute_name(part: exp.Expr, scope: Scope) -> str:
    """An attribute's name in lower case, unless in quotes in a session that minds the case.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/super-configurations.html
    """
    minded = part.args.get("quoted") and scope.state.catalog.session(MINDS_CASE)
    return shown(part.name) if minded else part.name.lower()


def _readings(parts: list[str]) -> list[tuple[tuple[str, ...], str, str]]:
    """What a dotted name may mean: table.column.path, column.path, schema.table.column."""
    found: list[tuple[tuple[str, ...], str, str]] = [((), "", parts[0])]
    if len(parts) > 1:
        found.insert(0, ((), parts[0], parts[1]))
    for at in range(2, min(len(parts), 4)):
        found.append((tuple(parts[: at - 1]), parts[at - 1], parts[at]))
    return found


def _other(parts: list[str], told: Sequence[exp.Expr], scope: Scope) -> Typed:
    """What is no column: an alias of this SELECT, a value of the session."""
    name = parts[-1]
    if len(parts) == 1:
        if name in scope.aliases:
            return scope.aliases[name].named(name)
        if name == "sysdate":
            return Typed("CAST(now() AS TIMESTAMP)", TIMESTAMP, "sysdate")
        if name in _BARE and (value := scope.state.catalog.session(name)):
            return Typed(quoted_text(str(value[0])), value[1], name)
    if len(parts) > 1 and parts[0] in scope.aliases:
        return _into(scope.aliases[parts[0]], [attribute_name(part, scope) for part in told[1:]])
    raise no_column(parts[-2] if len(parts) > 1 else "", name, scope)


def _into(value: Typed, path: list[str]) -> Typed:
    """``value.name.name``: what is in a SUPER is found by one path."""
    for at, name in enumerate(path):
        if value.type.base not in NESTED:
            return attribute(value, *path[at:])
        value = nested.field(value, name)
    return value


def attribute(value: Typed, *names: str) -> Typed:
    """``value.name``"""
    if value.type.base in NESTED:
        return _into(value, list(names))
    if value.type.base != "super":
        raise RedshiftError(
            f"navigation on type {value.type.plain} is not supported: it is no SUPER", "42809"
        )
    path = "".join('."' + re.sub(r'["\\]', r"\\\g<0>", name) + '"' for name in names)
    return Typed(f"rs_path({value.sql}, {quoted_text('$' + path)})", SUPER, names[-1])


def way(node: exp.Expr, scope: Scope) -> Typed:
    """A value that is navigated further, which may be nested."""
    from labkit.cloud.engine.redshift.expressions import expression

    if isinstance(node, exp.Column):
        return column(node.parts, scope)
    if isinstance(node, exp.Dot) and not isinstance(node.expression, exp.Anonymous | exp.Func):
        return navigate(node, scope)
    return expression(node, scope)


def navigate(node: exp.Expr, scope: Scope) -> Typed:
    """``value.name``, ``value[0]``, ``value['name']``"""
    from labkit.cloud.engine.redshift.expressions import expression

    value = way(node.this, scope)
    if isinstance(node, exp.Dot):
        return attribute(value, attribute_name(node.expression, scope))
    index = node.expressions[0]
    if isinstance(index, exp.Literal) and index.is_string:
        return attribute(value, index.this)
    if value.type.base != "super":
        raise RedshiftError(f"cannot subscript type {value.type.plain}", "42804")
    place = expression(index, scope)
    if isinstance(index, exp.Literal):
        return Typed(f"rs_path({value.sql}, '$[{index.this}]')", SUPER, value.name)
    return Typed(f"rs_at({value.sql}, {coerce(place, INT4).sql})", SUPER, value.name)
