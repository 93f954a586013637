"""What a column takes: more than Trino coerces to its type.

INSERT, UPDATE and MERGE take a value where its type and the column's have one in common, and cast
it: ``1.6`` is put into an INT column as 2, a timestamp into a DATE column as its day; what does not
fit, such as a BIGINT that is too large for an INT, fails when it is met. Texts of a certain length
inside of arrays, maps and rows are coerced alone. A timestamp with a zone goes into a TIMESTAMP
column as its moment in UTC, not its wall clock, as SQLMesh's test of normalized values has it.
Sources: ``typesMatchForInsert`` of Trino's StatementAnalyzer and
https://github.com/TobikoData/sqlmesh/blob/main/tests/core/engine_adapter/integration/test_integration.py
"""

from __future__ import annotations

from labkit.cloud.engine.trino.casts import cast
from labkit.cloud.engine.trino.library import can_coerce, coerce, common_type
from labkit.cloud.engine.types import Type


def assignable(given: Type, wanted: Type) -> bool:
    """Whether a value may be put into a column."""
    compatible = not _holds_length(wanted) and common_type([given, wanted]) is not None
    return can_coerce(given, wanted) or compatible


def assigned(sql: str, given: Type, wanted: Type) -> str:
    """SQL of a value as its column's type."""
    if (given.base, wanted.base) == ("timestamptz", "timestamp"):
        return cast(f"(({sql}).instant)", Type("timestamp", given.args), wanted)
    render = coerce if can_coerce(given, wanted) else cast
    return render(sql, given, wanted)


def _holds_length(kind: Type) -> bool:
    """Whether texts of a certain length are inside of a type."""
    return any(
        bool(inner.base in ("varchar", "char") and inner.args) or _holds_length(inner)
        for inner in kind.types
    )
