"""Data quality: what each type of rule finds in a table, rulesets, runs and their results."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for
from tests.glue.lake import Lake, make_role

JSON = "org.openx.data.jsonserde.JsonSerDe"
ROWS = """\
{"id": 1, "name": "ann", "v": 1.5, "day": "2024-01-01"}
{"id": 2, "name": "bob", "v": null, "day": "2024-01-02"}
{"id": 3, "name": null, "v": 3.5, "day": "2024-02-01"}
{"id": 3, "name": "cidney", "v": 4.0, "day": null}
"""
OTHERS = """\
{"id": 1, "name": "ann", "v": 1.5, "day": "2024-01-01"}
{"id": 2, "name": "rob", "v": null, "day": "2024-01-02"}
{"id": 4, "name": "zoe", "v": 4.5, "day": "2024-01-02"}
"""
TYPES = {"id": "int", "name": "string", "v": "double", "day": "string"}
UNMET = "does not meet the constraint requirement"
NO_NUMBERS = (
    "Expected type of column name to be one of (ByteType,DecimalType,DoubleType,FloatType,"
    "IntegerType,LongType,ShortType), but found StringType instead!"
)
NO_KEY = "Provided key map not suitable for given data frames."
COUNTED = "select count(*) from primary where id > 1"
JOINED = "select p.id from primary p join other o on p.id = o.id"
#: A rule, what becomes of it, and its message or what was measured.
RULES: list[tuple[str, str, Any]] = [
    ("RowCount > 3", "PASS", {"Dataset.*.RowCount": 4.0}),
    ("RowCount between 4 and 10", "FAIL", f"Value: 4 {UNMET}!"),
    ('RowCount = 2 where "id = 3"', "PASS", {"Dataset.*.RowCount": 2.0}),
    ("RowCount not between 4 and 10", "PASS", {"Dataset.*.RowCount": 4.0}),
    ("ColumnCount = 4", "PASS", {"Dataset.*.ColumnCount": 4.0}),
    ('IsComplete "id"', "PASS", {"Column.id.Completeness": 1.0}),
    ('IsComplete "name"', "FAIL", f"Value: 0.75 {UNMET}!"),
    ('IsComplete "nowhere"', "FAIL", "Input data does not include column nowhere!"),
    ('Completeness "v" > 0.7', "PASS", {"Column.v.Completeness": 0.75}),
    ('IsUnique "name"', "PASS", {"Column.name.Uniqueness": 1.0}),
    ('IsUnique "id"', "FAIL", f"Value: 0.5 {UNMET}!"),
    ('Uniqueness "id" >= 0.5', "PASS", {"Column.id.Uniqueness": 0.5}),
    ('UniqueValueRatio "id" > 0.6', "PASS", {"Column.id.UniqueValueRatio": 2 / 3}),
    ('DistinctValuesCount "id" = 3', "PASS", {"Column.id.DistinctValuesCount": 3.0}),
    (
        'IsPrimaryKey "id" "day"',
        "FAIL",
        f"Value: 0.75 {UNMET}!",
    ),
    ('Mean "v" = 3', "PASS", {"Column.v.Mean": 3.0}),
    ('Sum "v" between 8 and 10', "PASS", {"Column.v.Sum": 9.0}),
    ('StandardDeviation "id" < 0.9', "PASS", {"Column.id.StandardDeviation": 0.6875**0.5}),
    ('Entropy "name" > 1.09', "PASS", {"Column.name.Entropy": pytest.approx(1.0986123)}),
    ('ColumnCorrelation "id" "v" > 0.9', "PASS", None),
    ('Mean "name" > 1', "FAIL", NO_NUMBERS),
    ('ColumnValues "id" between 0 and 4', "PASS", {"Column.id.Minimum": 1, "Column.id.Maximum": 3}),
    ('ColumnValues "v" <= 3.5', "FAIL", f"Value: 4.0 {UNMET}!\nValue: NULL {UNMET}!"),
    ('ColumnValues "v" != 7', "PASS", {"Column.v.ColumnValues.Compliance": 1.0}),
    ('ColumnValues "id" in [1, 2]', "FAIL", f"Value: 0.5 {UNMET}!"),
    ('ColumnValues "id" in [1, 2] with threshold >= 0.5', "PASS", None),
    ('ColumnValues "v" > 2 where "v is not null"', "FAIL", f"Value: 1.5 {UNMET}!"),
    ('ColumnValues "name" in ["ann", "bob", "cidney", NULL]', "PASS", None),
    ('ColumnValues "name" not in ["ann"]', "FAIL", f"Value: 0.75 {UNMET}!"),
    ('ColumnValues "name" != NULL with threshold > 0.7', "PASS", None),
    ('ColumnValues "name" matches "[a-z]{3}" with threshold = 0.5', "PASS", None),
    (
        'ColumnValues "id" matches "[1-9]*"',
        "FAIL",
        "Expected type of column id to be StringType, but found IntegerType instead!",
    ),
    ('ColumnValues "day" < (now() - 1 days) where "day is not null"', "PASS", None),
    ('ColumnValues "day" > "2024-01-01"', "FAIL", "50.00% of rows passed"),
    ('ColumnLength "name" between 2 and 7', "FAIL", f"Value: 0.0 {UNMET}!"),
    ('ColumnLength "name" <= 6', "PASS", None),
    ('ColumnExists "id"', "PASS", {}),
    ('ColumnExists "x"', "FAIL", "Input data does not include column x!"),
    ('ColumnNamesMatchPattern "a|v"', "FAIL", "Columns that do not match the pattern: id"),
    ('ColumnDataType "day" = "Date" with threshold > 0.7', "PASS", None),
    ('ColumnDataType "name" = "Integer"', "FAIL", f"Value: 0.0 {UNMET}!"),
    ('DataFreshness "day" > 48 hours where "day is not null"', "PASS", None),
    ('DataFreshness "day" < 2 days', "FAIL", "0.00% of rows passed"),
    (f'CustomSql "{COUNTED}" = 3', "PASS", {"Dataset.*.CustomSQL": 3.0}),
    (f'CustomSql "{JOINED}" with threshold >= 0.5', "PASS", None),
    ('CustomSql "select nothing from primary" = 3', "ERROR", None),
    ('RowCountMatch "other" < 1.5', "PASS", {"Dataset.other.RowCountMatch": 4 / 3}),
    ('SchemaMatch "other" = 1.0', "PASS", {"Dataset.other.SchemaMatch": 1.0}),
    ('ReferentialIntegrity "id" "other.id" >= 0.9', "FAIL", f"Value: 0.5 {UNMET}."),
    ('ReferentialIntegrity "id,name" "other.{id,name}" = 0.25', "PASS", None),
    ('DatasetMatch "other" "name" >= 0.9', "FAIL", f"Value: 0.25 {UNMET}."),
    ('DatasetMatch "other" "id" >= 0.9', "FAIL", NO_KEY),
    ('DatasetMatch "other" "name->name" "id,v" >= 0.2', "PASS", None),
    ('AggregateMatch "sum(v)" "SUM(other.v)" = 1.5', "PASS", {"Column.v.AggregateMatch": 1.5}),
    ('RowCountMatch "nobody" < 1.5', "FAIL", "nobody not found in additional sources"),
    ('(IsUnique "id") or (IsComplete "id")', "PASS", f"Value: 0.5 {UNMET}!"),
    ('(RowCount > 9) and ((IsUnique "name") or (RowCount > 1))', "FAIL", f"Value: 4 {UNMET}!"),
]  # fmt: skip


def define(lake: Lake, name: str, rows: str) -> dict[str, Any]:
    """A table of some rows, as a data source."""
    lake.put(f"{name}/a.json", rows)
    storage = {
        "Columns": [{"Name": column, "Type": kind} for column, kind in TYPES.items()],
        "Location": lake.uri(f"{name}/"),
        "SerdeInfo": {"SerializationLibrary": JSON},
    }
    made = {"Name": name, "StorageDescriptor": storage}
    lake.glue.create_table(DatabaseName=lake.database, TableInput=made)
    return {"GlueTable": {"DatabaseName": lake.database, "TableName": name}}


@pytest.fixture
def sources(lake: Lake) -> dict[str, Any]:
    """A table, and another one that it is compared with."""
    lake.glue.create_database(DatabaseInput={"Name": lake.database})
    other = define(lake, "other", OTHERS)
    return {"DataSource": define(lake, "t", ROWS), "AdditionalDataSources": {"other": other}}


def evaluate(lake: Lake, sources: dict[str, Any], text: str, **asked: Any) -> dict[str, Any]:
    """A run of a new ruleset, ended."""
    glue, name = lake.glue, f"rules-{uuid.uuid4().hex[:8]}"
    glue.create_data_quality_ruleset(Name=name, Ruleset=text)
    given = {"Role": lake.role, "RulesetNames": [name]} | sources | asked
    number = glue.start_data_quality_ruleset_evaluation_run(**given)["RunId"]

    def look() -> Any:
        run = glue.get_data_quality_ruleset_evaluation_run(RunId=number)
        return run if run["Status"] != "RUNNING" else None

    return dict(wait_for(look))


def result(lake: Lake, run: dict[str, Any]) -> dict[str, Any]:
    assert run["Status"] == "SUCCEEDED", run["ErrorString"]
    (number,) = run["ResultIds"]
    return dict(lake.glue.get_data_quality_result(ResultId=number))


def test_each_rule(lake: Lake, sources: dict[str, Any]) -> None:
    text = f"Rules = [ {', '.join(rule for rule, _, _ in RULES)} ]"
    found = result(lake, evaluate(lake, sources, text))
    for (rule, ended, told), each in zip(RULES, found["RuleResults"], strict=True):
        assert (each["Description"], each["Result"]) == (rule, ended), each
        if isinstance(told, dict):
            assert each["EvaluatedMetrics"] == told, rule
        elif told is not None:
            assert each["EvaluationMessage"] == told, rule
    passed = sum(ended == "PASS" for _, ended, _ in RULES)
    assert found["Score"] == passed / len(RULES)
    assert found["AggregatedMetrics"]["TotalRulesPassed"] == passed


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Rules = [ RowsCount > 1 ]", "Unexpected Rule Type: RowsCount"),
        ("Rules = [ RowCount ]", "Expected a condition"),
        ('Rules = [ RowCount > "a" ]', "Unexpected condition"),
        ("Rules = [ IsComplete ]", "number of parameters"),
        ("Rules = [ RowCount > 1", "line 1:22: expected ,"),
        ("Rules = [ RowCount > avg(last(10)) ]", "Dynamic rules are only supported"),
        ('Rules = [ DetectAnomalies "RowCount" ]', "not available in the local AWS"),
        ("Rules = [ RowCount > 1 with threshold > 0.5 ]", "takes no threshold"),
        ('Rules = [ ColumnCount = 1 where "a = 1" ]', "takes no where clause"),
        ("Analyzers = [ (RowCount) and (RowCount) ]", "cannot be combined"),
        ("Rules = [ RowCount between 1 and NULL ]", "Unexpected condition"),
        ('Rules = [ ColumnValues "a" in [1, "b"] ]', "Unexpected condition"),
        ('Rules = [ ColumnValues "a" > 1 with threshold > "b" ]', "Unexpected threshold"),
    ],
)
def test_what_is_no_ruleset(glue: Any, text: str, why: str) -> None:
    with pytest.raises(ClientError, match="InvalidInputException") as refused:
        glue.create_data_quality_ruleset(Name="none", Ruleset=text)
    assert why in str(refused.value)


def test_rulesets(glue: Any, fresh: Callable[[str], str]) -> None:
    name = fresh("rules")
    made = {"Name": name, "Ruleset": 'Rules = [ IsComplete "a", RowCount > 1 ]'}
    glue.create_data_quality_ruleset(**made, Description="d", Tags={"team": name})
    with pytest.raises(glue.exceptions.AlreadyExistsException):
        glue.create_data_quality_ruleset(**made)
    (listed,) = glue.list_data_quality_rulesets(Tags={"team": name})["Rulesets"]
    assert (listed["Name"], listed["RuleCount"]) == (name, 2)
    glue.update_data_quality_ruleset(Name=name, Ruleset="Rules = [ RowCount > 2 ]")
    told = glue.get_data_quality_ruleset(Name=name)
    assert (told["Ruleset"], told["Description"]) == ("Rules = [ RowCount > 2 ]", "d")
    glue.delete_data_quality_ruleset(Name=name)
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_data_quality_ruleset(Name=name)


def test_results_are_told_and_published(
    lake: Lake, sources: dict[str, Any], client: Callable[[str], Any]
) -> None:
    text = 'Rules = [ RowCount > 9, IsComplete "id" ] Analyzers = [ Completeness "v", RowCount ]'
    options = {"ResultsS3Prefix": lake.uri("results/"), "CloudWatchMetricsEnabled": True}
    run = evaluate(lake, sources, text, AdditionalRunOptions=options)
    found = result(lake, run)
    analyzed = [each["EvaluatedMetrics"] for each in found["AnalyzerResults"]]
    assert analyzed == [{"Column.v.Completeness": 0.75}, {"Dataset.*.RowCount": 4.0}]
    asked = {"ResultIds": [found["ResultId"], "none"]}
    batch = lake.glue.batch_get_data_quality_result(**asked)
    assert (batch["Results"][0]["Score"], batch["ResultsNotFound"]) == (0.5, ["none"])
    (listed,) = lake.glue.list_data_quality_ruleset_evaluation_runs(
        Filter={"DataSource": sources["DataSource"]}
    )["Runs"]
    assert listed["RunId"] == run["RunId"]
    (written,) = lake.s3.list_objects_v2(Bucket=lake.bucket, Prefix="results/year=")["Contents"]
    body = lake.s3.get_object(Bucket=lake.bucket, Key=written["Key"])["Body"].read()
    lines = [json.loads(line) for line in body.splitlines()]
    assert [line["outcome"] for line in lines] == ["Failed", "Passed"]
    of = [{"Name": "Database", "Value": lake.database}]
    listed = client("cloudwatch").list_metrics(Namespace="Glue Data Quality", Dimensions=of)
    names = sorted(metric["MetricName"] for metric in listed["Metrics"])
    assert names == [f"glue.data.quality.rules.{ended}" for ended in ("failed", "passed")]


@pytest.mark.parametrize(
    "predicate", ["id == 3", "(id == '3')", "id in ('3', '8')", "id between '3' and '3'"]
)
def test_the_rows_of_a_predicate(lake: Lake, sources: dict[str, Any], predicate: str) -> None:
    source = sources["DataSource"]["GlueTable"]
    source |= {"AdditionalOptions": {"pushDownPredicate": predicate}}
    found = result(lake, evaluate(lake, sources, "Rules = [ RowCount = 2 ]"))
    assert found["Score"] == 1


def test_recommended_rules_hold(lake: Lake, sources: dict[str, Any]) -> None:
    glue, name = lake.glue, f"recommended-{uuid.uuid4().hex[:8]}"
    asked = {"DataSource": sources["DataSource"], "Role": lake.role, "CreatedRulesetName": name}
    number = glue.start_data_quality_rule_recommendation_run(**asked)["RunId"]

    def look() -> Any:
        run = glue.get_data_quality_rule_recommendation_run(RunId=number)
        return run if run["Status"] != "RUNNING" else None

    run = wait_for(look)
    made = glue.get_data_quality_ruleset(Name=name)
    assert (run["RecommendedRuleset"], made["RecommendationRunId"]) == (made["Ruleset"], number)
    assert 'Completeness "v" >= 0.75' in made["Ruleset"]
    assert result(lake, evaluate(lake, sources, made["Ruleset"]))["Score"] == 1


def test_a_role_that_may_not_read(
    lake: Lake, sources: dict[str, Any], client: Callable[[str], Any]
) -> None:
    role = make_role(client("iam"), f"none-{uuid.uuid4().hex[:8]}", "glue")
    run = evaluate(lake, sources, "Rules = [ RowCount > 0 ]", Role=role)
    assert run["Status"] == "FAILED"
    assert "AccessDenied" in run["ErrorString"]
