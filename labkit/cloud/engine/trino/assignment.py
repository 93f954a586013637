"""What a column takes: more than Trino coerces to its type.

In Athena ``1.5`` is a double, and still INSERT puts it into a DECIMAL or FLOAT column; a timestamp
goes into a DATE column. SQLAlchemy's suite, which PyAthena's authors run on AWS, does both; one
with a time zone goes into a TIMESTAMP column, and ``DECIMAL '10'`` into an INT column, as dbt's
tests of microbatches and of seeds by INSERT have it. What is stored then is the moment in UTC, not
its wall clock, as SQLMesh's test of normalized values has it. Sources:
https://github.com/pyathena-dev/PyAthena/blob/master/tests/sqlalchemy/test_suite.py and
https://github.com/dbt-labs/dbt-adapters/tree/main/dbt-athena/tests/functional/adapter and
https://github.com/TobikoData/sqlmesh/blob/main/tests/core/engine_adapter/integration/test_integration.py
"""

from __future__ import annotations

from labkit.cloud.engine.trino.cast import cast
from labkit.cloud.engine.trino.library import can_coerce, coerce
from labkit.cloud.engine.trino.operators import NUMBERS
from labkit.cloud.engine.types import Type

_FRACTIONS = ("decimal", "real", "double")


def assignable(given: Type, wanted: Type) -> bool:
    """Whether a value may be put into a column."""
    return can_coerce(given, wanted) or _is_cast(given, wanted)


def assigned(sql: str, given: Type, wanted: Type) -> str:
    """SQL of a value as its column's type."""
    if (given.base, wanted.base) == ("timestamptz", "timestamp"):
        return cast(f"(({sql}).instant)", Type("timestamp", given.args), wanted)
    render = coerce if can_coerce(given, wanted) else cast
    return render(sql, given, wanted)


def _is_cast(given: Type, wanted: Type) -> bool:
    numbers = given.base in NUMBERS and wanted.base in _FRACTIONS
    whole = given.base == "decimal" and given.args[1:] == (0,) and wanted.base in NUMBERS
    moments = given.base in ("timestamp", "timestamptz")
    return numbers or whole or (moments and wanted.base in (given.base, "timestamp", "date"))
