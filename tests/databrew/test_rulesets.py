"""Rulesets: their records, and what profile jobs find by them."""

import datetime
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.databrew.lake import Lake
from tests.databrew.test_jobs import events

PEOPLE = """id,name,paid,size,made,big
1,Ada,2.5,S,2020-01-01,9007199254740992
2,Bob,,M,2020-01-02,9007199254740993
3,Eve,7.5,XL,2021-01-01,1
4,,10,XXL,,1
5,Ada,100,S,2021-05-05,1
"""


def people(lake: Lake) -> str:
    lake.put("in/people.csv", PEOPLE)
    return lake.dataset("in/people.csv")


def arn_of(lake: Lake, dataset: str) -> str:
    return str(lake.databrew.describe_dataset(Name=dataset)["ResourceArn"])


def rule(check: str, *, columns: Any = None, threshold: Any = None, **values: str) -> Any:
    """A rule; ``a="`id`"`` stands for the variable ``:a``."""
    made: dict[str, Any] = {"Name": check, "CheckExpression": check}
    made |= {"SubstitutionMap": {f":{name}": value for name, value in values.items()}}
    if columns:
        made["ColumnSelectors"] = columns
    if threshold:
        made["Threshold"] = threshold
    return made


def validate(lake: Lake, *rules: Any, dataset: str = "") -> dict[str, Any]:
    """The validation report's result of one ruleset."""
    dataset = dataset or people(lake)
    name = lake.fresh("rules")
    lake.databrew.create_ruleset(Name=name, TargetArn=arn_of(lake, dataset), Rules=list(rules))
    ruleset = lake.databrew.describe_ruleset(Name=name)["ResourceArn"]
    run = lake.run(lake.profile_job(dataset, ValidationConfigurations=[{"RulesetArn": ruleset}]))
    digits = run["RunId"].removeprefix("db_")
    key = f"profile/{dataset}_{digits}_dq-validation-report.json"
    assert run["Outputs"][1] == {"Location": {"Bucket": lake.bucket, "Key": key}}
    report = json.loads(lake.get(key))
    assert (report["jobRunId"], report["sampleSize"]) == (run["RunId"], 5)
    [result] = report["rulesetResults"]
    return dict(result)


#: A check of values → how many of the five rows do not meet it.
VALUES: dict[str, tuple[Any, int]] = {
    "greater": (rule(":c > :v", c="`paid`", v="5"), 2),
    "less or equal": (rule(":c <= :v", c="`paid`", v="10"), 2),
    "equal numbers": (rule(":c == :v", c="`paid`", v="2.50"), 4),
    "not equal": (rule(":c != :v", c="`name`", v="Ada"), 3),
    "between": (rule(":c is_between :a and :b", c="`paid`", a="2.5", b="10"), 2),
    "between, in two words": (rule(":c IS BETWEEN :a AND :b", c="`id`", a="2", b="3"), 3),
    "a column without backticks": (rule(":c > :v", c="paid", v="5"), 2),
    "one of a list": (rule(":c IN :l", c="`size`", l='["S","M","L","XL"]'), 1),
    "none of a list": (rule(":c NOT IN :l", c="`size`", l='["S","XXL"]'), 3),
    "one of a list of numbers": (rule(":c IN :l", c="`paid`", l='[10, "2.50", 1]'), 3),
    "none of a list of numbers": (rule(":c NOT IN :l", c="`paid`", l="[2.5]"), 2),
    "starts with": (rule(":c STARTS_WITH :v", c="`size`", v="X"), 3),
    "does not start with": (rule(":c not starts_with :v", c="`size`", v="X"), 2),
    "ends with": (rule(":c ends_with :v", c="`size`", v="L"), 3),
    "contains another column": (rule(":a contains :b", a="`made`", b="`id`"), 2),
    "matches": (rule(":c matches :v", c="`size`", v="^X+L$"), 3),
    "does not match": (rule(":c not matches :v", c="`size`", v="^X+L$"), 2),
    "length": (rule("LENGTH(:c) > :v", c="`size`", v="1"), 3),
    "length between": (rule("length(:c) IS_BETWEEN :a and :b", c="`size`", a="2", b="3"), 3),
    "column against column": (rule(":a <= :b", a="`id`", b="`paid`"), 1),
    "numbers in a text column": (rule(":c > :v", c="`made`", v="5"), 5),
    "a number column against a text": (rule(":c < :v", c="`paid`", v="many"), 5),
    "a number column against a text column": (rule(":a != :b", a="`id`", b="`name`"), 5),
    "a whole number beyond a double's": (rule(":c == :v", c="`big`", v="9007199254740993"), 4),
    "dates as text": (rule(":c >= :v", c="`made`", v="2021-01-01"), 3),
    "one and the other": (
        rule(":a > :x and :b starts_with :y", a="`id`", x="2", b="`size`", y="X"),
        3,
    ),
    "one or the other": (rule("(:a > :x or :b == :y)", a="`id`", x="4", b="`size`", y="M"), 3),
    "and binds before or": (
        rule(":a == :x or :a > :y and :a < :z", a="`id`", x="1", y="2", z="5"),
        2,
    ),
    "not of both": (rule("not (:a == :x or :a == :y)", a="`id`", x="1", y="2"), 2),
}


