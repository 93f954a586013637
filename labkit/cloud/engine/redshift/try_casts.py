"""``TRY_CAST``: NULL where the cast fails.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_TRY_CAST.html
"""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.engine.redshift.casts import cast
from labkit.cloud.engine.redshift.errors import CANNOT_CAST, RedshiftError
from labkit.cloud.engine.redshift.expressions import cast_type, compiles, expression
from labkit.cloud.engine.redshift.scope import Scope, Typed
from labkit.cloud.engine.redshift.types import INTEGERS, NUMBERS, TEXTS, Type

_HERE = "current_setting('TimeZone')"
_TRIED = "TRY_CAST(trim({0}) AS {type})"
_NUMBER = "TRY_CAST(replace(trim({0}), '_', ' ') AS {type})"
#: Text that may name no value of a type.
_FROM_TEXT = {
    **dict.fromkeys(("numeric", "float4", "float8"), _NUMBER),
    **dict.fromkeys(INTEGERS, r"CASE WHEN regexp_full_match({0}, '\s*[+-]?\d+\s*') THEN "
                    f"{_TRIED} END"),
    "date": f"rs_try_date({{0}}, {_HERE})",
    "timestamp": f"rs_try_timestamp({{0}}, {_HERE})",
    "timestamptz": f"timezone('UTC', rs_try_timestamptz({{0}}, {_HERE}))",
    "time": _TRIED,
    "timetz": _TRIED,
    "bool": "CASE WHEN lower(trim({0})) IN ('t', 'true', 'y', 'yes', '1', 'on') THEN true "
    "WHEN lower(trim({0})) IN ('f', 'false', 'n', 'no', '0', 'off') THEN false END",
}  # fmt: skip


@compiles(exp.TryCast)
def _try_cast(node: exp.TryCast, scope: Scope) -> Typed:
    value = expression(node.this, scope)
    target = cast_type(node.to, value)
    return Typed(_sql(value, target), target, target.base)


def _sql(value: Typed, target: Type) -> str:
    if value.type.base in (*TEXTS, "unknown") and target.base in _FROM_TEXT:
        return _FROM_TEXT[target.base].format(value.sql, type=target.duckdb)
    if value.type.base in NUMBERS and target.base in NUMBERS:
        return f"TRY_CAST({value.sql} AS {target.duckdb})"
    try:
        return cast(value, target).sql
    except RedshiftError as error:
        if error.sqlstate == CANNOT_CAST:
            raise
        return f"CAST(NULL AS {target.duckdb})"
