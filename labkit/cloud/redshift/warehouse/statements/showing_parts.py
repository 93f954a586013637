"""``SHOW`` of what belongs to a table or a routine: its constraints, grants, policies, parameters.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_CONSTRAINTS.html,
https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_COLUMN_GRANTS.html,
https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_POLICIES.html and
https://docs.aws.amazon.com/redshift/latest/dg/r_SHOW_PARAMETERS.html
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pyarrow as pa

from labkit.cloud.engine.redshift.letters import shown_value
from labkit.cloud.engine.redshift.types import INT4, TEXTS, VARCHAR, Type
from labkit.cloud.engine.redshift.words import Words, quoted_string
from labkit.cloud.redshift.system.catalogs import sizes
from labkit.cloud.redshift.system.constraints import (
    Constraint,
    constraints,
    named_columns,
    referenced,
)
from labkit.cloud.redshift.system.registry import inside
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Column, Parsed, Result, statement
from labkit.cloud.redshift.warehouse.shown_names import NOTHING
from labkit.cloud.redshift.warehouse.statements.routine_changes import named_routine
from labkit.cloud.redshift.warehouse.statements.showing import (
    BY_IDENTITY,
    for_grantee,
    known_table,
    listed,
    named_table,
    unshared,
)

_NUMBERS = {"key_seq", "update_rule", "delete_rule", "deferrability", "ordinal_position",
            "character_maximum_length", "numeric_precision", "numeric_scale"}  # fmt: skip
_PLACE = ("database_name", "schema_name")
_PRIMARY = (*_PLACE, "table_name", "pk_name", "column_name", "key_seq")
_FOREIGN = (
    "pk_database_name", "pk_schema_name", "pk_table_name", "pk_column_name",
    "fk_database_name", "fk_schema_name", "fk_table_name", "fk_column_name",
    "key_seq", "fk_name", "pk_name", "update_rule", "delete_rule", "deferrability",
)  # fmt: skip


def _told(words: Words, names: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> Result:
    """Rows as a result, as many as LIMIT says."""
    limit = words.number() if words.accept("LIMIT") else None
    words.end()
    found = list(itertools.islice(rows, limit))
    columns = tuple(Column(name, INT4 if name in _NUMBERS else VARCHAR) for name in names)
    arrays = {
        f"c{at}": pa.array(
            [shown_value(row[at]) for row in found],
            pa.int32() if column.type == INT4 else pa.string(),
        )
        for at, column in enumerate(columns)
    }
    return Result("SHOW", columns, pa.table(arrays), len(found))


def _table(connection: Connection, found: Object, privilege: str = "") -> Object:
    if privilege and found is not NOTHING and found.kind not in ("external", "shared"):
        grants.check(connection, found, privilege)
    return unshared(found)


def _inside(connection: Connection, table: Object) -> AbstractContextManager[None]:
    """The catalog tells of the table's database."""
    return inside(connection, table.database or connection.database)