@pytest.mark.parametrize(("check", "failed"), VALUES.values(), ids=VALUES)
def test_checks_of_values(lake: Lake, check: Any, failed: int) -> None:
    [result] = validate(lake, check)["ruleResults"]
    assert (result["failedCount"], result["status"]) == (
        failed,
        "FAILED" if failed else "SUCCEEDED",
    )


#: A check of statistics → whether it is met.
STATISTICS: dict[str, tuple[Any, bool]] = {
    "rows": (rule("AGG(ROWS_COUNT) == :v", v="5"), True),
    "columns": (rule("AGG(COLUMNS_COUNT) == :v", v="6"), True),
    "duplicate rows": (rule("AGG(DUPLICATE_ROWS_COUNT) < :v", v="1"), True),
    "duplicate rows in percent": (rule("AGG(DUPLICATE_ROWS_PERCENTAGE) > :v", v="0"), False),
    "missing values": (rule("AGG(:c, MISSING_VALUES_COUNT) == :v", c="`paid`", v="1"), True),
    "missing values in percent": (
        rule("AGG(:c, MISSING_VALUES_PERCENTAGE) == :v", c="`name`", v="20"),
        True,
    ),
    "distinct values": (rule("AGG(:c, DISTINCT_VALUES_COUNT) == :v", c="`name`", v="3"), True),
    "unique values": (rule("AGG(:c, UNIQUE_VALUES_COUNT) == :v", c="`name`", v="2"), True),
    "unique values in percent": (
        rule("AGG(:c, UNIQUE_VALUES_PERCENTAGE) >= :v", c="`name`", v="41"),
        False,
    ),
    "valid values": (rule("AGG(:c, VALID_VALUES_COUNT) == :v", c="`paid`", v="4"), True),
    "duplicate values": (rule("AGG(:c, DUPLICATE_VALUES_COUNT) == :v", c="`name`", v="1"), True),
    "minimum": (rule("AGG(:c, MIN) == :v", c="`paid`", v="2.5"), True),
    "maximum": (rule("AGG(:c, MAX) < :v", c="`paid`", v="100"), False),
    "mean": (rule("AGG(:c, MEAN) == :v", c="`paid`", v="30"), True),
    "median between": (rule("AGG(:c, MEDIAN) is_between :a and :b", c="`id`", a="3", b="3"), True),
    "sum": (rule("AGG(:c, SUM) == :v", c="`id`", v="15"), True),
    "deviation": (rule("AGG(:c, STANDARD_DEVIATION) > :v", c="`paid`", v="40"), True),
    "variance": (
        rule("AGG(:c, VARIANCE) is_between :a and :b", c="`id`", a="2.499", b="2.501"),
        True,
    ),
    "quantile": (rule("AGG(:c, QUANTILE, :q) == :v", c="`id`", q="0.25", v="2"), True),
    "outliers": (
        rule("AGG(:c, Z_SCORE_OUTLIERS_COUNT, :z) == :v", c="`paid`", z="1.4", v="1"),
        True,
    ),
    "fewer outliers": (
        rule("AGG(:c, Z_SCORE_OUTLIERS_COUNT, :z) == :v", c="`paid`", z="4", v="0"),
        True,
    ),
    "dates are counted": (rule("AGG(:c, MISSING_VALUES_COUNT) == :v", c="`made`", v="1"), True),
    "both": (rule("AGG(ROWS_COUNT) > :a and AGG(ROWS_COUNT) < :b", a="4", b="6"), True),
}


