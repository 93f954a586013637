"""String functions. Source: https://trino.io/docs/current/functions/string.html"""

from __future__ import annotations

from labkit.cloud.engine.trino.functions.entry import entries

SCALARS = entries(
    ("length(varchar(x)) -> bigint", "length({0})"),
    ("length(char(x)) -> bigint", "CASE WHEN {0} IS NULL THEN NULL ELSE {x}::BIGINT END"),
    ("length(varbinary) -> bigint", "octet_length({0})"),
    ("lower(varchar(x)) -> varchar(x)", "lower({0})"),
    ("upper(varchar(x)) -> varchar(x)", "upper({0})"),
    ("concat(varchar...) -> varchar", "({all})"),
)
