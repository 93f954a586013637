"""The steps that prepare a data set: a table of steps, and the columns and rows that they make."""

import datetime as dt

import pytest


def cast(column, kind, form=None):
    given = {"ColumnName": column, "NewColumnType": kind} | ({"Format": form} if form else {})
    return {"CastColumnTypeOperation": given}


def keep(condition):
    return {"FilterOperation": {"ConditionExpression": condition}}


def project(*names):
    return {"ProjectOperation": {"ProjectedColumns": list(names)}}


def calculated(name, text):
    column = {"ColumnName": name, "ColumnId": name.replace(" ", "-"), "Expression": text}
    return {"CreateColumnsOperation": {"Columns": [column]}}


def text(column, kind, **condition):
    return {"FilterOperation": {"StringFilterCondition": {"ColumnName": column, kind: condition}}}


def number(column, kind, **condition):
    return {"FilterOperation": {"NumericFilterCondition": {"ColumnName": column, kind: condition}}}


STEPS = {
    "project": ([project("city", "order id")],
                [("Bergen", 3), ("Oslo", 1), ("Rome", 2), (None, 4)]),
    "filter": ([keep("{quantity} > 2 AND region <> 'East'"), project("order id")], [(1,)]),
    "calculated": ([calculated("total", "{quantity} * {price}"), project("total")],
                   [(10.0,), (5.0,), (7.5,), (8.5,)]),
    "calculated of calculated": ([calculated("a", "quantity + 1"), calculated("b", "a * 2"),
                                  project("b")], [(12,), (4,), (6,), (8,)]),
    "rename": ([{"RenameColumnOperation": {"ColumnName": "order id", "NewColumnName": "id"}},
                keep("id = 2"), project("id", "city")], [(2, "Rome")]),
    "number to text": ([cast("quantity", "STRING"), project("quantity")],
                       [("1",), ("2",), ("3",), ("5",)]),
    "decimal to integer": ([cast("price", "INTEGER"), project("price")], [(1,), (10,), (2,), (4,)]),
    "text is": ([text("region", "ComparisonFilterCondition", Operator="EQUALS",
                      Value={"StaticValue": "North"}), project("order id")], [(1,), (3,)]),
    "text in": ([text("region", "ListFilterCondition", Operator="EXCLUDE",
                      Values={"StaticValues": ["North", "East"]}), project("order id")], [(2,)]),
    "number between": ([number("quantity", "RangeFilterCondition", RangeMinimum={"StaticValue": 2},
                               RangeMaximum={"StaticValue": 5}, IncludeMinimum=True),
                        project("order id")], [(1,), (3,)]),
    "date after": ([{"FilterOperation": {"DateFilterCondition": {
        "ColumnName": "day", "ComparisonFilterCondition": {
            "Operator": "AFTER_OR_EQUALS_TO",
            "Value": {"StaticValue": dt.datetime(2024, 2, 1, tzinfo=dt.UTC)}}}}},
        project("order id")], [(3,), (4,)]),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "expected"), STEPS.values(), ids=STEPS)
def test_steps(lake, steps, expected):
    assert lake.rows(lake.transformed(steps)) == expected


def test_a_single_table_is_told_as_a_logical_one_too(lake, quicksight):
    id = lake.create({"p": lake.orders()})
    told = quicksight.describe_data_set(DataSetId=id)["DataSet"]
    assert told["LogicalTableMap"] == {"p": {"Alias": id, "Source": {"PhysicalTableId": "p"}}}
    told["LogicalTableMap"]["p"]["DataTransforms"] = [cast("price", "INTEGER"), project("price")]
    named = ("Name", "ImportMode", "PhysicalTableMap", "LogicalTableMap")
    changed = quicksight.update_data_set(DataSetId=id, **{name: told[name] for name in named})
    lake.imported(id, changed["IngestionId"])
    assert lake.rows(id) == [(1,), (10,), (2,), (4,)]
