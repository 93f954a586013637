"""``USING EXTERNAL FUNCTION``: functions that run in Lambda. Refused: the compiler knows none yet.

Source: https://docs.aws.amazon.com/athena/latest/ug/querying-udf.html
"""

from __future__ import annotations

from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.engine import QueryFailed


@statement("USING", "EXTERNAL", "FUNCTION")
def using_external_function(text: str) -> Statement:
    return Statement("DML", "SELECT", _refuse, "{id}.csv", None)


def _refuse(run: Run) -> Result:
    raise QueryFailed("NOT_SUPPORTED", "External functions are not available in the local AWS")
