"""``UPDATE`` and ``DELETE``.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_commands.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.compile import new_state
from labkit.cloud.engine.redshift.errors import (
    DENIED,
    SYNTAX,
    RedshiftError,
    no_column,
    raising,
    unsupported,
)
from labkit.cloud.engine.redshift.expressions import condition, expression
from labkit.cloud.engine.redshift.joins import with_joins
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.engine.redshift.relations import member, path_of
from labkit.cloud.engine.redshift.scope import Field, Scope, Source
from labkit.cloud.engine.redshift.select import refuse_others
from labkit.cloud.redshift.warehouse import grants, protection
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names, switched
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.protection import Sight
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements import inserting
from labkit.cloud.redshift.warehouse.statements.counting import changed
from labkit.cloud.redshift.warehouse.statements.dropping import changeable
from labkit.cloud.redshift.warehouse.statements.inserting import default_sql
from labkit.cloud.redshift.warehouse.statements.self_joins import unite


def scope_of(connection: Connection, parsed: Parsed) -> Scope:
    """The names of a statement that changes rows."""
    return Scope(new_state(Names(connection), parsed.parameters))


def target_of(
    connection: Connection, table: Object, node: exp.Table, command: str
) -> tuple[Sight, Source]:
    """What the user sees of the table that he changes, as a member of the statement."""
    sight = protection.sight(connection, table, "target", command)
    connection.read.add(table.oid)
    readable = _readable(connection, table)
    told = grants.denial(table)
    fields = [
        Field(
            v.name,
            v.type,
            v.sql,
            "" if readable is None or v.name in readable else told,
            clean=v.clean,
        )
        for v in sight.guarded()
    ]
    name = (node.alias or node.name).lower()
    return sight, Source(name, fields, path=path_of(node, table.schema))


def _readable(connection: Connection, table: Object) -> frozenset[str] | None:
    """The columns that the user may read, or None for all; to change rows asks for no such right.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html (SELECT)
    """
    try:
        return grants.columns(connection, table, "SELECT")
    except RedshiftError:
        return frozenset()


def seen(sight: Sight, test: str) -> str:
    """A condition on the rows that the user sees."""
    return f"({sight.rows}) AND ({test})" if sight.rows else test


SEVERAL = "Found multiple matches to update the same tuple."
_TARGET = {"this", "db", "catalog", "alias", "only"}


def table_name(node: exp.Expr) -> tuple[str, ...]:
    """The parts of a table's name in a tree.

    Raises:
        RedshiftError: there is more than a name, as in ``DELETE FROM one, two``.
    """
    more = {name for name, told in node.args.items() if told} - _TARGET
    if more or not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        raise RedshiftError("syntax error: one table is changed, told by its name", SYNTAX)
    return tuple(part.name.lower() for part in node.parts)


#: Who else changes rows, as Iceberg tables do. (connection, name) → a changer, or None.
CHANGERS: list[Any] = []


@statement("UPDATE")
def update(connection: Connection, parsed: Parsed) -> Result:
    tree = parse_query(parsed.text)
    if change := changer(connection, tree):
        made: Result = change(tree, parsed)
        return made
    count = changed(connection, *_update_of(connection, parsed), "delete", "insert")
    return Result(f"UPDATE {count}", count=count)


def changer(connection: Connection, tree: exp.Expr) -> Any:
    """Who changes rows of a table that is not the warehouse's."""
    if not isinstance(tree, exp.Update | exp.Delete | exp.Merge) or not isinstance(
        tree.this, exp.Table
    ):
        return None
    found = (finder(connection, table_name(tree.this)) for finder in CHANGERS)
    return next(filter(None, found), None)


def _update_of(connection: Connection, parsed: Parsed) -> tuple[Object, str]:
    tree = parse_query(parsed.text)
    if not isinstance(tree, exp.Update):
        raise parsed.words.refuse()
    refuse_others(tree, {"this", "expressions", "from_", "where", "with_"}, "here")
    target, name = tree.this, table_name(tree.this)
    _check_unqualified(tree.expressions)
    unite(tree)
    table = changeable(connection, name, "")
    _check_columns(connection, table, tree.expressions)
    scope = scope_of(connection, parsed)
    prefix = _ctes(tree, scope)
    sight, source = target_of(connection, table, target, "u")
    scope.sources.append(source)
    tables = _members(clause.this, scope) if (clause := tree.args.get("from_")) else ""
    where = tree.args.get("where")
    test = seen(sight, condition(where.this, scope, "WHERE") if where else "true")
    changes = assignments(connection, table, tree.expressions, scope)
    strict = bool(switched(connection, "error_on_nondeterministic_update"))
    return table, update_sql(table, changes, prefix, tables, test, strict=strict)


