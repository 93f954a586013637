"""Joins, data sets upon others, parameters, and the newer form of preparation."""

import datetime

import pytest

from tests.quicksight.conftest import refused

LEFT = "id,city,n\n1,Oslo,10\n2,Rome,20\n3,,30\n"
RIGHT = "id,country\n1,Norway\n2,Italy\n4,Spain\n"


@pytest.fixture(scope="module")
def tables(lake):
    """Two physical tables, l and r, that share the name of a column."""
    left = {"id": "INTEGER", "city": "STRING", "n": "INTEGER"}
    return {
        "l": lake.s3_table(lake.source(LEFT), left),
        "r": lake.s3_table(lake.source(RIGHT), {"id": "INTEGER", "country": "STRING"}),
    }


def joined(kind, clause, *steps, right=()):
    instruction = {"LeftOperand": "a", "RightOperand": "b", "Type": kind, "OnClause": clause}
    return {
        "a": {"Alias": "cities", "Source": {"PhysicalTableId": "l"}},
        "b": {"Alias": "countries", "Source": {"PhysicalTableId": "r"}} | after(right),
        "j": {"Alias": "both", "Source": {"JoinInstruction": instruction}} | after(steps),
    }


def after(steps):
    return {"DataTransforms": list(steps)} if steps else {}


def renamed(column, name):
    return {"RenameColumnOperation": {"ColumnName": column, "NewColumnName": name}}


NORWAY, ITALY = (1, "Oslo", "Norway"), (2, "Rome", "Italy")
SHOWN = {"ProjectOperation": {"ProjectedColumns": ["id", "city", "country"]}}
PLAIN = "{id} = {id[countries]}"
JOINS = {
    "inner": ("INNER", PLAIN, [NORWAY, ITALY]),
    "left": ("LEFT", PLAIN, [NORWAY, ITALY, (3, None, None)]),
    "right": ("RIGHT", PLAIN, [NORWAY, ITALY, (None, None, "Spain")]),
    "outer": ("OUTER", PLAIN, [NORWAY, ITALY, (3, None, None), (None, None, "Spain")]),
    "the same name": ("INNER", "{id} = {id}", [NORWAY, ITALY]),
    "bare words": ("INNER", "id = id", [NORWAY, ITALY]),
    "the right one first": ("INNER", "{id[countries]} = {id}", [NORWAY, ITALY]),
    "two comparisons": ("INNER", "{id} = {id} AND {city} <> {country}", [NORWAY, ITALY]),
    "a smaller one": ("INNER", "{id} < {id}", [(1, "Oslo", "Italy"), (1, "Oslo", "Spain"),
                      (2, "Rome", "Spain"), (3, None, "Spain")]),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "clause", "expected"), JOINS.values(), ids=JOINS)
def test_joins(lake, tables, kind, clause, expected):
    id = lake.create(tables, LogicalTableMap=joined(kind, clause, SHOWN))
    assert lake.rows(id) == sorted(expected, key=str)


def test_a_name_of_both_tables_comes_out_with_its_table(lake, tables):
    id = lake.create(tables, LogicalTableMap=joined("INNER", PLAIN))
    assert list(lake.columns(id)) == ["id", "city", "n", "id[countries]", "country"]


def test_a_renamed_column_is_joined_by_its_name(lake, tables):
    logical = joined("INNER", "{id} = {land}", SHOWN, right=[renamed("id", "land")])
    id = lake.create(tables, LogicalTableMap=logical)
    assert lake.rows(id) == [NORWAY, ITALY]


