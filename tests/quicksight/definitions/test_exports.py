"""Definitions as the console exports them: taken whole, and given back as they were."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.utils import parse_timestamp

from labkit.cloud.quicksight.definitions import walk

NAMES = sorted(path.stem for path in (Path(__file__).parent / "exports").glob("*.json"))
TYPES = 25


@pytest.mark.parametrize("name", NAMES)
def test_an_export_is_stored_whole(quicksight: Any, exports: Any, name: str) -> None:
    export = exports[name]
    made = quicksight.create_analysis(
        AnalysisId=f"export-{name}",
        Name=export["Name"],
        ThemeArn=export.get("ThemeArn", "arn:aws:quicksight::aws:theme/CLASSIC"),
        Definition=export["Definition"],
    )
    found = quicksight.describe_analysis_definition(AnalysisId=made["AnalysisId"])
    assert (found["ResourceStatus"], found.get("Errors")) == ("CREATION_SUCCESSFUL", None)
    assert _plain(found["Definition"]) == _plain(export["Definition"])


def test_the_exports_have_every_type_of_visual(exports: Any) -> None:
    """All 25 members of the API's union."""
    every = [v.type for export in exports.values() for v in walk.placed(export["Definition"])]
    assert len(set(every)) == TYPES


def test_the_exports_have_every_kind_of_filter_and_control(exports: Any) -> None:
    """All eight filters, and the controls of filters and parameters."""
    found: dict[str, set[str]] = {"Filters": set(), "FilterControls": set()}
    found["ParameterControls"] = set()
    for export in exports.values():
        for node in walk.nodes(export["Definition"]):
            if node.key in found:
                found[node.key] |= set(node.value)
    assert {key: len(kinds) for key, kinds in found.items()} == {
        "Filters": 8,
        "FilterControls": 8,
        "ParameterControls": 6,
    }


def _plain(value: Any) -> Any:
    """A definition with all moments as moments."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str) and value[4:5] == "-" and value[10:11] == "T":
        return parse_timestamp(value)
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC)
    return value