def _check_unqualified(nodes: Sequence[exp.Expr]) -> None:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_UPDATE.html, "column"."""
    for node in nodes:
        if table := isinstance(node, exp.EQ) and node.left.args.get("table"):
            raise RedshiftError(f'SET names its columns without "{table.name}"', SYNTAX)


def _check_columns(connection: Connection, table: Object, nodes: Sequence[exp.Expr]) -> None:
    """Who may update some columns alone may set no other."""
    allowed = grants.columns(connection, table, "UPDATE")
    for node in nodes if allowed is not None else ():
        if not isinstance(node, exp.EQ) or node.left.name.lower() not in (allowed or ()):
            raise RedshiftError(grants.denial(table), DENIED)


def update_sql(
    table: Object,
    changes: dict[str, str],
    prefix: str,
    tables: str,
    test: str,
    *,
    strict: bool = False,
) -> str:
    """A row that several rows of FROM match takes one of them, once; where `strict`, it fails.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_error_on_nondeterministic_update.html
    """
    once = "row_number() OVER (PARTITION BY target.rowid) = 1"
    if strict:
        several = "count(*) OVER (PARTITION BY target.rowid) > 1"
        once = f"CASE WHEN {several} THEN {raising(SEVERAL, '21000')} ELSE true END"
    sets = ", ".join(f"{quoted_name(name)} = u.{quoted_name(name)}" for name in changes)
    if not tables:
        plain = ", ".join(f"{quoted_name(name)} = {sql}" for name, sql in changes.items())
        return f"{prefix}UPDATE {table.physical} AS target SET {plain} WHERE {test}"
    values = ", ".join(f"{sql} AS {quoted_name(name)}" for name, sql in changes.items())
    return (
        f"UPDATE {table.physical} AS target SET {sets} FROM ({prefix}SELECT target.rowid AS r, "
        f"{values} FROM {table.physical} AS target, {tables} WHERE {test} "
        f"QUALIFY {once}) u "
        f"WHERE target.rowid = u.r"
    )


def _ctes(tree: exp.Expr, scope: Scope) -> str:
    clause = tree.args.get("with_")
    if clause is None:
        return ""
    inner = exp.select("1")
    inner.set("with_", clause)
    found = scope.state.query(inner, scope).sql
    scope.sources.clear()
    return str(found).removesuffix("SELECT 1 AS c0")


def _members(node: exp.Expr, scope: Scope) -> str:
    """A member of FROM or USING, and what is joined to it."""
    sql, sources = member(node, scope)
    scope.joined = len(scope.sources)
    scope.sources.extend(sources)
    return with_joins(sql, node.args.get("joins") or (), scope)


def assignments(
    connection: Connection, table: Object, nodes: Sequence[exp.Expr], scope: Scope
) -> dict[str, str]:
    known = {column.name: column for column in table.columns}
    found = {}
    for node in nodes:
        if not isinstance(node, exp.EQ):
            raise unsupported("this form of SET")
        name = node.left.name.lower()
        if name not in known:
            raise no_column(name, table.name)
        if name in found:
            raise RedshiftError(f'multiple assignments to same column "{name}"', "42601")
        column = known[name]
        if column.identity:
            raise RedshiftError(f"cannot set an identity column to a value: {name}", "0A000")
        if isinstance(node.right, exp.Var | exp.Column) and node.right.name.upper() == "DEFAULT":
            found[name] = default_sql(connection, table, column)
            continue
        found[name] = stored(expression(node.right, scope), column.type, name).sql
    return found


@statement("DELETE")
def delete(connection: Connection, parsed: Parsed) -> Result:
    """``DELETE [FROM] table [USING ...] [WHERE ...]``"""
    tree = _read_delete(parsed)
    if change := changer(connection, tree):
        made: Result = change(tree, parsed)
        return made
    count = changed(connection, *_delete_of(connection, tree, parsed), "delete")
    return Result(f"DELETE {count}", count=count)


def _read_delete(parsed: Parsed) -> exp.Expr:
    words = parsed.words
    text = parsed.text
    if words.accept("DELETE") and not words.peek("FROM"):
        text = f"DELETE FROM {words.rest()}"
    return parse_query(text)


def _delete_of(connection: Connection, tree: exp.Expr, parsed: Parsed) -> tuple[Object, str]:
    if not isinstance(tree, exp.Delete):
        raise parsed.words.refuse()
    refuse_others(tree, {"this", "using", "where", "with_"}, "here")
    target = tree.this
    table = changeable(connection, table_name(target), "DELETE")
    scope = scope_of(connection, parsed)
    prefix = _ctes(tree, scope)
    sight, source = target_of(connection, table, target, "d")
    scope.sources.append(source)
    parts = [_members(each, scope) for each in tree.args.get("using") or ()]
    where = tree.args.get("where")
    test = seen(sight, condition(where.this, scope, "WHERE") if where else "true")
    tables = f"{table.physical} AS target" + "".join(f", {part}" for part in parts)
    rows = f"{prefix}SELECT target.rowid FROM {tables} WHERE {test}"
    return table, f"DELETE FROM {table.physical} WHERE rowid IN ({rows})"


def checked(connection: Connection, parsed: Parsed) -> None:
    """Compile a change of rows and run nothing: its parameters hear their types.

    Raises:
        RedshiftError: it cannot run.
    """
    word = parsed.leading[0]
    if word == "UPDATE":
        if not changer(connection, parse_query(parsed.text)):
            _update_of(connection, parsed)
    elif word == "DELETE":
        tree = _read_delete(parsed)
        if not changer(connection, tree):
            _delete_of(connection, tree, parsed)
    else:
        inserting.check(connection, parsed)