BAD = {
    "no such column": joined("INNER", "{id} = {nothing}"),
    "no comparison": joined("INNER", "{id}"),
    "or": joined("INNER", "{id} = {id} OR {city} = {country}"),
    "unlike types": joined("INNER", "{city} = {id[countries]}"),
    "with itself": {
        "a": {"Alias": "a", "Source": {"JoinInstruction": {
            "LeftOperand": "b", "RightOperand": "b", "Type": "INNER", "OnClause": "x = y"}}},
        "b": {"Alias": "b", "Source": {"JoinInstruction": {
            "LeftOperand": "a", "RightOperand": "a", "Type": "INNER", "OnClause": "x = y"}}}},
    "two ends": {name: {"Alias": name, "Source": {"PhysicalTableId": "l"}} for name in "xy"},
    "no physical table": {"a": {"Alias": "a", "Source": {"PhysicalTableId": "z"}}},
    "no column to rename": joined("INNER", PLAIN, renamed("none", "x")),
    "two columns of one name": joined("INNER", PLAIN, renamed("city", "Country")),
    "no column to project": joined("INNER", PLAIN, {
        "ProjectOperation": {"ProjectedColumns": ["none"]}}),
    "no field to compute": joined("INNER", PLAIN, {"CreateColumnsOperation": {"Columns": [
        {"ColumnName": "x", "ColumnId": "x", "Expression": "{none} + 1"}]}}),
    "no condition": joined("INNER", PLAIN, {"FilterOperation": {
        "ConditionExpression": "{n} + 1"}}),
    "no pattern of dates": joined("INNER", PLAIN, {"CastColumnTypeOperation": {
        "ColumnName": "city", "NewColumnType": "DATETIME", "Format": "qqq"}}),
}  # fmt: skip


@pytest.mark.parametrize("logical", BAD.values(), ids=BAD)
def test_steps_that_make_no_data_set(lake, quicksight, tables, logical):
    name = lake.name("bad")
    code, _ = refused(
        quicksight.create_data_set, DataSetId=name, Name=name, ImportMode="SPICE",
        PhysicalTableMap=tables, LogicalTableMap=logical,
    )  # fmt: skip
    assert code == "InvalidParameterValueException"
    assert refused(quicksight.describe_data_set, DataSetId=name)[0] == "ResourceNotFoundException"


def test_a_data_set_upon_another(lake, quicksight):
    parent = lake.create({}, LogicalTableMap=upon(quicksight, lake.create({"p": lake.orders()})))
    arn = quicksight.describe_data_set(DataSetId=parent)["DataSet"]["Arn"]
    steps = [{"FilterOperation": {"ConditionExpression": "quantity > 2"}},
             {"ProjectOperation": {"ProjectedColumns": ["region"]}}]  # fmt: skip
    logical = {"t": {"Alias": "t", "Source": {"DataSetArn": arn}, "DataTransforms": steps}}
    for mode in ("SPICE", "DIRECT_QUERY"):
        id = lake.create({}, LogicalTableMap=logical, ImportMode=mode)
        assert lake.rows(id) == [("East",), ("North",)]


def test_a_data_set_is_not_made_of_itself(lake, quicksight):
    ids = [lake.create({"p": lake.orders()})]
    for _ in range(2):
        ids.append(lake.create({}, LogicalTableMap=upon(quicksight, ids[-1])))
    code, message = refused(
        quicksight.update_data_set, DataSetId=ids[0], Name="x", ImportMode="SPICE",
        PhysicalTableMap={}, LogicalTableMap=upon(quicksight, ids[-1]),
    )  # fmt: skip
    assert (code, "of itself" in message) == ("InvalidParameterValueException", True)


def upon(quicksight, parent):
    arn = quicksight.describe_data_set(DataSetId=parent)["DataSet"]["Arn"]
    return {"t": {"Alias": "t", "Source": {"DataSetArn": arn}}}


def test_parameters_of_a_data_set(lake):
    least = {"Id": "p", "Name": "least", "ValueType": "SINGLE_VALUED",
             "DefaultValues": {"StaticValues": [3]}}  # fmt: skip
    steps = [{"FilterOperation": {"ConditionExpression": "quantity >= ${least}"}},
             {"ProjectOperation": {"ProjectedColumns": ["order id"]}}]  # fmt: skip
    id = lake.transformed(steps, DatasetParameters=[{"IntegerDatasetParameter": least}])
    assert lake.rows(id) == [(1,), (4,)]
    assert lake.open(id).parameters == {"least": 3}


