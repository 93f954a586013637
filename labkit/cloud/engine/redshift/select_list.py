"""A select list: its columns, ``*`` and EXCLUDE."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from labkit.cloud.engine.redshift import nested
from labkit.cloud.engine.redshift.alike import alike
from labkit.cloud.engine.redshift.errors import SYNTAX, UNDEFINED_COLUMN, RedshiftError, unsupported
from labkit.cloud.engine.redshift.expressions import expression
from labkit.cloud.engine.redshift.scope import Scope, Typed, all_fields


def projections(node: exp.Select, scope: Scope) -> list[Typed]:
    """The select list, its stars expanded."""
    excluded = excluded_names(node, scope)
    found: list[Typed] = []
    for each in node.expressions:
        if star := star_of(each):
            found.extend(expanded(star, each, excluded, scope))
            continue
        value = _key(each, scope) or expression(each, scope)
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


def _key(node: exp.Expr, scope: Scope) -> Typed | None:
    """What is shown of an output that is itself a key of the groups, whatever it is made of."""
    if not scope.shown:
        return None
    with scope.ungrouped():
        value = expression(node, scope)
    sql = scope.shown.get(alike(value.sql))
    return replace(value, sql=sql, literal=None) if sql else None


def excluded_names(node: exp.Select, scope: Scope) -> set[str]:
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


def star_of(node: exp.Expr) -> exp.Star | None:
    """The ``*`` that a member of the select list is, if it is one."""
    if isinstance(node, exp.Star):
        return node
    inner = node.this if isinstance(node, exp.Column) else None
    return inner if isinstance(inner, exp.Star) else None


def expanded(star: exp.Star, node: exp.Expr, excluded: set[str], scope: Scope) -> list[Typed]:
    """The columns that a ``*`` stands for."""
    told = [part.name.lower() for part in node.parts[:-1]] if isinstance(node, exp.Column) else []
    table, path = (told[-1], tuple(told[:-1])) if told else ("", ())
    if star.args.get("replace") or star.args.get("rename"):
        raise unsupported("REPLACE or RENAME of *")
    if not scope.sources:
        raise RedshiftError("SELECT * with no tables specified is not valid", SYNTAX)
    meant = [one for one in scope.sources if one.name == table and one.lies(path)]
    if table and not meant:
        raise RedshiftError(f'relation "{table}" does not exist', "42P01")
    if len(meant) > 1 and table:
        raise RedshiftError(f'table reference "{table}" is ambiguous', "42P09")
    fields = meant[0].fields if table else all_fields(scope.sources)
    fields = [field for field in fields if field.name not in excluded]
    nested.all_scalar(fields)
    values = [field.read().value for field in fields]
    return [replace(value, sql=scope.shown.get(value.sql, value.sql)) for value in values]
