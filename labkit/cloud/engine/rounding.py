"""Doubles and moments rounded as AWS's engines do it: a double is scaled, rounded, scaled back.

DuckDB's own ``round`` looks at all digits of the double, so that 4.05, which is a little less, is
4.0; in Java and C it is 4.1. Source:
https://github.com/trinodb/trino/blob/master/core/trino-main/src/main/java/io/trino/operator/scalar/MathFunctions.java
"""

from __future__ import annotations

#: From 2^52 on a double has no digits after its point.
_WHOLE = "4503599627370496e0"


def rounded(number: str, places: str) -> str:
    """SQL of a double rounded, before its point where ``places`` is below 0."""
    scale = f"power(10e0, abs({places}))"
    return (
        f"CASE WHEN NOT isfinite({number} * {scale}) "
        f"OR ({places} >= 0 AND abs({number}) >= {_WHOLE}) THEN {number} "
        f"WHEN {places} < 0 THEN round({number} / {scale}) * {scale} "
        f"ELSE round({number} * {scale}) / {scale} END"
    )


def rounded_moment(moment: str, digits: int) -> str:
    """SQL of the microseconds of a moment or a time, of at most 6 digits of a second, half up."""
    unit = 10 ** (6 - digits)
    return f"CAST(floor((epoch_us({moment}) + {unit // 2}) / {unit}) AS BIGINT) * {unit}"
