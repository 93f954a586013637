"""``SHOW`` of what there is: queries of system views, narrowed by LIKE and LIMIT.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_TABLES.html and its neighbours
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import Words, quoted_string
from labkit.cloud.redshift.placement.slices import shown_style
from labkit.cloud.redshift.system.granted import grantee
from labkit.cloud.redshift.system.registry import inside
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.paths import find_relation
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.shown_names import NOTHING
from labkit.cloud.redshift.warehouse.statements.grantees import grantees
from labkit.cloud.redshift.warehouse.statements.schemas import find_schema
from labkit.cloud.redshift.warehouse.statements.select import run_query

#: Who else has tables. (connection, name) → one as SHOW tells of it, or None.
TABLES: list[Callable[[Connection, tuple[str, ...]], Object | None]] = []


@statement("SHOW DATABASES")
def show_databases(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("SHOW", "DATABASES")
    sql = (
        "SELECT database_name, database_owner, database_type, database_acl "
        "FROM svv_redshift_databases WHERE true"
    )
    return listed(connection, parsed, sql, "database_name")


@statement("SHOW SCHEMAS")
def show_schemas(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("SHOW", "SCHEMAS")
    words.expect("FROM")
    words.accept("DATABASE")
    database = quoted_string(words.identifier())
    sql = (
        "SELECT database_name, schema_name, schema_owner, schema_type, schema_acl, "
        "source_database, "
        f"schema_option FROM svv_all_schemas WHERE database_name = {database}"
    )
    return listed(connection, parsed, sql, "schema_name")


@statement("SHOW TABLES")
def show_tables(connection: Connection, parsed: Parsed) -> Result:
    """When tables were changed is not kept, so that those columns are empty."""
    words = parsed.words
    words.expect("SHOW", "TABLES", "FROM")
    words.accept("SCHEMA")
    database, schema = (connection.database, *words.name())[-2:]
    known = connection.objects.of("relation", database=database, schema=schema)
    owners = {one.name: one.owner for one in known}
    tables = [one for one in known if one.kind == "table"]
    styles = {one.name: shown_style(connection, one).replace("AUTO(", "AUTO (") for one in tables}
    sql = (
        "SELECT database_name, schema_name, table_name, table_type, table_acl, remarks, "
        f"{_told('table_name', owners)} AS owner, NULL::timestamp AS last_altered_time, "
        f"NULL::timestamp AS last_modified_time, {_told('table_name', styles)} AS dist_style, "
        f"{_told('table_name', {one.name: _subtype(one) for one in known})} AS table_subtype "
        f"FROM svv_all_tables WHERE database_name = {quoted_string(database)} "
        f"AND schema_name = {quoted_string(schema)}"
    )
    return listed(connection, parsed, sql, "table_name")


def _subtype(one: Object) -> str:
    if one.kind == "view":
        return "REGULAR VIEW" if one.body["bound"] else "LATE BINDING VIEW"
    return {"matview": "MATERIALIZED VIEW"}.get(one.kind, "REGULAR TABLE")


def _told(column: str, told: Mapping[str, object]) -> str:
    """SQL of what is told of each name, NULL for the others."""
    cases = [f"WHEN {quoted_string(n)} THEN {quoted_string(str(v))}" for n, v in told.items()]
    return f"CASE {column} {' '.join(cases)} ELSE NULL::varchar END" if cases else "NULL::varchar"


@statement("SHOW COLUMNS")
def show_columns(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("SHOW", "COLUMNS", "FROM")
    words.accept("TABLE")
    table = known_table(connection, parsed)
    keys = [str(name) for name in table.body.get("sortkey") or ()]
    style = dict.fromkeys(keys, table.body.get("sortstyle") or "COMPOUND")
    order = {name: at for at, name in enumerate(keys, 1)}
    dist = {table.body.get("distkey", ""): 1}
    encodings = {c.name: c.encode for c in table.columns if table.kind != "view"}
    sql = (
        "SELECT database_name, schema_name, table_name, column_name, ordinal_position, "
        "column_default, is_nullable, data_type, character_maximum_length, numeric_precision, "
        f"numeric_scale, remarks, {_told('column_name', style)} AS sort_key_type, "
        f"{_told('column_name', order)}::int AS sort_key, "
        f"{_told('column_name', dist)}::int AS dist_key, "
        f"{_told('column_name', encodings)} AS encoding, NULL::varchar AS collation "
        f"FROM svv_all_columns WHERE table_name = "
        f"{quoted_string(table.name)} AND schema_name = {quoted_string(table.schema)} "
        f"AND database_name = {quoted_string(table.database)}"
    )
    return listed(connection, parsed, sql, "ordinal_position", like="column_name")


def named_table(connection: Connection, parsed: Parsed) -> Object:
    """The table whose name comes next."""
    name = parsed.words.name()
    if parsed.unbound:
        return NOTHING
    others = (finder(connection, name) for finder in TABLES)
    return next(filter(None, others), None) or find_relation(connection, name)


def known_table(connection: Connection, parsed: Parsed) -> Object:
    """The table whose name comes next: of one that is not there, nothing is shown.

    Source: https://github.com/aws/amazon-redshift-python-driver/blob/master/test/integration/metadata/test_metadataAPI_keys.py
    """
    try:
        return named_table(connection, parsed)
    except RedshiftError as error:
        if error.sqlstate not in ("42P01", "3F000"):
            raise
        return NOTHING


def unshared(table: Object) -> Object:
    """A table; of one that is shared from elsewhere nothing but its columns is told."""
    return NOTHING if table.body.get("kind") == "shared" else table


@statement("SHOW FUNCTIONS", "SHOW PROCEDURES")
def show_routines(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("SHOW")
    kind = words.accept_one("FUNCTIONS", "PROCEDURES")
    words.expect("FROM")
    words.accept("SCHEMA")
    database, schema = (connection.database, *words.name())[-2:]
    name = {"FUNCTIONS": "function_name", "PROCEDURES": "procedure_name"}[kind]
    told = {"FUNCTIONS": "REGULAR FUNCTION", "PROCEDURES": "STORED PROCEDURE"}[kind]
    sql = (
        f"SELECT database_name, schema_name, function_name AS {name}, "
        "CASE argument_type WHEN '' THEN 0 ELSE REGEXP_COUNT(argument_type, ',') + 1 END "
        "AS number_of_arguments, argument_type AS argument_list, result_type AS return_type, "
        f"NULL::varchar AS remarks FROM svv_redshift_functions WHERE function_type = '{told}' "
        f"AND schema_name = {quoted_string(schema)} AND database_name = {quoted_string(database)}"
    )
    return listed(connection, parsed, sql, "function_name")


#: Where the privileges of each kind of object stand, the columns that name it, and their scope.
_GRANTED = {
    "TABLE": ("svv_relation_privileges", "namespace_name", "relation_name", "'TABLE'::varchar"),
    "SCHEMA": ("svv_schema_privileges", "namespace_name", "namespace_name", "privilege_scope"),
    "DATABASE": ("svv_database_privileges", "NULL::varchar", "database_name", "privilege_scope"),
}


_SPACES = {"TABLE": "relation", "SCHEMA": "schema", "DATABASE": "database"}
#: Users before roles, the older first. Source:
#: https://github.com/aws/amazon-redshift-python-driver/blob/master/test/integration/metadata/test_metadataAPI_privileges.py
BY_IDENTITY = "DECODE(identity_type, 'user', 0, 'public', 2, 1), identity_id, privilege_type"


@statement("SHOW GRANTS")
def show_grants(connection: Connection, parsed: Parsed) -> Result:
    """``ON`` an object, or ``FOR`` a user, a role or PUBLIC.

    A group is told as a role with a slash before its name. Sources:
    https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_GRANTS.html and, of the slash,
    https://github.com/dbt-labs/dbt-adapters/blob/main/dbt-redshift/src/dbt/include/redshift/macros/adapters/apply_grants.sql
    """
    words = parsed.words
    words.expect("SHOW", "GRANTS")
    if words.peek("FOR"):
        who = for_grantee(connection, words, "identity_name", "identity_type")
        parts = [f"{_grants(connection, kind)} WHERE true{who}" for kind in _GRANTED]
        return listed(connection, parsed, _united(parts), "object_name")
    words.expect("ON")
    kind = words.accept_one(*_GRANTED, "FUNCTION", "PROCEDURE") or "TABLE"
    if kind not in _GRANTED:
        raise RedshiftError(f"SHOW GRANTS ON {kind} is not supported here", "0A000")
    database, condition = _object(connection, kind, parsed)
    with inside(connection, database or connection.database):
        sql = f"{_grants(connection, kind)} WHERE {condition}"
        sql = _united([sql + for_grantee(connection, words, "identity_name", "identity_type")])
        return listed(connection, parsed, sql, BY_IDENTITY, like="identity_name")


def for_grantee(connection: Connection, words: Words, name: str, kind: str) -> str:
    """``FOR user | ROLE role | PUBLIC`` as a condition on a grantee's columns."""
    if not words.accept("FOR"):
        return ""
    told = grantee(grantees(connection, words)[0])
    return f" AND {name} = {quoted_string(told[0])} AND {kind} = {quoted_string(told[1])}"