@pytest.mark.parametrize(("check", "met"), STATISTICS.values(), ids=STATISTICS)
def test_checks_of_statistics(lake: Lake, check: Any, met: bool) -> None:
    [result] = validate(lake, check)["ruleResults"]
    assert (result["status"], result.get("message")) == ("SUCCEEDED" if met else "FAILED", None)


TYPED: list[tuple[Any, int]] = [
    (rule(":c == :v", c="`at`", v="2020-01-01"), 4),
    (rule(":c > :v", c="`at`", v="2020-01-01T00:00:00Z"), 4),
    (rule(":c in :v", c="`on`", v='["2020-01-01 00:00", "x"]'), 4),
    (rule(":c between :a and :b", c="`on`", a="2019-12-31", b="1/1/2020"), 4),
    (rule(":a == :b", a="`on`", b="`at`"), 4),
    (rule(":c != :v", c="`on`", v="soon"), 5),
    (rule(":c == :v", c="`ok`", v="TRUE"), 4),
    (rule("AGG(:c, MAX) == :v", c="`n`", v="9007199254740993"), 0),
]


def test_a_column_of_a_type_compares_as_that_type(lake: Lake) -> None:
    none: list[Any] = [None] * 3
    at = [datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 1, 12), *none]
    on = [datetime.date(2020, 1, 1), datetime.date(2020, 2, 1), *none]
    ok, n = [True, False, *none], [2**53 + 1, 1, *none]
    lake.put_table("in/typed.parquet", at=at, on=on, ok=ok, n=n)
    checks = [check | {"Name": str(number)} for number, (check, _) in enumerate(TYPED)]
    results = validate(lake, *checks, dataset=lake.dataset("in/typed.parquet"))["ruleResults"]
    assert [each.get("failedCount", 0) for each in results] == [failed for _, failed in TYPED]
    assert results[-1]["status"] == "SUCCEEDED"


THRESHOLDS: dict[str, tuple[Any, str]] = {
    "enough rows": ({"Value": 3, "Type": "GREATER_THAN_OR_EQUAL", "Unit": "COUNT"}, "SUCCEEDED"),
    "too few rows": ({"Value": 4}, "FAILED"),
    "enough percent": (
        {"Value": 60, "Type": "GREATER_THAN_OR_EQUAL", "Unit": "PERCENTAGE"},
        "SUCCEEDED",
    ),
    "more percent": ({"Value": 60, "Type": "GREATER_THAN", "Unit": "PERCENTAGE"}, "FAILED"),
    "at most": ({"Value": 3, "Type": "LESS_THAN_OR_EQUAL"}, "SUCCEEDED"),
    "fewer": ({"Value": 3, "Type": "LESS_THAN"}, "FAILED"),
}


@pytest.mark.parametrize(("threshold", "status"), THRESHOLDS.values(), ids=THRESHOLDS)
def test_thresholds(lake: Lake, threshold: Any, status: str) -> None:
    """Three of five rows meet the check."""
    [result] = validate(lake, rule(":c > :v", c="`id`", v="2", threshold=threshold))["ruleResults"]
    assert (result["failedCount"], result["status"]) == (2, status)


