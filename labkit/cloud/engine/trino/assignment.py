"""What a column takes: more than Trino coerces to its type.

In Athena ``1.5`` is a double, and still INSERT puts it into a DECIMAL or FLOAT column; a timestamp
goes into a DATE column. SQLAlchemy's suite, which PyAthena's authors run on AWS, does both; one
with a time zone goes into a TIMESTAMP column, as dbt's microbatch tests have it. Sources:
https://github.com/pyathena-dev/PyAthena/blob/master/tests/sqlalchemy/test_suite.py and
https://github.com/dbt-labs/dbt-adapters/blob/main/dbt-athena/tests/functional/adapter/test_incremental_microbatch.py
"""

from __future__ import annotations

from labkit.cloud.engine.trino.cast import cast
from labkit.cloud.engine.trino.library import can_coerce, coerce
from labkit.cloud.engine.trino.operators import NUMBERS
from labkit.cloud.engine.types import Type

_FRACTIONS = ("decimal", "real", "double")


def assignable(given: Type, wanted: Type) -> bool:
    """Whether a value may be put into a column."""
    return can_coerce(given, wanted) or _is_cast(given.base, wanted.base)


def assigned(sql: str, given: Type, wanted: Type) -> str:
    """SQL of a value as its column's type."""
    render = coerce if can_coerce(given, wanted) else cast
    return render(sql, given, wanted)


def _is_cast(given: str, wanted: str) -> bool:
    numbers = given in NUMBERS and wanted in _FRACTIONS
    moments = given in ("timestamp", "timestamptz")
    return numbers or (moments and wanted in (given, "timestamp", "date"))