def _object(connection: Connection, kind: str, parsed: Parsed) -> tuple[str, str]:
    """The database of an object, none for the session's, and the condition that means it."""
    if kind == "TABLE":
        table = unshared(known_table(connection, parsed))
        schema, name = quoted_string(table.schema), quoted_string(table.name)
        return table.database, f"namespace_name = {schema} AND relation_name = {name}"
    *database, last = parsed.words.name()
    place = "".join(database)
    if kind == "SCHEMA" and not parsed.unbound:
        find_schema(connection, last, place)
    return place, f"{_GRANTED[kind][2]} = {quoted_string(last)}"


def _grants(connection: Connection, kind: str) -> str:
    view, schema, name, scope = _GRANTED[kind]
    database = name if kind == "DATABASE" else "current_database()"
    grantor = _grantor(connection, kind, f"{schema} || '.' || {name}" if kind == "TABLE" else name)
    return (
        f"SELECT {database}::varchar AS database_name, {schema} AS schema_name, {name} "
        f"AS object_name, '{kind}'::varchar AS object_type, privilege_type, identity_id, "
        "CASE identity_type WHEN 'group' THEN '/' ELSE '' END || identity_name AS identity_name, "
        "DECODE(identity_type, 'group', 'role', identity_type) AS identity_type, admin_option, "
        f"{scope} AS privilege_scope, {grantor} AS grantor_name FROM {view}"
    )


