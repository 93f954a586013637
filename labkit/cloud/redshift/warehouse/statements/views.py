"""Views, with and without a binding to what they read, and materialized views.

A bound view keeps its tables from being dropped; a view WITH NO SCHEMA BINDING is checked when it
is used. One that reads temporary tables, or whose name begins with ``#``, is the session's own.
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_VIEW.html
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from labkit.cloud.engine.redshift.compile import Compiled, compile_query
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.reading import parse_query
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.warehouse import defaults, grants, staleness
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.names import Names
from labkit.cloud.redshift.warehouse.objects import Object, TableColumn, key_of, with_columns
from labkit.cloud.redshift.warehouse.paths import find_relation, fixed_path, place
from labkit.cloud.redshift.warehouse.policies import is_protected
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.declaring import Declared, attributes
from labkit.cloud.redshift.warehouse.statements.dropping import drop_listed
from labkit.cloud.redshift.warehouse.statements.protecting import bases, protection_clause
from labkit.cloud.redshift.warehouse.statements.tables import create, query_columns

_UNBOUND = ("WITH", "NO", "SCHEMA", "BINDING")


@statement("CREATE VIEW", "CREATE OR REPLACE VIEW")
def create_view(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE")
    replacing = words.accept("OR", "REPLACE")
    words.expect("VIEW")
    name = words.name()
    names = words.names() if words.peek("(") else []
    words.expect("AS")
    text, bound = _query_text(words)
    database, schema, last = place(connection, name, "CREATE OR REPLACE VIEW")
    view = _view(connection, (database, schema, last), text, names, bound)
    if last.startswith("#") or _of_session(connection, view):
        return _create_temporary(connection, view, replacing)
    known = connection.objects.find("relation", last, database=database, schema=schema)
    _check_free(connection, known, last, replacing)
    if not bound:
        view = view.changed(statement=parsed.text.strip(), stated=[schema, last])
    if known:
        _check_same(known, view)
        if known.oid in bases(connection, view):
            raise RedshiftError(f'infinite recursion detected in view "{last}"', "42P17")
        connection.objects.remove(known)
        staleness.note(connection, known)
        view = Object(*key_of(view), known.oid, known.owner, view.body | _kept(known))
    elif given := defaults.granted(connection, "TABLES", schema):
        view = view.changed(grants=given)
    connection.objects.add(view)
    return Result("CREATE VIEW")


def _of_session(connection: Connection, view: Object) -> bool:
    """Whether a view reads a temporary table or view."""
    return any(one.oid in view.body.get("uses", ()) for one in connection.temporary.values())


def _create_temporary(connection: Connection, view: Object, replacing: bool) -> Result:
    """A view that ends with its session, as what it reads does."""
    known = connection.temporary.get(view.name)
    _check_free(connection, known, view.name, replacing)
    if known:
        _check_same(known, view)
        if known.oid in bases(connection, view):
            raise RedshiftError(f'infinite recursion detected in view "{view.name}"', "42P17")
    oid = known.oid if known else connection.objects.new_oid()
    key = (view.space, view.database, f"pg_temp_{connection.pid}", view.name)
    body = view.body | {"temporary": True}
    connection.temporary[view.name] = Object(*key, oid, view.owner, body)
    connection.notices.append(f'view "{view.name}" will be a temporary view')
    return Result("CREATE VIEW")


#: What a view keeps when it is replaced.
_KEPT = ("grants", "column_grants", "grant_options", "grantors", "rls", "masks",
         "masking_datashares", "comments")  # fmt: skip


def _kept(known: Object) -> dict[str, object]:
    return {member: known.body[member] for member in _KEPT if member in known.body}


def _check_same(known: Object, view: Object) -> None:
    """Columns may be neither renamed nor given another type, nor added or left out.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_VIEW.html
    """
    old, new = known.columns, view.columns
    if not known.body["bound"] or not view.body["bound"]:
        return
    if len(new) != len(old):
        raise RedshiftError("cannot change number of columns in view", "42P16")
    for before, after in zip(old, new, strict=True):
        if before.name != after.name:
            raise RedshiftError(f'cannot change name of view column "{before.name}"', "42P16")
        if before.type != after.type:
            raise RedshiftError(f'cannot change data type of view column "{before.name}"', "42P16")


def _check_free(connection: Connection, known: Object | None, name: str, replacing: bool) -> None:
    if known is None:
        return
    if not replacing:
        raise RedshiftError(f'Relation "{name}" already exists', "42P07")
    if known.kind != "view":
        raise RedshiftError(f'"{name}" is not a view', "42809")
    grants.check_owner(connection, known)


def _query_text(words: Words) -> tuple[str, bool]:
    """The view's query, and whether it is bound to what it reads."""
    ending = tuple(word.upper for word in words.words if word.kind != "end" and word.text != ";")
    start = words.word.start
    bound = ending[-4:] != _UNBOUND
    text = words.rest()
    if not bound:
        last = [word for word in words.words if word.kind != "end" and word.text != ";"][-4]
        text = words.text[start : last.start]
    return text.strip(), bound