def test_tags_and_what_a_console_keeps(lake, quicksight):
    tags = [{"ColumnGeographicRole": "CITY"}, {"ColumnDescription": {"Text": "of delivery"}}]
    steps = [{"TagColumnOperation": {"ColumnName": "city", "Tags": tags}}]
    kept = {
        "FieldFolders": {"places": {"description": "where", "columns": ["city"]}},
        "ColumnGroups": [{"GeoSpatialColumnGroup": {"Name": "g", "Columns": ["region", "city"]}}],
        "DataSetUsageConfiguration": {"DisableUseAsDirectQuerySource": True,
                                      "DisableUseAsImportedSource": False},
    }  # fmt: skip
    id = lake.transformed(steps, **kept)
    [city] = [column for column in lake.open(id).columns if column.name == "city"]
    assert (city.geo_role, city.description) == ("CITY", "of delivery")
    told = quicksight.describe_data_set(DataSetId=id)["DataSet"]
    assert {name: told[name] for name in kept} == kept
    assert told["OutputColumns"][2]["Description"] == "of delivery"


def test_what_visuals_compute_is_left_to_them(lake):
    """What is computed a row is kept in SPICE; what aggregates is kept as text."""
    texts = {"row": "quantity * 2", "level": "sumOver(quantity, [region], PRE_AGG)",
             "all": "sum({row})"}  # fmt: skip
    columns = [{"ColumnName": name, "ColumnId": name, "Expression": text}
               for name, text in texts.items()]  # fmt: skip
    id = lake.transformed([{"CreateColumnsOperation": {"Columns": columns}}])
    assert lake.rows(id, 'SELECT "row" FROM data') == [(10,), (2,), (4,), (6,)]
    assert lake.open(id).fields == {name: texts[name] for name in ("level", "all")}
    assert [lake.columns(id)[name] for name in texts] == ["INTEGER", "INTEGER", "INTEGER"]


# The newer form -----------------------------------------------------------------------------------


def source(name):
    return {"TransformOperationId": name}


def prepared(last, **steps):
    imports = {
        name: {"ImportTableStep": {"Alias": name, "Source": {"SourceTableId": name}}}
        for name in "lr"
    }
    return {
        "SourceTableMap": {name: {"PhysicalTableId": name} for name in "lr"},
        "TransformStepMap": imports | steps,
        "DestinationTableMap": {"d": {"Alias": "out", "Source": source(last)}},
    }


def summed(column, name, function="SUM"):
    simple = {"InputColumnName": column, "FunctionType": function}
    return {"AggregationFunction": {"SimpleAggregation": simple}, "NewColumnName": name,
            "NewColumnId": name}  # fmt: skip


def from_(name, **members):
    return {"Alias": "s", "Source": source(name), **members}


JOIN = {"JoinStep": {
    "Alias": "j", "LeftOperand": source("l"), "RightOperand": source("r"), "Type": "LEFT",
    "OnClause": "{id} = {id}", "RightOperandProperties": {"OutputColumnNameOverrides": [
        {"SourceColumnName": "id", "OutputColumnName": "land"}]}}}  # fmt: skip
