"""``INSERT``, ``UPDATE`` and ``DELETE``.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_commands.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.compile import compile_expression, compile_query, new_state
from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.engine.redshift.errors import DENIED, SYNTAX, RedshiftError, unsupported
from labkit.cloud.engine.redshift.expressions import condition, expression
from labkit.cloud.engine.redshift.reading import Words, parse_query
from labkit.cloud.engine.redshift.relations import join, member
from labkit.cloud.engine.redshift.scope import Field, Scope, Source, Typed
from labkit.cloud.redshift.warehouse import grants, protection, staleness
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn
from labkit.cloud.redshift.warehouse.protection import Sight
from labkit.cloud.redshift.warehouse.recording import wrote
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.dropping import changeable
from labkit.cloud.redshift.warehouse.statements.self_joins import unite

#: Who else takes rows: ``INSERT INTO`` external tables. (connection, name) → a writer, or None.
WRITERS: list[Any] = []


@statement("INSERT")
def insert(connection: Connection, parsed: Parsed) -> Result:
    name = _inserted_into(parsed.words)
    for finder in WRITERS:
        if writer := finder(connection, name):
            found: Result = writer(parsed)
            return found
    count = _changed(connection, *_insert_sql(connection, parsed, name), "insert")
    return Result(f"INSERT 0 {count}", count=count)


def _inserted_into(words: Words) -> tuple[str, ...]:
    words.expect("INSERT", "INTO")
    words.accept("TABLE")
    return words.name()


def _insert_sql(
    connection: Connection, parsed: Parsed, name: tuple[str, ...]
) -> tuple[Object, str]:
    """The table, and the change of it."""
    words = parsed.words
    table = changeable(connection, name, "INSERT")
    names = words.names() if words.peek("(") and not words.peek("(", "SELECT") else []
    columns = targets(table, names)
    if words.accept("DEFAULT", "VALUES"):
        words.end()
        return table, _insert_rows(connection, table, [], [[]], parsed)
    if words.peek("VALUES"):
        return table, _insert_values(connection, table, columns, words, parsed)
    return table, _insert_query(connection, table, columns, words.rest(), parsed)


def targets(table: Object, names: Sequence[str]) -> list[TableColumn]:
    """The columns of a table that are named, or all.

    Raises:
        RedshiftError: it has none of that name.
    """
    known = {column.name: column for column in table.columns}
    for name in names:
        if name not in known:
            raise RedshiftError(
                f'column "{name}" of relation "{table.name}" does not exist', "42703"
            )
    if len(set(names)) < len(names):
        raise RedshiftError("a column is specified more than once", "42701")
    return [known[name] for name in names] if names else list(table.columns)


def _insert_values(
    connection: Connection,
    table: Object,
    columns: list[TableColumn],
    words: Words,
    parsed: Parsed,
) -> str:
    tree = parse_query(f"INSERT INTO t {words.rest()}")
    values = tree.args.get("expression")
    if not isinstance(values, exp.Values) or values.args.get("alias"):
        raise words.refuse()
    _refuse(tree, {"this", "expression"})
    rows = [list(row.expressions) for row in values.expressions]
    if not all(rows):
        raise RedshiftError('syntax error at or near ")"', SYNTAX)
    if len({len(row) for row in rows}) > 1:
        raise RedshiftError("VALUES lists must all be the same length", SYNTAX)
    if len(rows) > 1 and values.find(exp.Query):
        raise RedshiftError("cannot use subqueries in multi-row VALUES", "0A000")
    return _insert_rows(connection, table, columns, rows, parsed)


def _insert_rows(
    connection: Connection,
    table: Object,
    columns: list[TableColumn],
    rows: list[list[exp.Expr]],
    parsed: Parsed,
) -> str:
    lines = []
    for row in rows:
        if len(row) > len(columns):
            raise RedshiftError("INSERT has more expressions than target columns", SYNTAX)
        given = {c.name: node for c, node in zip(columns, row, strict=False)}
        if row and len(row) < len(columns) and len(columns) != len(table.columns):
            raise RedshiftError("INSERT has more target columns than expressions", SYNTAX)
        lines.append([_value(connection, table, c, given.get(c.name), parsed)
                      for c in table.columns])  # fmt: skip
    texts = ", ".join(f"({', '.join(line)})" for line in lines)
    return f"INSERT INTO {table.physical} VALUES {texts}"


def _value(
    connection: Connection,
    table: Object,
    column: TableColumn,
    node: exp.Expr | None,
    parsed: Parsed,
) -> str:
    if node is None or (isinstance(node, exp.Var | exp.Column) and node.name.upper() == "DEFAULT"):
        return default_sql(connection, table, column)
    _check_identity(column)
    value = compile_expression(node, Names(connection), parameters=parsed.parameters)
    return stored(value, column.type, column.name).sql


def _check_identity(column: TableColumn) -> None:
    if column.identity and not column.by_default:
        raise RedshiftError(f"cannot set an identity column to a value: {column.name}", "0A000")


def default_sql(connection: Connection, table: Object, column: TableColumn) -> str:
    """What a column gets that is not given."""
    if column.identity:
        sequence = quoted_text(table.sequence(column.name))
        return f"CAST(nextval({sequence}) AS {column.type.duckdb})"
    if not column.default:
        return f"CAST(NULL AS {column.type.duckdb})"
    value = compile_expression(column.default, Names(connection))
    return stored(value, column.type, column.name).sql


def _insert_query(
    connection: Connection, table: Object, columns: list[TableColumn], text: str, parsed: Parsed
) -> str:
    compiled = compile_query(text, Names(connection), parameters=parsed.parameters)
    if len(compiled.fields) > len(columns):
        raise RedshiftError("INSERT has more expressions than target columns", SYNTAX)
    if len(compiled.fields) < len(columns) and len(columns) != len(table.columns):
        raise RedshiftError("INSERT has more target columns than expressions", SYNTAX)
    given = {}
    for at, (column, field) in enumerate(zip(columns, compiled.fields, strict=False)):
        _check_identity(column)
        given[column.name] = stored(Typed(f"q.c{at}", field.type), column.type, column.name).sql
    values = [given.get(c.name) or default_sql(connection, table, c) for c in table.columns]
    return f"INSERT INTO {table.physical} SELECT {', '.join(values)} FROM ({compiled.sql}) q"


def count_of(connection: Connection, table: Object, sql: str, *steps: str) -> int:
    """Run a change of a table's rows, by these steps; how many it changed."""
    count = int(first_row(connection.duck, sql)[0])
    wrote(connection, table, count, *steps)
    return count


