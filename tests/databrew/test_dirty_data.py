"""A recipe that is accepted runs to its end, whatever is in the data."""

from __future__ import annotations

from contextlib import closing

import pytest

from labkit.cloud.databrew.recipe import RecipeContext, RecipeError, Step, compile_recipe
from labkit.cloud.databrew.recipe.types import NAMES
from labkit.cloud.engine import Session
from tests.databrew.table import Case, read_cases

#: Values at the edges of each of DuckDB's types, as SQL.
DIRT = {
    "VARCHAR": [
        "''", "' '", "'é😀'", "'NaN'", "'-inf'", "'-1e400'", "'1e308'", "'0'", "'-5'", "'true'",
        f"'{'9' * 50}'", "'2021-02-30'", "'1/2/3'", "'25:61'", "'infinity'", "'epoch'",
        "'99999-01-01'", "'290309-12-22 (BC) 00:00:00'", "'''\"`\\'", "'{}['", "'[1,{\"a\":null}]'",
        "chr(1) || chr(0)", "repeat('z ', 1000)",
    ],
    "TINYINT": ["127", "-128", "0"],
    "SMALLINT": ["32767", "-32768", "0"],
    "INTEGER": ["2147483647", "-2147483648", "0", "1"],
    "BIGINT": ["9223372036854775807", "-9223372036854775808", "0", "1"],
    "REAL": ["'nan'", "'inf'", "3.4e38", "0"],
    "DOUBLE": ["'nan'", "'inf'", "'-inf'", "1.7e308", "-1.7e308", "-0.0", "1e-320", "0.5"],
    "DECIMAL(38,18)": [f"{'9' * 20}.{'9' * 18}", f"-{'9' * 20}.{'9' * 18}", "0"],
    "DATE": ["'0001-01-01'", "'9999-12-31'", "'1970-01-01'", "'infinity'", "'-infinity'"],
    "TIMESTAMP": [
        "'0001-01-01'", "'9999-12-31 23:59:59.999999'", "'infinity'", "'-infinity'",
        "'294247-01-10 04:00:54.775806'", "'290309-12-22 (BC) 00:00:00'",
    ],
    "BOOLEAN": ["true", "false"],
}  # fmt: skip
CASES = [
    case
    for case in read_cases()
    if case.kind in ("ordinary", "type") and case.given and not case.error and not case.second
]
ROWS = 24


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_step_over_dirty_data(case: Case, session: Session) -> None:
    source = dirty(case)
    with closing(RecipeContext(session)) as context:
        step = Step(case.operation, case.parameters, case.conditions)
        try:
            made = compile_recipe([step], source, context.describe(source), context)
        except RecipeError:  # by what it sees, or the case needs a key
            return
        session.connection.execute(made.statement).fetchall()


def dirty(case: Case) -> str:
    """SQL of a table with a case's columns: each goes through its values at a pace of its own."""
    lines = [
        ", ".join(value(kind, row * (at + 1) + at) for at, (kind, _) in enumerate(kinds(case)))
        for row in range(ROWS)
    ]
    names = ", ".join(f'"{name}"' for name in case.given)
    return f"SELECT * FROM (VALUES {', '.join(f'({line})' for line in lines)}) AS t({names})"


def kinds(case: Case) -> list[tuple[str, object]]:
    return [(NAMES[k].duckdb if k in NAMES else k, v) for k, v in case.given.values()]


def value(kind: str, turn: int) -> str:
    values = [*DIRT.get(kind, []), "NULL"]
    return f"CAST({values[turn % len(values)]} AS {kind})"