def test_selected_columns(lake: Lake) -> None:
    columns = [{"Regex": "(na|si).*"}, {"Name": "paid"}]
    whole = rule("AGG(MISSING_VALUES_COUNT) == :v", v="0", columns=columns)
    each = rule("not is_missing", columns=[{"Name": "name"}, {"Name": "id"}])
    result = validate(lake, whole, each)
    first, second = result["ruleResults"]
    assert first["columnResults"] == [
        {"name": "name", "status": "FAILED"},
        {"name": "paid", "status": "FAILED"},
        {"name": "size", "status": "SUCCEEDED"},
    ]
    assert second["columnResults"] == [
        {"name": "id", "failedCount": 0, "status": "SUCCEEDED"},
        {"name": "name", "failedCount": 1, "status": "FAILED"},
    ]
    assert [first["status"], second["status"], result["status"]] == ["FAILED"] * 3


ERRORS: dict[str, tuple[Any, str]] = {
    "no such column": (rule(":c > :v", c="`none`", v="5"), "There is no column 'none'"),
    "no such statistic": (
        rule("AGG(:c, LUCK) > :v", c="`id`", v="5"),
        "There is no statistic LUCK",
    ),
    "a statistic without a column": (rule("AGG(MEAN) > :v", v="5"), "needs a column"),
    "no number": (rule("AGG(ROWS_COUNT) > :v", v="many"), "compares with a number"),
    "no z-score": (
        rule("AGG(:c, Z_SCORE_OUTLIERS_COUNT, :z) < :v", c="`id`", z="x", v="5"),
        "A z-score is a number of at least 0",
    ),
    "no list": (rule(":c IN :l", c="`id`", l="1"), "IN takes a JSON list"),
    "no columns": (rule("> :v", v="5", columns=[{"Regex": "z.*"}]), "No column is selected"),
}


@pytest.mark.parametrize(("check", "words"), ERRORS.values(), ids=ERRORS)
def test_rules_that_do_not_fit_the_data(lake: Lake, check: Any, words: str) -> None:
    result = validate(lake, check, rule(":c >= :v", c="`id`", v="1"))
    wrong, right = result["ruleResults"]
    assert words in wrong["message"]
    assert [wrong["status"], right["status"], result["status"]] == ["ERROR", "SUCCEEDED", "ERROR"]


def test_the_report_and_its_event(lake: Lake) -> None:
    dataset, name = people(lake), lake.fresh("rules")
    definition = rule(":c > :v", c="`id`", v="0") | {"Name": "positive"}
    off = rule(":c > :v", c="`id`", v="9") | {"Name": "off", "Disabled": True}
    lake.databrew.create_ruleset(
        Name=name, TargetArn=arn_of(lake, dataset), Rules=[definition, off], Description="words"
    )
    arn = lake.databrew.describe_ruleset(Name=name)["ResourceArn"]
    job = lake.profile_job(dataset, ValidationConfigurations=[{"RulesetArn": arn}])
    receive = events(lake, {"detail": {"rulesetName": [name]}})
    run = lake.run(job)
    key = f"profile/{dataset}_{run['RunId'].removeprefix('db_')}_dq-validation-report.json"
    report = json.loads(lake.get(key))
    [result] = report["rulesetResults"]
    assert {k: result[k] for k in ("name", "description", "arn", "status")} == {
        "name": name, "description": "words", "arn": arn, "status": "SUCCEEDED",
    }  # fmt: skip
    assert result["ruleResults"] == [
        {
            "name": "positive",
            "definition": {"Disabled": False, **definition},
            "failedCount": 0,
            "status": "SUCCEEDED",
        }
    ]
    assert report["location"] == f"s3://{lake.bucket}/{key}"
    event = receive()
    assert event["detail-type"] == "DataBrew Ruleset Validation Result"
    assert event["detail"] == {
        "datasetName": dataset,
        "jobName": job,
        "jobRunId": run["RunId"],
        "rulesetName": name,
        "validationState": "SUCCEEDED",
        "validationReportLocation": report["location"],
    }


# Records ------------------------------------------------------------------------------------------

CHECK = rule(":c > :v", c="`id`", v="0")


