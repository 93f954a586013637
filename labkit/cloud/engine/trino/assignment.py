"""What a column takes: more than Trino coerces to its type.

In Athena ``1.5`` is a double, and still INSERT puts it into a DECIMAL or FLOAT column; a timestamp
goes into a DATE column. SQLAlchemy's suite, which PyAthena's authors run on AWS, does both; one
with a time zone goes into a TIMESTAMP column, and ``DECIMAL '10'`` into an INT column, as dbt's
tests of microbatches and of seeds by INSERT have it. What is stored then is the moment in UTC, not
its wall clock, as SQLMesh's test of normalized values has it; its test of MERGE puts a BIGINT into
an INT column, which fails for a number that is too large. Sources:
https://github.com/pyathena-dev/PyAthena/blob/master/tests/sqlalchemy/test_suite.py and
https://github.com/dbt-labs/dbt-adapters/tree/main/dbt-athena/tests/functional/adapter and
https://github.com/TobikoData/sqlmesh/blob/main/tests/core/engine_adapter/integration/test_integration.py
"""

from __future__ import annotations

from labkit.cloud.engine.trino.casts import cast
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
    whole = given.base not in _FRACTIONS or given.args[1:] == (0,)
    numbers = given.base in NUMBERS and wanted.base in (NUMBERS if whole else _FRACTIONS)
    moments = given.base in ("timestamp", "timestamptz")
    return numbers or (moments and wanted.base in (given.base, "timestamp", "date"))