def _view(
    connection: Connection, key: tuple[str, str, str], text: str, names: list[str], bound: bool
) -> Object:
    body = {
        "kind": "view",
        "query": text,
        "bound": bound,
        "names": names,
        "search_path": fixed_path(connection),
    }
    view = Object("relation", *key, owner=connection.user, body=body)
    if not bound:
        _check_qualified(parse_query(text))
        return view
    _check_local(connection, parse_query(text))
    meant = Names(connection)
    compiled = compile_query(text, meant)
    _check_names(compiled, names)
    shown = [(names[at] if at < len(names) else f.name) for at, f in enumerate(compiled.fields)]
    columns = [TableColumn(n, f.type) for n, f in zip(shown, compiled.fields, strict=True)]
    for name in shown:
        if shown.count(name) > 1:
            raise RedshiftError(f'column "{name}" specified more than once', "42701")
    return with_columns(view.changed(**_read(compiled, meant)), columns)


def _read(compiled: Compiled, meant: Names) -> dict[str, Any]:
    """What a bound view depends on, and what its names mean for good."""
    return {"uses": sorted(compiled.oids), "calls": sorted(compiled.calls), "meant": meant.resolved}


def _check_local(connection: Connection, tree: exp.Expr) -> None:
    """What lies outside is read by views that are not bound to it.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_VIEW.html
    """
    for each in tree.find_all(exp.Table):
        database = each.catalog or connection.database
        schema = connection.objects.find("schema", each.db.lower(), database=database.lower())
        if schema and schema.body.get("type") == "external":
            raise RedshiftError("External tables are not supported in views", "0A000")


def _check_qualified(tree: exp.Expr) -> None:
    """What an unbound view reads is looked up later, whatever the search path is then."""
    own = {each.alias.lower() for each in tree.find_all(exp.CTE)}
    for each in tree.find_all(exp.Table):
        named = isinstance(each.this, exp.Identifier) and not each.args.get("db")
        if named and each.name.lower() not in own:
            raise RedshiftError(
                "All the relation names inside should be qualified when creating VIEW WITH NO "
                "SCHEMA BINDING.", "0A000"
            )  # fmt: skip


def _check_names(compiled: Compiled, names: list[str]) -> None:
    if len(names) > len(compiled.fields):
        raise RedshiftError("CREATE VIEW specifies more column names than columns", "42601")


