"""Who was granted what: on objects and columns, by default, and of the system.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_RELATION_PRIVILEGES.html and its
neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labkit.cloud.redshift.system.catalogs import columns_of, relations
from labkit.cloud.redshift.system.privileges import acl
from labkit.cloud.redshift.system.registry import system
from labkit.cloud.redshift.warehouse import languages, scopes
from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

_V = "varchar(128)"
_WHO = f"privilege_type {_V}, identity_id int, identity_name {_V}, identity_type {_V}"
WHOLE = f"{_WHO}, admin_option boolean"


def grantee(name: str) -> tuple[str, str]:
    """Its name and its kind.

    >>> grantee("role lead"), grantee("ann"), grantee("")
    (('lead', 'role'), ('ann', 'user'), ('public', 'public'))
    """
    kind, _, last = name.rpartition(" ")
    return (last, kind or "user") if name else ("public", "public")


def rows_of(connection: Connection, one: Object) -> Iterator[tuple[Any, ...]]:
    """Each privilege on an object: what `WHOLE` names."""
    numbers, options = identities(connection), one.body.get("grant_options", {})
    for name, privileges in one.body.get("grants", {}).items():
        for privilege in privileges if not name.startswith("policy ") else ():
            admin = privilege in options.get(name, ())
            yield (privilege, numbers.get(name, 0), *grantee(name), admin)


@system("svv_relation_privileges", f"namespace_name {_V}, relation_name {_V}, {WHOLE}")
def svv_relation_privileges(connection: Connection) -> Iterator[Any]:
    for one in relations(connection):
        yield from ((one.schema, one.name, *row) for row in rows_of(connection, one))


@system("information_schema.table_privileges", f"grantor {_V}, grantee {_V}, table_catalog {_V}, "
        f"table_schema {_V}, table_name {_V}, privilege_type {_V}, is_grantable varchar(3), "
        "with_hierarchy varchar(3)")  # fmt: skip
def table_privileges(connection: Connection) -> Iterator[Any]:
    for one in relations(connection):
        for privilege, _, name, kind, admin in rows_of(connection, one):
            to = "PUBLIC" if kind == "public" else name
            yield (one.owner, to, connection.database, one.schema, one.name, privilege,
                   "YES" if admin else "NO", "NO")  # fmt: skip


@system("svv_schema_privileges", f"namespace_name {_V}, {WHOLE}, privilege_scope {_V}")
def svv_schema_privileges(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_SCHEMA_PRIVILEGES.html"""
    for one in connection.objects.of("schema", database=connection.database):
        yield from ((one.name, *row, "SCHEMA") for row in rows_of(connection, one))
    for scope in connection.objects.of(scopes.SPACE, database=connection.database):
        if scope.schema:
            yield from ((scope.schema, *row, scope.name) for row in rows_of(connection, scope))