@statement("SHOW CONSTRAINTS")
def show_constraints(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("SHOW", "CONSTRAINTS")
    kind = "primary" if words.accept("PRIMARY", "KEYS") else "foreign"
    if kind == "foreign":
        words.expect("FOREIGN", "KEYS")
        kind = "exported" if words.accept("EXPORTED") else kind
    words.expect("FROM", "TABLE")
    table = _table(connection, known_table(connection, parsed), "SELECT")
    with _inside(connection, table):
        if kind == "primary":
            return _told(words, _PRIMARY, _primary(connection, table))
        return _told(words, _FOREIGN, _foreign(connection, table, exported=kind == "exported"))


def _primary(connection: Connection, table: Object) -> Iterator[tuple[Any, ...]]:
    for each in constraints(connection):
        if each.kind == "p" and each.table.oid == table.oid:
            for at, column in enumerate(each.told["columns"], 1):
                yield table.database, table.schema, table.name, each.name, column, at


def _foreign(connection: Connection, table: Object, *, exported: bool) -> Iterator[tuple[Any, ...]]:
    known = list(constraints(connection))
    keys = {each.table.oid: each.name for each in known if each.kind == "p"}
    tables = connection.objects.of("relation", database=connection.database)
    for each in known:
        target = referenced(each, tables) if each.kind == "f" else None
        if target and (target if exported else each.table).oid == table.oid:
            yield from _references(each, target, keys.get(target.oid))


def _references(each: Constraint, target: Object, key: str | None) -> Iterator[tuple[Any, ...]]:
    """Nothing is enforced: Redshift leaves the rules empty."""
    pairs = zip(each.told["columns"], named_columns(each, target), strict=False)
    for at, (own, other) in enumerate(pairs, 1):
        yield (
            target.database, target.schema, target.name, other,
            each.table.database, each.table.schema, each.table.name, own,
            at, each.name, key, None, None, None,
        )  # fmt: skip


@statement("SHOW COLUMN GRANTS")
def show_column_grants(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("SHOW", "COLUMN", "GRANTS", "ON", "TABLE")
    table = _table(connection, known_table(connection, parsed))
    sql = (
        "SELECT current_database()::varchar AS database_name, namespace_name AS schema_name, "
        "relation_name AS table_name, column_name, 'COLUMN'::varchar AS object_type, "
        "privilege_type, identity_id, identity_name, identity_type, false AS admin_option, "
        f"'COLUMN'::varchar AS privilege_scope, {quoted_string(table.owner)}::varchar AS "
        f"grantor_name FROM svv_column_privileges WHERE {_is('namespace_name', table.schema)} "
        f"AND {_is('relation_name', table.name)}"
        f"{for_grantee(connection, words, 'identity_name', 'identity_type')}"
    )
    with _inside(connection, table):
        return listed(connection, parsed, sql, BY_IDENTITY, like="column_name")


def _is(column: str, value: str) -> str:
    return f"{column} = {quoted_string(value)}"


_POLICIES = {
    "RLS": "polname AS policy_name, polalias AS policy_alias, polatts AS policy_atts, "
    "polqual AS policy_qual, polenabled AS policy_enabled, polmodifiedby AS policy_modified_by, "
    "polmodifiedtime AS policy_modified_time FROM svv_rls_policy WHERE poldb = {0}",
    "MASKING": "policy_name, input_columns, policy_expression, policy_modified_by, "
    "policy_modified_time FROM svv_masking_policy WHERE policy_database = {0}",
}
_ATTACHED = {
    "RLS": "polname AS policy_name, relschema AS schema_name, relname AS relation_name, "
    "relkind AS relation_kind, grantor, grantee, granteekind AS grantee_kind, "
    "is_pol_on AS is_policy_on, is_rls_on, rls_conjunction_type "
    "FROM svv_rls_attached_policy WHERE relschema = {0} AND relname = {1}",
    "MASKING": "policy_name, schema_name, table_name AS relation_name, "
    "table_type AS relation_type, grantor, grantee, grantee_type, priority, input_columns, "
    "output_columns FROM svv_attached_masking_policy WHERE schema_name = {0} AND table_name = {1}",
}
#: The columns of who something is attached to.
_WHO = {"RLS": ("grantee", "granteekind"), "MASKING": ("grantee", "grantee_type")}


@statement("SHOW RLS POLICIES", "SHOW MASKING POLICIES")
def show_policies(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("SHOW")
    kind = words.accept_one("RLS", "MASKING")
    words.expect("POLICIES")
    if words.accept("ON"):
        table = _table(connection, named_table(connection, parsed))
        sql = _ATTACHED[kind].format(quoted_string(table.schema), quoted_string(table.name))
        sql = f"SELECT {sql}{for_grantee(connection, words, *_WHO[kind])}"
        with _inside(connection, table):
            return listed(connection, parsed, sql, "policy_name")
    named = words.accept("FROM", "DATABASE")
    database = words.identifier() if named else connection.database
    sql = _POLICIES[kind].format(quoted_string(database))
    return listed(connection, parsed, f"SELECT {sql}", "policy_name")


@statement("SHOW PARAMETERS")
def show_parameters(connection: Connection, parsed: Parsed) -> Result:
    """What a function returns has no name and stands first."""
    words = parsed.words
    words.expect("SHOW", "PARAMETERS", "OF")
    kind = words.accept_one("FUNCTION", "PROCEDURE").lower()
    one = named_routine(connection, words, kind, missing_too=True) or NOTHING
    if one is not NOTHING:
        grants.check(connection, one, "EXECUTE")
    names = (*_PLACE, f"{kind}_name", "parameter_name", "ordinal_position", "parameter_type",
             "data_type", "character_maximum_length", "numeric_precision", "numeric_scale",
             "remarks")  # fmt: skip
    rows = (
        (
            one.database,
            one.schema,
            one.body.get("name"),
            name,
            at,
            mode,
            told.plain,
            *_sizes(kind, told),
            None,
        )
        for name, at, mode, told in _parameters(one)
    )
    if words.accept("LIKE"):
        like = pa.compute.match_like
        pattern = words.string()
        rows = (row for row in rows if like(pa.scalar(row[3]), pattern).as_py())
    return _told(words, names, rows)


def _sizes(kind: str, told: Type) -> tuple[int | None, int | None, int | None]:
    """Length, precision and scale, which functions do not keep of texts and decimals."""
    if kind == "procedure" or told.base not in (*TEXTS, "numeric"):
        return sizes(told)
    return None if told.base == "numeric" else -1, None, None


def _parameters(one: Object) -> Iterator[tuple[str, int, str, Type]]:
    if one.kind == "function":
        yield "", 0, "RETURN", Type(*one.body["returns"])
    for at, each in enumerate(one.body["arguments"], 1):
        yield each["name"], at, each["mode"], Type(*each["type"])
