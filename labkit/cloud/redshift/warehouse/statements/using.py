"""``USE``: another database of the warehouse to look names up in, on the same connection.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_USE_command.html
"""

from __future__ import annotations

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.session_settings import SETTINGS
from labkit.cloud.redshift.warehouse.statements.maintenance import texts


@statement("USE")
def use(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("USE")
    name = words.identifier()
    words.end()
    if not connection.objects.find("database", name):
        raise RedshiftError(f'database "{name}" does not exist', "3D000")
    _move(connection, name)
    connection.used = name
    return Result("USE")


@statement("SHOW USE")
def show_use(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("SHOW", "USE")
    parsed.words.end()
    return texts("SHOW", ("Use Database",), [(connection.used,)])


@statement("RESET USE")
def reset_use(connection: Connection, parsed: Parsed) -> Result:
    parsed.words.expect("RESET", "USE")
    parsed.words.end()
    _move(connection, connection.home_database)
    connection.used = ""
    return Result("RESET")


def _move(connection: Connection, database: str) -> None:
    """The search path of another database is the one of the beginning."""
    connection.database = database
    connection.settings["search_path"] = SETTINGS["search_path"]
