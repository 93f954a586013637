"""``MERGE``: rows of a source update, delete and join those of a table.

Redshift has one action for what matches and one for what does not, without conditions. Source:
https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html
"""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.casts import stored
from labkit.cloud.engine.redshift.duck import first_row
from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError, unsupported
from labkit.cloud.engine.redshift.expressions import condition, expression
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.engine.redshift.relations import member
from labkit.cloud.engine.redshift.scope import Scope, Source
from labkit.cloud.redshift.warehouse import grants, staleness
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.changes import (
    SEVERAL,
    assignments,
    changer,
    scope_of,
    seen,
    table_name,
    target_of,
    update_sql,
)
from labkit.cloud.redshift.warehouse.statements.counting import count_of
from labkit.cloud.redshift.warehouse.statements.dropping import changeable
from labkit.cloud.redshift.warehouse.statements.inserting import default_sql, targets

ITSELF = "Source view/subquery in Merge statement cannot reference target table."


@statement("MERGE")
def merge(connection: Connection, parsed: Parsed) -> Result:
    """``MERGE INTO target USING source ON ... WHEN ...`` or ``... REMOVE DUPLICATES``.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html
    """
    words, text = parsed.words, parsed.text
    last = [word.upper for word in words.words[-3:-1]]
    duplicates = last == ["REMOVE", "DUPLICATES"]
    if duplicates:
        start = words.words[-3].start
        text = text[:start] + " WHEN MATCHED THEN DELETE"
    tree = parse_query(text)
    if not isinstance(tree, exp.Merge):
        raise words.refuse()
    if change := changer(connection, tree):
        if duplicates:
            raise unsupported("REMOVE DUPLICATES of an Iceberg table")
        changed: Result = change(tree, parsed)
        return changed
    table = changeable(connection, table_name(tree.this), "")
    _check_merge(connection, table, tree, duplicates)
    scope = scope_of(connection, parsed)
    sight, target = target_of(connection, table, tree.this, "u")
    scope.sources.append(target)
    sql, sources = member(tree.args["using"], scope)
    scope.sources.extend(sources)
    test = seen(sight, condition(tree.args["on"], scope, "ON"))
    _check_source(table, tree, scope)
    _check_one_match(connection, table, sql, test, duplicates)
    if duplicates:
        merged = _remove_duplicates(connection, table, sql, sources[0], test)
    else:
        merged = _merge(connection, table, tree, sql, test, scope)
    if merged.count:
        staleness.note(connection, table)
    return merged


def _check_merge(connection: Connection, table: Object, tree: exp.Merge, duplicates: bool) -> None:
    """SELECT, and what each action asks for."""
    grants.columns(connection, table, "SELECT")
    if duplicates:
        wanted = {"DELETE", "INSERT"}
    else:
        actions = [each.args["then"] for each in tree.args["whens"].expressions]
        wanted = {"DELETE" if isinstance(a, exp.Var) else a.key.upper() for a in actions}
    for privilege in sorted(wanted & {"DELETE", "INSERT", "UPDATE"}):
        grants.check(connection, table, privilege)


def _check_source(table: Object, tree: exp.Merge, scope: Scope) -> None:
    """Another table than the target; and what lies within a SUPER column is not named."""
    if table.oid in scope.state.oids:
        raise RedshiftError(ITSELF, "0A000")
    told = {source.name for source in scope.sources}
    for node in tree.find_all(exp.Bracket, exp.Dot, exp.Column):
        if not isinstance(node, exp.Column) or node.text("db").lower() in told:
            raise RedshiftError(
                "Partial reference of SUPER column is not supported in MERGE statement.", "0A000"
            )


def _check_one_match(
    connection: Connection, table: Object, source: str, test: str, duplicates: bool
) -> None:
    if duplicates:
        return
    several = (
        f"SELECT 1 FROM {table.physical} AS target JOIN {source} ON {test} "
        "GROUP BY target.rowid HAVING count(*) > 1 LIMIT 1"
    )
    if first_row(connection.duck, several)[0]:
        raise RedshiftError(SEVERAL, "21000")


