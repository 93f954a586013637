"""``date_format`` by a pattern that is computed, which DuckDB does not take.

Source: https://trino.io/docs/current/functions/datetime.html#mysql-date-functions
"""

from __future__ import annotations

import re
from datetime import datetime

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.entry import fail
from labkit.cloud.engine.trino.functions.joda import InvalidPattern
from labkit.cloud.engine.trino.functions.patterns import mysql_format


def _format(moment: datetime, pattern: str) -> str:
    def part(found: re.Match[str]) -> str:
        return f"{moment.year:04}" if found[0] == "%Y" else moment.strftime(found[0])

    return re.sub(r"%-?.", part, _translated(pattern), flags=re.DOTALL)


def _translated(pattern: str) -> str:
    try:
        return mysql_format(pattern)
    except InvalidPattern as invalid:
        fail(str(invalid))


UDFS = (Udf("trino_date_format", _format, ("TIMESTAMP", "VARCHAR"), "VARCHAR"),)
