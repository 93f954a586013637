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
    layout = layout_of(table)
    if layout is None:
        plain, other = list[File](), list(files)
    else:
        plain, other = divide(session, table, files, wanted, layout)
    parts = [plain_relation(table, plain, wanted, layout)] if layout and plain else []
    if other:
        slow = line_relation(session, table, other, wanted, decoder(table, wanted))
        parts.append(f"SELECT * FROM {slow}")
    return f"({' UNION ALL '.join(parts)})"


def layout_of(table: Table) -> Layout | None:
    """How DuckDB is to split the lines; None where it cannot."""
    how = dialect(table)
    if how.escape or how.last_takes_rest:
        return None
    return Layout(how.separators[0], how.null)
