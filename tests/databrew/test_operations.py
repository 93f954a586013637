"""Every recipe operation on small tables: what it makes of ordinary, missing and odd values.

Each case runs twice: as one statement that streams, whose rows have no order, and with the rows
numbered, as it is in a recipe that has a step that depends on the order.
"""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from labkit.cloud.databrew.recipe import Column, RecipeContext, RecipeError, Step, compile_recipe
from labkit.cloud.databrew.recipe.types import NAMES, shown
from labkit.cloud.engine import Session
from tests.databrew.keys import Master
from tests.databrew.table import Case, read_cases

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ALL = read_cases()
WRONG = [case for case in ALL if case.error]
RIGHT = [case for case in ALL if not case.error and not case.waived]

HIDDEN = ("#row", "#AT", "#occurrence", "#place", "#name", "#value", "#is", "#time", "#before")
#: Operations that need a column meanwhile, and parameters of theirs that name a new one.
SHY = """DELETE_DUPLICATE_ROWS REMOVE_DUPLICATES SESSION UNNEST_ARRAY UNNEST_MAP UNPIVOT TRANSPOSE
    SHUFFLE_ROWS TO_STRING_COLUMN UNION JOIN""".split()
NEW = [
    ("SESSION", "targetColumn"),
    ("UNNEST_ARRAY", "targetColumn"),
    ("UNPIVOT", "unpivotColumn"),
    ("UNPIVOT", "valueColumn"),
    ("TRANSPOSE", "newColumn"),
]

Table = dict[str, tuple[str, list[Any]]]


@pytest.mark.parametrize("numbered", [False, True], ids=["streaming", "numbered"])
@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.name)
def test_an_operation(case: Case, numbered: bool, session: Session) -> None:
    found, in_order = run(case, session, numbered=numbered)
    if case.expected is not None:
        assert kinds(found) == kinds(case.expected)
        assert rows(found, in_order) == rows(case.expected, in_order)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.name)
def test_an_operation_that_is_refused(case: Case, session: Session) -> None:
    with pytest.raises(RecipeError) as failure:
        run(case, session, numbered=False)
    assert case.error in failure.value.message


@pytest.mark.parametrize("operation", SHY)
def test_an_operation_leaves_columns_of_any_name(operation: str, session: Session) -> None:
    """What it counts meanwhile is in a column that the data set has not."""
    case = next(each for each in RIGHT if each.operation == operation and each.expected)
    beside: Table = {name: ("int", [7] * len(first(case.given))) for name in HIDDEN}
    found, in_order = run(replace(case, given=case.given | beside), session, numbered=True)
    assert all(set(values) <= {7} for name, (_, values) in found.items() if name in HIDDEN)
    own: Table = {name: column for name, column in found.items() if name not in HIDDEN}
    assert rows(own, in_order) == rows(case.expected or {}, in_order)


@pytest.mark.parametrize(("operation", "new"), NEW)
def test_a_new_column_may_have_any_name(operation: str, new: str, session: Session) -> None:
    case = next(each for each in RIGHT if each.operation == operation and new in each.parameters)
    for name in HIDDEN:
        named = replace(case, parameters=case.parameters | {new: name})
        found, in_order = run(named, session, numbered=True)
        assert name in found
        expected = zip(found, (case.expected or {}).values(), strict=True)
        assert rows(found, in_order) == rows(dict(expected), in_order)


def first(table: Table) -> list[Any]:
    """The values of a table's first column."""
    return next(iter(table.values()))[1]


def run(case: Case, session: Session, *, numbered: bool) -> tuple[Table, bool]:
    """What a case's step makes of its table, and whether its rows have an order."""

    def load(definition: dict[str, Any]) -> tuple[str, list[Column]]:
        sql = select(case.second[name_of(definition)])
        return sql, context.describe(sql)

    given = RecipeContext(
        session, now=NOW, numbered=numbered, load=load, secret=lambda *_: b"key", master_key=Master
    )
    with closing(given) as context:
        source = select(case.given)
        step = Step(case.operation, case.parameters, case.conditions)
        made = compile_recipe([step], source, context.describe(source), context)
        values = list(zip(*context.rows(made.statement), strict=True))
        columns = values or [()] * len(made.columns)
        table = {
            column.name: (shown(column.type), list(each))
            for column, each in zip(made.columns, columns, strict=True)
        }
        return table, context.numbered


def name_of(definition: dict[str, Any]) -> str:
    """The name of a second data set, or of the table or file that it is."""
    catalog, s3 = (definition.get(f"{each}InputDefinition") for each in ("DataCatalog", "S3"))
    if catalog:
        return str(catalog["TableName"])
    return Path(s3["Key"]).stem if s3 else str(definition["DatasetName"])


def select(table: Table) -> str:
    """SQL of a table's rows."""
    names = ", ".join(f'"{name}"' for name in table)
    columns = [[cast(value, kind) for value in values] for kind, values in table.values()]
    lines = [f"({', '.join(line)})" for line in zip(*columns, strict=True)]
    if not lines:
        empty = ", ".join(f'{cast(None, kind)} AS "{n}"' for n, (kind, _) in table.items())
        return f"SELECT {empty} WHERE false"
    return f"SELECT * FROM (VALUES {', '.join(lines)}) AS t({names})"


def cast(value: Any, kind: str) -> str:
    """A JSON value as SQL of a type: DataBrew's name of one, or DuckDB's."""
    duckdb = NAMES[kind].duckdb if kind in NAMES else kind
    return f"CAST({literal(value, duckdb.startswith('MAP'))} AS {duckdb})"


def literal(value: Any, as_map: bool = False) -> str:
    match value:
        case None:
            return "NULL"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            pairs = ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items())
            return f"{'MAP ' if as_map else ''}{{{pairs}}}"
        case _:
            return str(value)


def kinds(table: Table) -> list[tuple[str, str]]:
    """Name and type of each column; what is in a nested type is left out."""
    nested = {"[]": "array", "ST": "struct", "MA": "map"}
    return [(n, nested.get(k[-2:], nested.get(k[:2], k))) for n, (k, _) in table.items()]


def rows(table: Table, in_order: bool) -> list[tuple[str, ...]]:
    """A table's rows, as plain as JSON says them."""
    columns = [[repr(plain(each)) for each in values] for _, values in table.values()]
    found = list(zip(*columns, strict=True))
    return found if in_order else sorted(found)


def digits(number: float | Decimal) -> str:
    """A number with all its digits, whatever its type, a double's first fifteen; 0 has no sign."""
    text = f"{Decimal(f'{number:.15g}' if isinstance(number, float) else number):f}"
    short = text.rstrip("0").rstrip(".") if "." in text else text
    return short.removeprefix("-") if short == "-0" else short


def plain(value: Any) -> Any:
    match value:
        case bool():
            return value
        case float() | Decimal() | int():
            return digits(value) if math.isfinite(value) else float(value)
        case datetime() | date():
            return str(value)
        case bytes():
            return value.hex()
        case list() | tuple():
            return [plain(each) for each in value]
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case _:
            return value
