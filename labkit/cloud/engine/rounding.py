"""A double rounded to so many places, as AWS's engines do it: scaled, rounded, scaled back.

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