def test_what_is_told_of_a_ruleset(lake: Lake, databrew: Any) -> None:
    target, name = arn_of(lake, people(lake)), lake.fresh("rules")
    databrew.create_ruleset(Name=name, TargetArn=target, Rules=[CHECK], Tags={"a": "b"})
    found = databrew.describe_ruleset(Name=name)
    assert (found["TargetArn"], found["Rules"], found["Tags"]) == (target, [CHECK], {"a": "b"})
    databrew.update_ruleset(Name=name, Rules=[CHECK, CHECK | {"Name": "b"}], Description="words")
    changed = databrew.describe_ruleset(Name=name)
    assert (len(changed["Rules"]), changed["Description"]) == (2, "words")
    [listed] = databrew.list_rulesets(TargetArn=target)["Rulesets"]
    assert (listed["Name"], listed["RuleCount"]) == (name, 2)
    databrew.delete_ruleset(Name=name)
    assert databrew.list_rulesets(TargetArn=target)["Rulesets"] == []
    with pytest.raises(databrew.exceptions.ResourceNotFoundException):
        databrew.describe_ruleset(Name=name)


def test_a_ruleset_that_a_job_uses(lake: Lake, databrew: Any) -> None:
    dataset, name = people(lake), lake.fresh("rules")
    databrew.create_ruleset(Name=name, TargetArn=arn_of(lake, dataset), Rules=[CHECK])
    arn = databrew.describe_ruleset(Name=name)["ResourceArn"]
    lake.profile_job(dataset, ValidationConfigurations=[{"RulesetArn": arn}])
    with pytest.raises(databrew.exceptions.ConflictException):
        databrew.delete_ruleset(Name=name)
    with pytest.raises(databrew.exceptions.ConflictException):
        databrew.create_ruleset(Name=name, TargetArn=arn_of(lake, dataset), Rules=[CHECK])


def test_a_ruleset_of_no_data_set(lake: Lake, databrew: Any) -> None:
    absent = f"{arn_of(lake, people(lake))} of nobody"
    name = lake.fresh("rules")
    databrew.create_ruleset(Name=name, TargetArn=absent, Rules=[CHECK])
    assert databrew.describe_ruleset(Name=name)["TargetArn"] == absent
    with pytest.raises(databrew.exceptions.ResourceNotFoundException):
        databrew.list_rulesets(TargetArn=absent)


UNREADABLE: dict[str, tuple[Any, str]] = {
    "no condition": (rule(":col1 :val", col1="`a`", val="1"), "does not read"),
    "null, which is no variable": (rule(":col is null", col="`a`"), "'null' cannot stand there"),
    "nothing to compare": (rule(":col1 >", col1="`a`"), "ends too soon"),
    "an open bracket": (rule("(:col > :val", col="`a`", val="1"), "ends too soon"),
    "a variable without a value": (rule(":col > :val", col="`a`"), ":val has no value"),
    "statistics and values": (
        rule("AGG(ROWS_COUNT) > :v and :c > :v", c="`a`", v="1"),
        "cannot be combined",
    ),
    "a statistic's column named twice": (
        rule("AGG(:c, MEAN) > :v", c="`a`", v="1", columns=[{"Name": "a"}]),
        "names no column itself",
    ),
    "columns named twice": (
        rule(":c > :v", c="`a`", v="1", columns=[{"Name": "a"}]),
        "names no column itself",
    ),
    "a selector that is no expression": (
        rule("> :v", v="1", columns=[{"Regex": "["}]),
        "The regular expression . is not valid",
    ),
    "no column": (rule("is_between :a and :b", a="1", b="2"), "names no column"),
    "characters that may not be": (rule("`a` > 1"), "regular expression pattern"),
}


@pytest.mark.parametrize(("check", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_refuses(lake: Lake, check: Any, words: str) -> None:
    with pytest.raises(ClientError, match=words) as refused:
        lake.databrew.create_ruleset(Name="a", TargetArn="a" * 20, Rules=[check])
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_a_ruleset_of_another_data_set(lake: Lake) -> None:
    name, other = lake.fresh("rules"), arn_of(lake, people(lake))
    lake.databrew.create_ruleset(Name=name, TargetArn=other, Rules=[CHECK])
    arn = lake.databrew.describe_ruleset(Name=name)["ResourceArn"]
    job = lake.profile_job(people(lake), ValidationConfigurations=[{"RulesetArn": arn}])
    assert lake.fail(job).startswith(f"ValidationException: The ruleset {name} is for {other}")