def _changed(connection: Connection, table: Object, sql: str, *steps: str) -> int:
    count = count_of(connection, table, sql, *steps)
    if count:
        staleness.note(connection, table)
    return count


def scope_of(connection: Connection, parsed: Parsed) -> Scope:
    """The names of a statement that changes rows."""
    return Scope(new_state(Names(connection), parsed.parameters))


def target_of(
    connection: Connection, table: Object, name: str, command: str
) -> tuple[Sight, Source]:
    """What the user sees of the table that he changes, as a member of the statement."""
    sight = protection.sight(connection, table, "target", command)
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
    return sight, Source(name, fields)


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


@statement("UPDATE")
def update(connection: Connection, parsed: Parsed) -> Result:
    count = _changed(connection, *_update_of(connection, parsed), "delete", "insert")
    return Result(f"UPDATE {count}", count=count)


def _update_of(connection: Connection, parsed: Parsed) -> tuple[Object, str]:
    tree = parse_query(parsed.text)
    if not isinstance(tree, exp.Update):
        raise parsed.words.refuse()
    _refuse(tree, {"this", "expressions", "from_", "where", "with_"})
    target, name = tree.this, table_name(tree.this)
    _check_unqualified(tree.expressions)
    unite(tree)
    table = changeable(connection, name, "")
    _check_columns(connection, table, tree.expressions)
    scope = scope_of(connection, parsed)
    prefix = _ctes(tree, scope)
    sight, source = target_of(connection, table, (target.alias or target.name).lower(), "u")
    scope.sources.append(source)
    tables = _from(tree.args.get("from_"), scope)
    where = tree.args.get("where")
    test = seen(sight, condition(where.this, scope, "WHERE") if where else "true")
    changes = assignments(connection, table, tree.expressions, scope)
    return table, update_sql(table, changes, prefix, tables, test)


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