FILTERS = [{"ConditionExpression": "n > 10"}, {"ConditionExpression": "n < 30"}]
PREPARED = {
    "project": ({"s": {"ProjectStep": from_("l", ProjectedColumns=["n"])}},
                [(10,), (20,), (30,)]),
    "filters": ({"s": {"FiltersStep": from_("l", FilterOperations=FILTERS)}}, [(2, "Rome", 20)]),
    "rename and cast": (
        {"x": {"RenameColumnsStep": from_("r", RenameColumnOperations=[
            {"ColumnName": "id", "NewColumnName": "no"}])},
         "s": {"CastColumnTypesStep": from_("x", CastColumnTypeOperations=[
             {"ColumnName": "no", "NewColumnType": "STRING"}])}},
        [("1", "Norway"), ("2", "Italy"), ("4", "Spain")]),
    "create": ({"s": {"CreateColumnsStep": from_("r", Columns=[
        {"ColumnName": "x", "ColumnId": "x", "Expression": "id * 2"}])}},
        [(1, "Norway", 2), (2, "Italy", 4), (4, "Spain", 8)]),
    "join": ({"s": JOIN}, [(1, "Oslo", 10, 1, "Norway"), (2, "Rome", 20, 2, "Italy"),
                           (3, None, 30, None, None)]),
    "aggregate": ({"s": {"AggregateStep": from_("l", Aggregations=[
        summed("n", "total"), summed("city", "cities", "COUNT")])}}, [(60, 2)]),
    "aggregate by group": ({"s": {"AggregateStep": from_("r", GroupByColumnNames=["country"],
        Aggregations=[summed("id", "mean", "AVERAGE")])}},
        [("Italy", 2.0), ("Norway", 1.0), ("Spain", 4.0)]),
    "pivot": ({"s": {"PivotStep": from_(
        "r", ValueColumnConfiguration={"AggregationFunction": {"SimpleAggregation": {
            "InputColumnName": "id", "FunctionType": "MAX"}}},
        PivotConfiguration={"LabelColumnName": "country", "PivotedLabels": [
            {"LabelName": "Norway", "NewColumnName": "no", "NewColumnId": "no"},
            {"LabelName": "Chile", "NewColumnName": "cl", "NewColumnId": "cl"}]})}}, [(1, None)]),
    "unpivot": ({"s": {"UnpivotStep": from_(
        "l", ColumnsToUnpivot=[{"ColumnName": "id"}, {"ColumnName": "n", "NewValue": "number"}],
        UnpivotedLabelColumnName="k", UnpivotedLabelColumnId="k",
        UnpivotedValueColumnName="v", UnpivotedValueColumnId="v")}},
        [("Oslo", "id", 1), ("Oslo", "number", 10), ("Rome", "id", 2), ("Rome", "number", 20),
         (None, "id", 3), (None, "number", 30)]),
    "append": ({"s": {"AppendStep": {
        "Alias": "s", "FirstSource": source("l"), "SecondSource": source("r"), "AppendedColumns": [
            {"ColumnName": "id", "NewColumnId": "i"},
            {"ColumnName": "city", "NewColumnId": "c"}]}}},
        [(1, "Oslo"), (2, "Rome"), (3, None), (1, None), (2, None), (4, None)]),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "expected"), PREPARED.values(), ids=PREPARED)
def test_the_newer_form(lake, tables, steps, expected):
    id = lake.create(tables, DataPrepConfiguration=prepared("s", **steps))
    assert lake.rows(id) == sorted(expected, key=str)


def test_a_direct_query_has_one_source(lake, quicksight):
    columns = [{"Name": "id", "Type": "INTEGER"}]
    two = {
        id: {"RelationalTable": {"DataSourceArn": id, "Name": "t", "InputColumns": columns}}
        for id in ("a", "b")
    }
    code, message = refused(
        quicksight.create_data_set, DataSetId="d", Name="d", ImportMode="DIRECT_QUERY",
        PhysicalTableMap=two,
    )  # fmt: skip
    assert code == "InvalidParameterValueException"
    assert message.startswith("A direct query asks one source, and not a, b")


@pytest.mark.parametrize("name", ["aggregate", "pivot", "unpivot", "append"])
def test_what_a_direct_query_may_not_have(lake, quicksight, name):
    columns = [{"Name": "id", "Type": "INTEGER"}]
    table = {"RelationalTable": {"DataSourceArn": "a", "Name": "t", "InputColumns": columns}}
    id = lake.name("dataset")
    code, message = refused(
        quicksight.create_data_set, DataSetId=id, Name=id, ImportMode="DIRECT_QUERY",
        PhysicalTableMap={"l": table, "r": table},
        DataPrepConfiguration=prepared("s", **PREPARED[name][0]),
    )  # fmt: skip
    assert code == "InvalidParameterValueException"
    assert message.startswith(f"s is of the kind {name.capitalize()}Step")


def test_the_newer_form_keeps_rows_without_the_values_that_do_not_read(lake, quicksight):
    body = "a,b,c\nx,1,2024-01-01\nx,two,2024-02-30\nx,3,4,5\ny,6,x\n"
    table = lake.s3_table(lake.source(body), {"a": "STRING", "b": "INTEGER", "c": "DATETIME"})
    cast = [{"ColumnName": "a", "NewColumnType": "INTEGER"}]
    steps = {"s": {"CastColumnTypesStep": from_("l", CastColumnTypeOperations=cast)}}
    id = lake.create({"l": table, "r": table}, DataPrepConfiguration=prepared("s", **steps))
    day = datetime.datetime(2024, 1, 1)
    assert lake.rows(id) == [(None, 1, day), (None, 6, None), (None, None, None)]
    [found] = quicksight.list_ingestions(DataSetId=id)["Ingestions"]
    assert found["RowInfo"]["RowsDropped"] == 1
