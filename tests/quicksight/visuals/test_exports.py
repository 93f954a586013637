"""Definitions as a console exports them: each visual is computed, or says what it leaves out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from labkit.cloud.engine import Session
from labkit.cloud.engine.types import BIGINT, DOUBLE, TIMESTAMP, VARCHAR, Type
from labkit.cloud.quicksight.spice.model import Column, DataSet
from labkit.cloud.quicksight.visuals.data import visual_data

EXPORTS = sorted((Path(__file__).parents[1] / "definitions" / "exports").glob("*.json"))
INTEGERS = {"admitted", "enrolled", "pageview_count", "user_id", "course_id", "student_id"}
DECIMALS = {"cumulative_gpa", "first_year_gpa", "high_school_gpa", "parent_highest_ed"}
#: What these definitions ask for and the data leaves out.
LEFT_OUT = {
    "A table calculation's values of totals and collapsed groups.",
    "Dates are in UTC, not in America/New_York.",
    "The forecast's what-if scenario.",
    "Totals by another function than their measure's.",
    "The plugin's visual, whose code is AWS's own.",
}
WITHOUT_ROWS = ("EmptyVisual", "PluginVisual", "CustomContentVisual")


def type_of(name: str) -> Type:
    if name in INTEGERS or name.startswith("timestamp_") or name.endswith("_year"):
        return BIGINT
    if name.endswith("_date"):
        return TIMESTAMP
    return DOUBLE if name in DECIMALS else VARCHAR


VALUES = {
    "bigint": "1 + x % 7",
    "double": "(x % 41) / 10.0",
    "timestamp": "TIMESTAMP '2019-01-01' + x * INTERVAL 5 DAY",
    "varchar": "'New ' || x % 5",
}
OWN_VALUES = {"timestamp_year": "2020", "timestamp_month": "9 + x % 2", "admitted": "1"}


def columns_of(definition: Any, identifier: str) -> list[str]:
    """The columns that a definition names, calculated fields left out."""
    calculated = {each["Name"] for each in definition.get("CalculatedFields", ())}
    found = [name for data_set, name in named(definition) if data_set == identifier]
    for each in definition.get("CalculatedFields", ()):
        if each["DataSetIdentifier"] == identifier:
            found += [part.split("}")[0] for part in each["Expression"].split("{")[1:]]
    parameters = {
        body["Name"]
        for each in definition.get("ParameterDeclarations", ())
        for body in each.values()
    }
    return [name for name in dict.fromkeys(found) if name not in calculated | parameters]


def named(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        if "ColumnName" in part:
            yield part["DataSetIdentifier"], part["ColumnName"]
        for value in part.values():
            yield from named(value)
    elif isinstance(part, list):
        for value in part:
            yield from named(value)


def data_sets(definition: Any) -> dict[str, DataSet]:
    found = {}
    for declared in definition["DataSetIdentifierDeclarations"]:
        types = {name: type_of(name) for name in columns_of(definition, declared["Identifier"])}
        values = ", ".join(
            f'CAST({OWN_VALUES.get(name, VALUES[of.base])} AS {of.duckdb}) AS "{name}"'
            for name, of in types.items()
        )
        sql = f"SELECT {values or '1 AS one'} FROM range(100) AS r(x)"
        columns = tuple(Column(name, of) for name, of in types.items())
        found[declared["Identifier"]] = DataSet(sql, columns)
    return found


def visuals() -> Iterator[Any]:
    for path in EXPORTS:
        definition = json.loads(path.read_text("utf-8"))["Definition"]
        for sheet in definition["Sheets"]:
            for visual in sheet.get("Visuals", ()):
                [(kind, body)] = visual.items()
                name = f"{path.stem}-{kind}-{body['VisualId'][-4:]}"
                yield pytest.param(definition, visual, id=name)


@pytest.mark.parametrize(("definition", "visual"), list(visuals()))
def test_a_visual_of_an_export(definition: Any, visual: Any, session: Session) -> None:
    data = visual_data(session, data_sets(definition), definition, visual)
    assert set(data.not_drawn) <= LEFT_OUT
    assert all(len(row) == len(data.fields) for row in data.rows)
    [kind] = visual
    assert (data.fields == ()) == (kind in WITHOUT_ROWS)