def update_sql(table: Object, changes: dict[str, str], prefix: str, tables: str, test: str) -> str:
    """A row that several rows of FROM match takes one of them, once."""
    sets = ", ".join(f"{quoted_name(name)} = u.{quoted_name(name)}" for name in changes)
    if not tables:
        plain = ", ".join(f"{quoted_name(name)} = {sql}" for name, sql in changes.items())
        return f"{prefix}UPDATE {table.physical} AS target SET {plain} WHERE {test}"
    values = ", ".join(f"{sql} AS {quoted_name(name)}" for name, sql in changes.items())
    return (
        f"UPDATE {table.physical} AS target SET {sets} FROM ({prefix}SELECT target.rowid AS r, "
        f"{values} FROM {table.physical} AS target, {tables} WHERE {test} "
        f"QUALIFY row_number() OVER (PARTITION BY target.rowid) = 1) u "
        f"WHERE target.rowid = u.r"
    )


def _refuse(tree: exp.Expr, known: set[str]) -> None:
    for name, value in tree.args.items():
        if value and name not in known:
            raise unsupported(f"{name.strip('_').upper()} here")


def _ctes(tree: exp.Expr, scope: Scope) -> str:
    clause = tree.args.get("with_")
    if clause is None:
        return ""
    inner = exp.select("1")
    inner.set("with_", clause)
    found = scope.state.query(inner, scope).sql
    scope.sources.clear()
    return str(found).removesuffix("SELECT 1 AS c0")


def _from(clause: exp.Expr | None, scope: Scope) -> str:
    if clause is None:
        return ""
    sql, sources = member(clause.this, scope)
    scope.sources.extend(sources)
    for each in clause.this.args.get("joins") or ():
        sql += join(each, scope)
    return sql


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
            raise RedshiftError(
                f'column "{name}" of relation "{table.name}" does not exist', "42703"
            )
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
    count = _changed(connection, *_delete_of(connection, parsed), "delete")
    return Result(f"DELETE {count}", count=count)


def _delete_of(connection: Connection, parsed: Parsed) -> tuple[Object, str]:
    words = parsed.words
    text = parsed.text
    if words.accept("DELETE") and not words.peek("FROM"):
        text = f"DELETE FROM {words.rest()}"
    tree = parse_query(text)
    if not isinstance(tree, exp.Delete):
        raise parsed.words.refuse()
    _refuse(tree, {"this", "using", "where", "with_"})
    target = tree.this
    table = changeable(connection, table_name(target), "DELETE")
    scope = scope_of(connection, parsed)
    prefix = _ctes(tree, scope)
    sight, source = target_of(connection, table, (target.alias or target.name).lower(), "d")
    scope.sources.append(source)
    parts = []
    for each in tree.args.get("using") or ():
        sql, sources = member(each, scope)
        scope.sources.extend(sources)
        for one in each.args.get("joins") or ():
            sql += join(one, scope)
        parts.append(sql)
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
        _update_of(connection, parsed)
    elif word == "DELETE":
        _delete_of(connection, parsed)
    else:
        name = _inserted_into(parsed.words)
        if not any(finder(connection, name) for finder in WRITERS):
            _insert_sql(connection, parsed, name)
