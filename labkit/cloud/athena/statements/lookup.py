"""What ``DESCRIBE`` and ``SHOW COLUMNS`` look up before they start, as measured on AWS.

The order: syntax, more than three parts, the catalog, the table, and names in double quotes, in
which views alone may stand. Source:
https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/statements.md
"""

from __future__ import annotations

from dataclasses import replace

from labkit.cloud.athena.catalogs import entity_not_found
from labkit.cloud.athena.errors import invalid, malformed
from labkit.cloud.athena.statement import Statement
from labkit.cloud.athena.words import Word, Words
from labkit.cloud.engine import QueryFailed
from labkit.cloud.engine.trino.errors import failed_at
from labkit.cloud.lake.definitions import is_view
from labkit.cloud.lake.metastore import CATALOG, Metastore


def looked_up(
    statement: Statement, parts: tuple[str, ...], quoted: QueryFailed | None
) -> Statement:
    """A statement that starts if its table is there.

    Args:
        quoted: why a table cannot be named so.
    """

    def look(metastore: Metastore, database: str) -> Statement:
        check_parts(parts)
        if len(parts) == 3 and parts[0] != CATALOG:
            raise invalid(f"Catalog '{parts[0]}' does not exist", "DATACATALOG_NOT_FOUND")
        found = metastore.definition(parts[-2] if len(parts) > 1 else database, parts[-1])
        if found is None:
            raise invalid(entity_not_found())
        if is_view(found):
            return replace(statement, substatement="DESC_VIEW")
        if quoted is not None:
            raise malformed(quoted)
        return statement

    return replace(statement, lookup=look)


def check_parts(parts: tuple[str, ...]) -> None:
    """Refuse a name of more than three parts."""
    if len(parts) > 3:
        raise invalid(f"Invalid table name {'.'.join(parts)}", "MALFORMED_QUERY")


def quoted_name(words: Words, name: Word, verb: Word | None = None) -> QueryFailed | None:
    """What Hive's grammar says of the first double quotes in a name that was read.

    Args:
        name: the first word of the name.
        verb: that of the statement, which is told with a name's first part.
    """
    quoted = words.quoted
    if quoted is None:
        return None
    parts = words.ahead(name, 3)[::2]
    start = {parts[0]: verb, parts[1]: name}.get(quoted)
    message = f"mismatched input '{quoted.text}'"
    if start is not None:
        message = f"no viable alternative at input '{words.text[start.start : quoted.end]}'"
    return failed_at(words.text, quoted.start, "SYNTAX_ERROR", message)
