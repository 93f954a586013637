"""Ways through a definition, on the console's export of students."""

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from labkit.cloud.quicksight.definitions import walk

EXPORTS = Path(__file__).parent / "exports"


@pytest.fixture(scope="module")
def students() -> dict[str, Any]:
    export: dict[str, Any] = json.loads((EXPORTS / "student_overview.json").read_text())
    return dict(export["Definition"])


def test_filters_in_scope(students: Any) -> None:
    found = {
        visual.type: [next(iter(each)) for each in walk.filters_of(students, id)]
        for id, visual in walk.visuals(students).items()
    }
    assert found["KPIVisual"] == ["CategoryFilter"] * 3  # of its sheet, and of all sheets
    assert found["ScatterPlotVisual"].count("TopBottomFilter") == 1
    assert found["PivotTableVisual"] == ["CategoryFilter"]  # of all sheets alone


def test_a_group_that_is_off_filters_nothing(students: Any) -> None:
    off = [{**group, "Status": "DISABLED"} for group in students["FilterGroups"]]
    some = next(iter(walk.visuals(students)))
    assert walk.filters_of({**students, "FilterGroups": off}, some) == []


def test_parameters(students: Any) -> None:
    assert walk.parameters(students) == {
        "MinimumGPA": 0.0,
        "AdmitYear": None,
        "Department": None,
        "States": None,
    }
    assert walk.parameters(students, {"AdmitYear": 2020})["AdmitYear"] == 2020


def test_dates_of_parameters() -> None:
    views = json.loads((EXPORTS / "page_views.json").read_text())["Definition"]
    since = walk.parameters(views)["Since"]
    assert since == datetime.datetime(2020, 8, 17, tzinfo=datetime.UTC)
    assert walk.moment(since.timestamp()) == since


def test_rolling_dates_of_several_threads_do_not_meet() -> None:
    def default(number: int) -> Any:
        rolling = {"RollingDate": {"Expression": f"addDateTime({number}, 'DD', epochDate(0))"}}
        declared = {"Name": "at", "DefaultValues": rolling}
        definition = {"ParameterDeclarations": [{"DateTimeParameterDeclaration": declared}]}
        return walk.parameters(definition)["at"]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(default, range(60)))
    start = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    assert found == [start + datetime.timedelta(days=at) for at in range(60)]


def test_calculated_fields(students: Any) -> None:
    found = walk.calculated_fields(students, "student_ext")
    assert found["Withdrawn rate"] == "{Withdrawn} * 1.0"
    assert walk.calculated_fields(students, "other") == {}
