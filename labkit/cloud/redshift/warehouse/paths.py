"""Where a name leads: the search path, and the relation that is called so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.errors import UNDEFINED_TABLE, RedshiftError
from labkit.cloud.engine.redshift.words import words
from labkit.cloud.redshift.system.registry import SCHEMAS
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.objects import Object

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


def search_path(connection: Connection) -> list[str]:
    """The schemas that a name of one part is looked for in."""
    found = []
    for word in words(connection.settings["search_path"]):
        if word.kind in ("word", "quoted", "string"):
            found.append(connection.user if word.text == "$user" else word.text.lower())
    return found


def fixed_path(connection: Connection) -> str:
    """The search path of now, with the user's own name in it."""
    return ", ".join(map(quoted_name, search_path(connection)))


def creation_schema(connection: Connection) -> str:
    """Where a new object of one part goes: the first schema of the path that exists."""
    for name in search_path(connection):
        if connection.objects.find("schema", name, database=connection.database):
            return name
    raise RedshiftError("no schema has been selected to create in", "3F000")


def split_name(connection: Connection, name: tuple[str, ...]) -> tuple[str, str, str]:
    """Database, schema (empty when not told) and name.

    Raises:
        RedshiftError: the name has too many parts.
    """
    if len(name) > 3:
        raise RedshiftError(f"improper qualified name (too many dotted names): {'.'.join(name)}")
    database, schema, last = ("", "", *name)[-3:]
    return database or connection.database, schema, last


def find_relation(connection: Connection, name: tuple[str, ...], *, check: bool = True) -> Object:
    """A table or view; with ``check`` one that the user means and may get at by its name.

    Without, a view or policy has named it: temporary tables do not stand before it.

    Raises:
        RedshiftError: there is none of that name.
    """
    found = look_up(connection, name, check=check)
    if found is None:
        raise _missing(connection, name)
    return found


def _missing(connection: Connection, name: tuple[str, ...]) -> RedshiftError:
    database, schema, last = split_name(connection, name)
    known = connection.objects.find("schema", schema, database=database)
    if schema and not known and schema not in SCHEMAS:
        return RedshiftError(f'schema "{schema}" does not exist', "3F000")
    shown = f"{schema}.{last}" if schema else last
    return RedshiftError(f'relation "{shown}" does not exist', UNDEFINED_TABLE)


def look_up(connection: Connection, name: tuple[str, ...], *, check: bool = True) -> Object | None:
    """A table or view; None for none."""
    database, schema, last = split_name(connection, name)
    if schema.startswith("pg_temp") or (check and not schema and last in connection.temporary):
        return connection.temporary.get(last)
    for one in [schema] if schema else search_path(connection):
        found = connection.objects.find("relation", last, database=database, schema=one)
        if found:
            if check:
                grants.check_schema(connection, database, one, "USAGE")
            return found
    return None if check or schema else connection.temporary.get(last)


def place(
    connection: Connection, name: tuple[str, ...], privilege: str = ""
) -> tuple[str, str, str]:
    """Where a new object of this name goes: database, schema, name.

    Args:
        privilege: the system privilege to make it in any schema.

    Raises:
        RedshiftError: there is no such schema, or the user may not make objects there.
    """
    database, schema, last = split_name(connection, name)
    schema = schema or creation_schema(connection)
    if not connection.objects.find("database", database):
        raise RedshiftError(f'database "{database}" does not exist', "3D000")
    found = connection.objects.find("schema", schema, database=database)
    if found is None:
        raise RedshiftError(f'schema "{schema}" does not exist', "3F000")
    if found.body.get("type") == "external":
        raise no_local_objects()
    if not (privilege and grants.has(connection, privilege)):
        grants.check_schema(connection, database, schema, "CREATE")
    return database, schema, last


def no_local_objects() -> RedshiftError:
    """The refusal of a table of the warehouse in an external schema."""
    words = "Operations on local objects in external schema are not enabled."
    return RedshiftError(words, "0A000")
