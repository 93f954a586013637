"""Window functions. Source: https://trino.io/docs/current/functions/window.html

Aggregates are window functions too: the compiler puts ``OVER`` after either.
"""

from __future__ import annotations

from labkit.cloud.engine.trino.functions.entry import entries

WINDOWS = entries(
    ("cume_dist() -> double", "cume_dist()"),
    ("dense_rank() -> bigint", "dense_rank()"),
    ("first_value(T) -> T", "first_value({0})"),
    ("lag(T) -> T", "lag({0})"),
    ("lag(T, bigint) -> T", "lag({0}, {1})"),
    ("lag(T, bigint, T) -> T", "lag({0}, {1}, {2})"),
    ("last_value(T) -> T", "last_value({0})"),
    ("lead(T) -> T", "lead({0})"),
    ("lead(T, bigint) -> T", "lead({0}, {1})"),
    ("lead(T, bigint, T) -> T", "lead({0}, {1}, {2})"),
    ("nth_value(T, bigint) -> T", "nth_value({0}, {1})"),
    ("ntile(bigint) -> bigint", "ntile({0})"),
    ("percent_rank() -> double", "percent_rank()"),
    ("rank() -> bigint", "rank()"),
    ("row_number() -> bigint", "row_number()"),
)
