"""A parameter's default that rolls with the date: ``addDateTime(-1, 'MM', now())``.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RollingDateConfiguration.html
"""

from __future__ import annotations

import datetime
from typing import Any

import duckdb

from labkit.cloud.quicksight.calc import CalcError, Scope, compile_field


def rolled(expression: str) -> datetime.datetime | None:
    """The moment that an expression means now, in UTC; ``None`` where it means none.

    >>> rolled("truncDate('YYYY', now())").month
    1
    """
    try:
        sql = compile_field(expression, Scope({})).sql
        # a cursor of its own: several threads draw visuals at once
        found: Any = duckdb.cursor().execute(f"SELECT {sql}").fetchone()
    except (CalcError, duckdb.Error):
        return None
    moment = found[0] if found else None
    if not isinstance(moment, datetime.datetime):
        return None
    return moment.replace(tzinfo=datetime.UTC)
