"""Window functions. Source: https://trino.io/docs/current/functions/window.html

Aggregates are window functions too: the compiler puts ``OVER`` after either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labkit.cloud.engine.trino.functions.entry import Render, entries, failure, integer_literal


def _counted(template: str, least: int, message: str) -> Render:
    """A function whose last argument but a default is a count, and must not be less."""

    def render(call: Any, args: Sequence[str]) -> str:
        at = 1 if len(args) > 1 else 0
        known, count = integer_literal(args[at]), args[at]
        if known is None or known < least:
            wrong = failure(message)
            count = f"CASE WHEN {count} < {least} THEN {wrong} ELSE {count} END"
        return template.format(*args[:at], count, *args[at + 1 :])

    return render


_OFFSET = "Offset must be at least {}"

WINDOWS = entries(
    ("cume_dist() -> double", "cume_dist()"),
    ("dense_rank() -> bigint", "dense_rank()"),
    ("first_value(T) -> T", "first_value({0})"),
    ("lag(T) -> T", "lag({0})"),
    ("lag(T, bigint) -> T", _counted("lag({0}, {1})", 0, _OFFSET.format(0))),
    ("lag(T, bigint, T) -> T", _counted("lag({0}, {1}, {2})", 0, _OFFSET.format(0))),
    ("last_value(T) -> T", "last_value({0})"),
    ("lead(T) -> T", "lead({0})"),
    ("lead(T, bigint) -> T", _counted("lead({0}, {1})", 0, _OFFSET.format(0))),
    ("lead(T, bigint, T) -> T", _counted("lead({0}, {1}, {2})", 0, _OFFSET.format(0))),
    ("nth_value(T, bigint) -> T", _counted("nth_value({0}, {1})", 1, _OFFSET.format(1))),
    ("ntile(bigint) -> bigint", _counted("ntile({0})", 1, "Buckets must be greater than 0")),
    ("percent_rank() -> double", "percent_rank()"),
    ("rank() -> bigint", "rank()"),
    ("row_number() -> bigint", "row_number()"),
)
