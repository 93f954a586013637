"""Tables of delimited text without quotes (LazySimpleSerDe).

Source: https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html
"""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.engine.formats.model import File, Session, Table
from labkit.cloud.engine.formats.plain import Layout, divide, plain_relation
from labkit.cloud.engine.formats.simple import decoder, dialect
from labkit.cloud.engine.formats.stream import line_relation


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """Relation of the wanted columns, at DuckDB's speed for the files that allow it."""
    table.refuse_timestamp_formats(wanted)
    how = dialect(table)
    layout = Layout(how.separators[0], how.null)
    if how.escape or how.last_takes_rest:
        plain, other = list[File](), list(files)
    else:
        plain, other = divide(session, table, files, wanted, layout)
    parts = [plain_relation(table, plain, wanted, layout)] if plain else []
    if other:
        slow = line_relation(session, table, other, wanted, decoder(table, wanted))
        parts.append(f"SELECT * FROM {slow}")
    return f"({' UNION ALL '.join(parts)})"
