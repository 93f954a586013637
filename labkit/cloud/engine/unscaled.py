"""A decimal's digits without its point, with which both dialects divide exactly."""

from __future__ import annotations

MOST = 38
#: DuckDB multiplies within 18 digits unless a side has more, and within 38 at most.
WIDE = 19


def digits(number: str, precision: int, scale: int, long: str) -> str:
    """SQL of a decimal's unscaled digits as HUGEINT.

    Args:
        number: SQL of the decimal.
        precision, scale: its own.
        long: SQL of the same where there is no room to scale it up.
    """
    if not scale:
        return f"CAST({number} AS HUGEINT)"
    if precision + scale >= MOST:
        return long
    width = WIDE if precision < WIDE <= precision + scale + 1 else scale + 1
    return f"CAST({number} * CAST({10**scale} AS DECIMAL({width},0)) AS HUGEINT)"
