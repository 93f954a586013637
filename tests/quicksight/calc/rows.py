"""The tables of cases, and the rows that they are computed on."""

import csv
import datetime as dt
import functools
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from labkit.cloud.engine.types import Type, parse_type
from labkit.cloud.quicksight.calc import Field, Scope, compile_field, with_derived

NOW = dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=dt.UTC)
PARAMETERS = {
    "limit": 10,
    "the limit": 11,
    "city": "Tacoma",
    "cities": ["Portland", "Seattle"],
    "none": [],
    "since": dt.datetime(2024, 1, 1),
}
FIELDS = {
    "doubled": "{integer} * 2",
    "quadrupled": "{doubled} * 2",
    "ring": "{ring back} + 1",
    "ring back": "{ring} + 1",
}
ONE_ROW = (Path(__file__).parent / "one_row.sql").read_text(encoding="utf-8")
ORDERS = """SELECT *, NULL::DOUBLE AS nothing FROM (VALUES
    (1, 'EU', 'DE', 10.0, DATE '2024-01-05'), (2, 'EU', 'DE', 20.0, DATE '2024-02-05'),
    (3, 'EU', 'FR', 5.0, DATE '2024-02-10'), (4, 'US', 'CA', 7.0, DATE '2024-01-20'),
    (5, 'US', 'CA', NULL, DATE '2024-03-01'), (6, 'US', 'DE', 100.0, DATE '2024-04-01'),
    (7, NULL, 'XX', 1.0, NULL)) orders(id, region, country, sales, d)"""
ORDER_FIELDS = {"per id": "{sales} / {id}", "total": "sum({sales})"}
MONTH = "date_trunc('month', CAST(\"d\" AS TIMESTAMP))"
GROUPED = {"region": '"region"', "country": '"country"', "month": MONTH}


def read_cases(name: str) -> list[dict[str, str]]:
    """The cases of a table."""
    with (Path(__file__).parent / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@functools.cache
def columns_of(relation: str) -> dict[str, Type]:
    """The columns of a SELECT and their types."""
    described = duckdb.execute(f"DESCRIBE {relation}").fetchall()
    return {name: parse_type(_trino(kind)) for name, kind, *_ in described}


def value_of(expression: str) -> Any:
    """An expression's value in the one row."""
    scope = Scope(columns_of(ONE_ROW), PARAMETERS, FIELDS, now=lambda: NOW)
    field = compile_field(expression, scope)
    select = f"SELECT {field.sql} AS v, typeof(v) FROM ({ONE_ROW})"
    value, kind = duckdb.execute(select).fetchall()[0]
    assert kind == field.type.duckdb
    return plain(value)


def values_of(expression: str, by: str, condition: str = "") -> list[Any]:
    """An expression's value of each group of the orders, in the order of the groups."""
    scope = order_scope(by)
    dimensions = {f"by {name}": Field(sql, Type("varchar"), "row") for name, sql in _sql(by)}
    filters = [compile_field(condition, scope)] if condition else []
    measure = compile_field(expression, scope)
    if measure.kind == "row":
        measure = Field(f"sum({measure.sql})", measure.type, "aggregate", measure.derived)
    select = _grouped(dimensions, measure, filters)
    order = ", ".join(f'"{name}" NULLS LAST' for name in dimensions)
    rows = duckdb.execute(f"SELECT v, typeof(v) FROM ({select}) ORDER BY {order}").fetchall()
    assert {kind for _, kind in rows} <= {measure.type.duckdb}
    return [plain(value) for value, _ in rows]


def _grouped(dimensions: dict[str, Field], measure: Field, filters: list[Field]) -> str:
    """A query of the orders as a visual's: a row a group, each filter at its own stage."""
    derived = [each for one in (*dimensions.values(), measure, *filters) for each in one.derived]
    rows = with_derived(ORDERS, derived, [each for each in filters if each.kind != "window"])
    columns = [f'{each.sql} AS "{name}"' for name, each in {**dimensions, "v": measure}.items()]
    select = f"SELECT {', '.join(columns)} FROM ({rows})"
    if dimensions:
        select += f" GROUP BY {', '.join(each.sql for each in dimensions.values())}"
    for word, kind in (("HAVING", "aggregate"), ("QUALIFY", "window")):
        if holds := [f"({each.sql})" for each in filters if each.kind == kind]:
            select += f" {word} {' AND '.join(holds)}"
    return select


def order_scope(by: str) -> Scope:
    """The orders, grouped by region, country or month."""
    grouped = {"d" if name == "month" else name: sql for name, sql in _sql(by)}
    return Scope(
        columns_of(ORDERS),
        PARAMETERS,
        fields=ORDER_FIELDS,
        grouped=grouped,
        now=lambda: NOW,
        granularities={"d": "MONTH"} if "d" in grouped else {},
    )


def plain(value: Any) -> Any:
    """A value as JSON has it, decimals nearly equal."""
    if isinstance(value, float):
        return pytest.approx(value, abs=6e-5, rel=1e-9)
    return value.isoformat() if isinstance(value, dt.datetime) else value


def refusal(expected: str) -> str:
    """What a refusal says, of an expectation that starts with ``refused:``, else nothing."""
    return expected.removeprefix("refused: ") if expected.startswith("refused: ") else ""


def expected_of(case: dict[str, str]) -> Any:
    return json.loads(case["expected"])


def _sql(by: str) -> list[tuple[str, str]]:
    return [(name, GROUPED[name]) for name in by.split()]


def _trino(kind: str) -> str:
    return {"INTEGER[]": "array(bigint)"}.get(kind, kind.lower())