def _remove_duplicates(
    connection: Connection, table: Object, sql: str, source: Source, test: str
) -> Result:
    """Rows that match are replaced by the source's, the rest of the source is added; once each."""
    if [f.type for f in source.fields] and len(source.fields) != len(table.columns):
        raise RedshiftError("MERGE REMOVE DUPLICATES needs tables of the same columns", SYNTAX)
    values = [
        stored(f.value, c.type, c.name).sql
        for f, c in zip(source.fields, table.columns, strict=True)
    ]
    columns = ", ".join(
        f"{value} AS {quoted_name(c.name)}" for value, c in zip(values, table.columns, strict=True)
    )
    staging = f"t{connection.objects.new_oid()}_merge"
    connection.duck.execute(f"CREATE TEMP TABLE {staging} AS SELECT DISTINCT {columns} FROM {sql}")
    gone = (
        f"DELETE FROM {table.physical} WHERE rowid IN "
        f"(SELECT target.rowid FROM {table.physical} AS target JOIN {sql} ON {test})"
    )
    count_of(connection, table, gone, "delete")
    added = f"INSERT INTO {table.physical} SELECT * FROM {staging}"
    count = count_of(connection, table, added, "insert")
    connection.duck.execute(f"DROP TABLE {staging}")
    return Result(f"MERGE {count}", count=count)


def _merge(
    connection: Connection, table: Object, tree: exp.Merge, source: str, test: str, scope: Scope
) -> Result:
    matched, other = two_actions(tree)
    staging = f"t{connection.objects.new_oid()}_merge"
    insertion = _prepare_insert(connection, table, other, source, test, scope, staging)
    count = _merge_matched(connection, table, matched, source, test, scope)
    count += count_of(connection, table, insertion, "insert")
    connection.duck.execute(f"DROP TABLE {staging}")
    return Result(f"MERGE {count}", count=count)


def two_actions(tree: exp.Merge) -> tuple[exp.Expr, exp.Expr]:
    """What becomes of rows that match, and of others.

    Raises:
        RedshiftError: there are other actions than one of each, or conditions.
    """
    whens = tree.args["whens"].expressions
    matched = [each for each in whens if each.args.get("matched")]
    others = [each for each in whens if not each.args.get("matched")]
    if len(matched) > 1 or len(others) > 1 or any(each.args.get("condition") for each in whens):
        raise unsupported("MERGE with conditions or several actions of a kind")
    if not (matched and others):
        raise RedshiftError("syntax error: MERGE needs WHEN MATCHED and WHEN NOT MATCHED", SYNTAX)
    return matched[0], others[0]


def _merge_matched(
    connection: Connection, table: Object, when: exp.Expr, source: str, test: str, scope: Scope
) -> int:
    action = when.args["then"]
    if isinstance(action, exp.Update):
        changes = assignments(connection, table, action.expressions, scope)
        changed = update_sql(table, changes, "", source, test)
        return count_of(connection, table, changed, "delete", "insert")
    if isinstance(action, exp.Var) and action.name.upper() == "DELETE":
        gone = (
            f"DELETE FROM {table.physical} WHERE rowid IN (SELECT target.rowid FROM "
            f"{table.physical} AS target JOIN {source} ON {test})"
        )
        return count_of(connection, table, gone, "delete")
    raise unsupported("this action of MERGE")


def _prepare_insert(
    connection: Connection,
    table: Object,
    when: exp.Expr,
    source: str,
    test: str,
    scope: Scope,
    staging: str,
) -> str:
    """Rows of the source that match nothing, put aside before the target changes."""
    names, nodes = inserted_values(when.args["then"])
    columns = targets(table, names)
    if len(columns) != len(nodes):
        raise RedshiftError("INSERT has not as many expressions as target columns", SYNTAX)
    inner = Scope(scope.state, scope.sources[1:], ctes=scope.ctes)
    given = {
        column.name: stored(expression(node, inner), column.type, column.name).sql
        for column, node in zip(columns, nodes, strict=True)
    }
    values = [given.get(c.name) or default_sql(connection, table, c) for c in table.columns]
    listed = ", ".join(f"{value} AS v{at}" for at, value in enumerate(values))
    connection.duck.execute(
        f"CREATE TEMP TABLE {staging} AS SELECT {listed} FROM {source} WHERE NOT EXISTS "
        f"(SELECT 1 FROM {table.physical} AS target WHERE {test})"
    )
    return f"INSERT INTO {table.physical} SELECT * FROM {staging}"


def inserted_values(action: exp.Expr) -> tuple[list[str], list[exp.Expr]]:
    """The columns and values of MERGE's ``INSERT [(columns)] VALUES (values)``."""
    named = action.this.expressions if action.this is not None else []
    if len(named) == 1 and isinstance(named[0], exp.Anonymous):
        return [], list(named[0].expressions)
    return [each.name.lower() for each in named], list(action.args["expression"].expressions)
