"""A parameter's default that a data set decides is the reader's own, or its group's."""

import json
from typing import Any

import pytest

from labkit.charts.pages import Session
from tests.quicksight.embedding.boards import dashboard, orders
from tests.quicksight.embedding.test_sessions import rows

HERE = {"Namespace": "default"}
OWN = [("dora", "", "West"), ("dora", "", "South"), ("none", "crew", "North")]
ALL = {"North": 30, "South": 70, "West": 50}


def column(name: str, data_set: str) -> dict[str, str]:
    return {"DataSetIdentifier": data_set, "ColumnName": name}


def definition(orders_arn: str, own_arn: str, many: bool, static: list[str]) -> dict[str, Any]:
    found = orders(orders_arn)
    dynamic = {
        "UserNameColumn": column("who", "own"),
        "GroupNameColumn": column("team", "own"),
        "DefaultValueColumn": column("region", "own"),
    }
    declared = {
        "Name": "Region",
        "ParameterValueType": "MULTI_VALUED" if many else "SINGLE_VALUED",
        "DefaultValues": {"DynamicValue": dynamic, "StaticValues": static},
    }
    how = {"MatchOperator": "EQUALS", "ParameterName": "Region", "NullOption": "NON_NULLS_ONLY"}
    body = {
        "FilterId": "f",
        "Column": column("region", "o"),
        "Configuration": {"CustomFilterConfiguration": how},
    }
    group = {
        "FilterGroupId": "g",
        "Filters": [{"CategoryFilter": body}],
        "ScopeConfiguration": {"AllSheets": {}},
        "CrossDataset": "SINGLE_DATASET",
    }
    found["DataSetIdentifierDeclarations"].append({"Identifier": "own", "DataSetArn": own_arn})
    return json.loads(json.dumps(found)) | {
        "ParameterDeclarations": [{"StringParameterDeclaration": declared}],
        "FilterGroups": [*found["FilterGroups"], group],
    }


@pytest.fixture(scope="module")
def show(boards: Any, board: str) -> Any:
    schema = dict.fromkeys(("who", "team", "region"), "STRING")
    own = boards.data_set("board-own", schema, OWN)
    arn = boards.quicksight.describe_data_set(DataSetId="board-orders")["DataSet"]["Arn"]

    def show(reader: str, many: bool = True, static: list[str] | None = None) -> dict[str, Any]:
        id = f"own-{reader.rpartition('/')[2]}-{many}-{bool(static)}"
        boards.dashboard(id, definition(arn, own, many, static or []), reader)
        return rows(Session.open(boards.url(reader, dashboard(id))), "by-region")

    return show


def test_a_users_values(show: Any, boards: Any) -> None:
    dora = boards.reader("dora")
    assert show(dora) == {"South": 70, "West": 50}
    assert show(dora, many=False) == ALL
    assert show(dora, many=False, static=["West"]) == {"West": 50}


def test_a_groups_values(show: Any, boards: Any) -> None:
    member = boards.reader("emil")
    boards.quicksight.create_group(GroupName="crew", **HERE)
    boards.quicksight.create_group_membership(GroupName="crew", MemberName="emil", **HERE)
    assert show(member) == {"North": 30}


def test_without_a_value_of_its_own(show: Any, reader: str) -> None:
    assert show(reader) == ALL
    assert show(reader, static=["West"]) == {"West": 50}