def _grantor(connection: Connection, kind: str, place: str) -> str:
    """SQL of who granted a privilege: the object's owner, or one who may grant it on."""
    database = {} if kind == "DATABASE" else {"database": connection.database}
    owners, others = dict[str, str](), dict[str, str]()
    for one in connection.objects.of(_SPACES[kind], **database):
        named = f"{one.schema}.{one.name}" if kind == "TABLE" else one.name
        owners[named] = one.owner
        for name, given in one.body.get("grantors", {}).items():
            who, what = grantee(name)
            others |= {f"{what} {who} {p} {named}": by for p, by in given.items()}
    key = f"identity_type || ' ' || identity_name || ' ' || privilege_type || ' ' || {place}"
    return f"COALESCE({_told(key, others)}, {_told(place, owners)})"


def _united(parts: list[str]) -> str:
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) g WHERE true"


def listed(
    connection: Connection, parsed: Parsed, sql: str, column: str, *, like: str = ""
) -> Result:
    """A SHOW that is a query over a system view, narrowed by LIKE and LIMIT."""
    words = parsed.words
    if words.accept("LIKE"):
        sql += f" AND {like or column} LIKE {quoted_string(words.string())}"
    sql += f" ORDER BY {column}"
    if words.accept("LIMIT"):
        sql += f" LIMIT {words.number()}"
    words.end()
    return run_query(connection, sql, Parsed(sql))