@statement("DROP VIEW")
def drop_view(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("DROP", "VIEW")
    return drop_listed(connection, parsed.words, "view", "DROP VIEW")


@statement("CREATE MATERIALIZED VIEW")
def create_materialized(connection: Connection, parsed: Parsed) -> Result:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/materialized-view-create-sql-command.html"""
    words = parsed.words
    words.expect("CREATE", "MATERIALIZED", "VIEW")
    name = words.name()
    declared, automatic = Declared(), False
    while not words.peek("AS"):
        before = words.at
        attributes(words, declared)
        if words.accept("AUTO", "REFRESH"):
            automatic = words.accept_one("YES", "NO") == "YES"
        if words.at == before:
            raise words.refuse()
    words.expect("AS")
    text = words.rest()
    database, schema, last = place(connection, name)
    if connection.objects.find("relation", last, database=database, schema=schema):
        raise RedshiftError(f'Relation "{last}" already exists', "42P07")
    meant = Names(connection)
    compiled = compile_query(text, meant)
    _check_unordered(text)
    _check_bases(connection, compiled)
    declared.columns = query_columns(compiled)
    more = {
        "query": text,
        "bound": True,
        "automatic": automatic,
        "search_path": fixed_path(connection),
    } | _read(compiled, meant)
    view = create(connection, name, declared, kind="matview", more=more)
    _fill(connection, view, compiled)
    return Result("CREATE MATERIALIZED VIEW")


def _check_unordered(text: str) -> None:
    for part in parse_query(text).find_all(exp.Query):
        for name, clause in (("order", "ORDER BY"), ("limit", "LIMIT"), ("offset", "OFFSET")):
            if part.args.get(name):
                raise RedshiftError(f"{clause} is not supported in a materialized view", "0A000")


def _check_bases(connection: Connection, compiled: Compiled) -> None:
    """It would hold the rows that its maker sees, for whoever reads it.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ATTACH_RLS_POLICY.html
    """
    holder = Object("", "", "", "", body={"uses": sorted(compiled.oids)})
    if _of_session(connection, holder):
        raise RedshiftError("a materialized view cannot read temporary tables", "0A000")
    used = bases(connection, holder)
    for one in connection.objects.of("relation"):
        if one.oid in used and (is_protected(one) or one.body.get("rls", {}).get("attached")):
            raise RedshiftError(
                f'a materialized view cannot read "{one.name}", which has policies', "0A000"
            )


def _fill(connection: Connection, view: Object, compiled: Compiled) -> None:
    columns = ", ".join(f"c{at}" for at in range(len(compiled.fields)))
    connection.duck.execute(f"INSERT INTO {view.physical} SELECT {columns} FROM ({compiled.sql})")
    connection.objects.replace(staleness.renew(connection, view, compiled))


@statement("REFRESH MATERIALIZED VIEW")
def refresh(connection: Connection, parsed: Parsed) -> Result:
    """What it holds is computed anew; what reads others of its kind is not refreshed with it."""
    words = parsed.words
    words.expect("REFRESH", "MATERIALIZED", "VIEW")
    view = find_relation(connection, words.name())
    words.accept_one("CASCADE", "RESTRICT")
    words.end()
    if view.kind != "matview":
        raise RedshiftError(f'"{view.name}" is not a materialized view', "42809")
    grants.check_owner(connection, view)
    connection.duck.execute(f"DELETE FROM {view.physical}")
    _fill(connection, view, Names(connection, depth=-1).compile_view(view))
    connection.notices.append(f"Materialized view {view.name} was recomputed successfully.")
    return Result("REFRESH")


@statement("DROP MATERIALIZED VIEW")
def drop_materialized(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("DROP", "MATERIALIZED", "VIEW")
    return drop_listed(connection, parsed.words, "matview", "DROP MATERIALIZED VIEW")


@statement("ALTER MATERIALIZED VIEW")
def alter_materialized(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("ALTER", "MATERIALIZED", "VIEW")
    view = find_relation(connection, words.name())
    if changed := protection_clause(connection, words, view):
        words.end()
        connection.objects.replace(changed)
        return Result("ALTER MATERIALIZED VIEW")
    grants.check_owner(connection, view)
    words.expect("AUTO", "REFRESH")
    automatic = words.accept_one("YES", "NO") == "YES"
    words.end()
    connection.objects.replace(view.changed(automatic=automatic))
    connection.noted = connection.noted or automatic
    return Result("ALTER MATERIALIZED VIEW")