@system("svv_database_privileges", f"database_name {_V}, {WHOLE}, privilege_scope {_V}")
def svv_database_privileges(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_DATABASE_PRIVILEGES.html"""
    for one in connection.objects.of("database"):
        yield from ((one.name, *row, "DATABASE") for row in rows_of(connection, one))
    for scope in connection.objects.of(scopes.SPACE):
        if not scope.schema:
            yield from ((scope.database, *row, scope.name) for row in rows_of(connection, scope))


@system("svv_language_privileges", f"language_name {_V}, {WHOLE}")
def svv_language_privileges(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_LANGUAGE_PRIVILEGES.html"""
    for name in languages.NAMES:
        found = languages.find(connection, name)
        yield from ((name, *row) for row in rows_of(connection, found))


@system("svv_function_privileges", f"namespace_name {_V}, function_name {_V}, "
        f"argument_types varchar(65535), {WHOLE}")  # fmt: skip
def svv_function_privileges(connection: Connection) -> Iterator[Any]:
    for one in connection.objects.of("routine", database=connection.database):
        kinds = one.name.partition("(")[2].removesuffix(")")
        yield from ((one.schema, one.body["name"], kinds, *row) for row in rows_of(connection, one))


@system("svv_column_privileges", f"namespace_name {_V}, relation_name {_V}, column_name {_V}, "
        f"privilege_type {_V}, identity_id int, identity_name {_V}, identity_type {_V}"
        )  # fmt: skip
def svv_column_privileges(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_COLUMN_PRIVILEGES.html"""
    numbers = identities(connection)
    for one in relations(connection):
        order = [column.name for column in columns_of(connection, one)]
        for name, given in one.body.get("column_grants", {}).items():
            for privilege, columns in given.items():
                for column in sorted(columns, key=order.index):
                    yield (one.schema, one.name, column, privilege, numbers.get(name, 0),
                           *grantee(name))  # fmt: skip


def identities(connection: Connection) -> dict[str, int]:
    """The numbers of grantees."""
    found = {one.name: one.oid for one in connection.objects.of("user")}
    for space in ("group", "role"):
        found |= {f"{space} {one.name}": one.oid for one in connection.objects.of(space)}
    return found


@system("svv_system_privileges", f"system_privilege {_V}, identity_id int, identity_name {_V}, "
        f"identity_type {_V}")  # fmt: skip
def svv_system_privileges(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_SYSTEM_PRIVILEGES.html"""
    from labkit.cloud.redshift.warehouse.system_roles import SECURITY, held

    for space in ("role", "user"):
        for one in connection.objects.of(space):
            for privilege in held(one):
                if privilege not in SECURITY:
                    yield privilege, one.oid, one.name, space


@system("svv_role_grants", f"role_id int, role_name {_V}, granted_role_id int, "
        f"granted_role_name {_V}")  # fmt: skip
def svv_role_grants(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_ROLE_GRANTS.html"""
    numbers = identities(connection)
    for role in connection.objects.of("role"):
        for name in role.body["members"]:
            if name.startswith("role ") and name in numbers:
                yield numbers[name], name.removeprefix("role "), role.oid, role.name


@system("svv_default_privileges", f"schema_name {_V}, object_type {_V}, owner_id int, "
        f"owner_name {_V}, owner_type {_V}, privilege_type {_V}, grantee_id int, "
        f"grantee_name {_V}, grantee_type {_V}, admin_option boolean")  # fmt: skip
def svv_default_privileges(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_DEFAULT_PRIVILEGES.html"""
    from labkit.cloud.redshift.warehouse.defaults import SPACE

    numbers = identities(connection)
    kinds = {"TABLES": "RELATION", "FUNCTIONS": "FUNCTION", "PROCEDURES": "PROCEDURE"}
    for one in connection.objects.of(SPACE, database=connection.database):
        for kind, given in one.body.items():
            for name, privileges in given.items():
                for privilege in privileges:
                    yield (
                        one.schema or None,
                        kinds[kind],
                        numbers.get(one.name, 0),
                        one.name,
                        "user",
                        privilege,
                        numbers.get(name, 0),
                        *grantee(name),
                        False,
                    )


@system("pg_default_acl", "oid oid, defacluser int, defaclnamespace oid, defaclobjtype char(1), "
        "defaclacl varchar(65535)")  # fmt: skip
def pg_default_acl(connection: Connection) -> Iterator[Any]:
    """Source: https://docs.aws.amazon.com/redshift/latest/dg/r_PG_DEFAULT_ACL.html"""
    from labkit.cloud.redshift.warehouse.defaults import SPACE

    numbers = identities(connection)
    schemas = connection.objects.of("schema", database=connection.database)
    oids = {schema.name: schema.oid for schema in schemas}
    letters = {"TABLES": "r", "FUNCTIONS": "f", "PROCEDURES": "p"}
    for one in connection.objects.of(SPACE, database=connection.database):
        for kind, given in one.body.items():
            grants = {name: privileges for name, privileges in given.items() if privileges}
            told = acl(replace(one, owner=one.name, body={"grants": grants})) or "{}"
            place = (numbers.get(one.name, 0), oids.get(one.schema, 0), letters[kind])
            if told != "{}" or kind != "TABLES":
                yield one.oid, *place, told
