"""Whether a transaction may write: ``BEGIN READ ONLY``, and what ends up in one that may not.

All isolation levels are serializable. ``SET SESSION CHARACTERISTICS``, which JDBC's ``setReadOnly``
sends, is about the transactions that begin later, as is ``default_transaction_read_only``, which
psycopg2 sets. Source: https://docs.aws.amazon.com/redshift/latest/dg/r_BEGIN.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import Words

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection
    from labkit.cloud.redshift.warehouse.registry import Result

#: The settings of a transaction, and of a session.
TRANSACTION, SESSION = "transaction_read_only", "default_transaction_read_only"
#: Statements that change something, by their first words; SELECT INTO tells it itself.
WRITING = {"ALTER", "ATTACH", "COMMENT", "COPY", "CREATE", "DELETE", "DETACH", "DROP", "GRANT",
           "INSERT", "MERGE", "REFRESH", "REVOKE", "TRUNCATE", "UPDATE"}  # fmt: skip
_LEVELS = (
    ("SERIALIZABLE",),
    ("REPEATABLE", "READ"),
    ("READ", "COMMITTED"),
    ("READ", "UNCOMMITTED"),
)


def read_modes(words: Words, setting: str) -> dict[str, str]:
    """What the modes that are written here make of the setting of ``READ ONLY``.

    Raises:
        RedshiftError: there are no such modes.
    """
    found = {}
    while not (words.ended or words.peek(";")):
        if words.accept("ISOLATION", "LEVEL"):
            if not any(words.accept(*level) for level in _LEVELS):
                raise words.refuse()
        elif words.accept("READ", "ONLY"):
            found[setting] = "on"
        elif words.accept("READ", "WRITE"):
            found[setting] = "off"
        else:
            raise words.refuse()
        words.accept(",")
    words.end()
    return found


def query(connection: Connection, sql: str) -> Result:
    """Run a query for somebody who may change nothing: its transaction is never committed.

    Raises:
        RedshiftError: it fails, or is no query.
    """
    words = Words(sql)
    if words.word.upper not in ("SELECT", "WITH", "("):
        raise words.refuse()
    connection.run("BEGIN READ ONLY")
    try:
        return connection.run(sql)
    finally:
        connection.run("ROLLBACK")


def read_ending(words: Words) -> str:
    """``ROLLBACK [WORK | TRANSACTION]`` and its like: nothing else, as there are no savepoints.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/r_ROLLBACK.html
    """
    found = words.take().upper
    words.accept_one("WORK", "TRANSACTION")
    words.end()
    return found


def check(connection: Connection, word: str) -> None:
    """Note that a statement writes; refuse it where only reading is allowed.

    Args:
        word: its first.

    Raises:
        RedshiftError: it does.
    """
    if word not in WRITING:
        return
    if connection.settings[TRANSACTION] == "on":
        raise RedshiftError("transaction is read-only", "25006")
    connection.changing = True
