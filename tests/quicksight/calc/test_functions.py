"""Each function of calculated fields: an ordinary value, NULL, and what is refused."""

import re
from typing import Any

import duckdb
import pytest

from labkit.cloud.quicksight.calc import CalcError, check_field
from labkit.cloud.quicksight.calc.registry import functions
from tests.quicksight.calc.rows import (
    expected_of,
    order_scope,
    read_cases,
    refusal,
    value_of,
    values_of,
)

# https://docs.aws.amazon.com/quicksight/latest/user/functions-by-category.html
NAMES = {
    "aggregate": """
        avg avgIf count countIf distinct_count distinct_countIf max maxIf median medianIf min minIf
        percentile percentileCont percentileDisc periodToDateAvg periodToDateCount periodToDateMax
        periodToDateMedian periodToDateMin periodToDatePercentile periodToDatePercentileCont
        periodToDateStDev periodToDateStDevP periodToDateSum periodToDateVar periodToDateVarP stdev
        stdevIf stdevp stdevpIf var varIf varp varpIf sum sumIf""",
    "conditional": "coalesce ifelse in isNotNull isNull notIn nullIf switch",
    "date": """
        addDateTime addWorkDays dateDiff epochDate extract formatDate isWorkDay netWorkDays now
        truncDate""",
    "numeric": "ceil decimalToInt floor intToDecimal round",
    "mathematical": "mod log ln abs sqrt exp",
    "string": """
        concat contains endsWith left locate ltrim parseDate parseDecimal parseInt parseJson replace
        right rtrim split startsWith strlen substring toLower toString toUpper trim""",
    "lookup": "difference lag lead percentDifference",
    "over": """
        avgOver countOver distinctCountOver maxOver minOver percentileOver percentileContOver
        percentileDiscOver percentOfTotal periodOverPeriodDifference periodOverPeriodLastValue
        periodOverPeriodPercentDifference periodToDateAvgOverTime periodToDateCountOverTime
        periodToDateMaxOverTime periodToDateMinOverTime periodToDateSumOverTime sumOver stdevOver
        stdevpOver varOver varpOver""",
    "ranking": "rank denseRank percentileRank",
    "running": "runningAvg runningCount runningMax runningMin runningSum",
    "window": """
        firstValue lastValue windowAvg windowCount windowMax windowMin windowSum""",
}
SCALARS, AGGREGATES, TABLES = (read_cases(name) for name in ("scalars", "aggregates", "tables"))
LEVELS, LANGUAGE = read_cases("levels"), read_cases("language")


def _rows(cases: list[dict[str, str]], *, refused: bool) -> list[Any]:
    return [
        pytest.param(case, id=case["expression"])
        for case in cases
        if (case["case"] == "refused") is refused
    ]


def _named(cases: list[dict[str, str]]) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in cases]


@pytest.mark.parametrize("case", _rows(SCALARS, refused=False))
def test_a_scalar_function_has_its_value(case: dict[str, str]) -> None:
    assert value_of(case["expression"]) == expected_of(case)


@pytest.mark.parametrize("case", _rows(SCALARS, refused=True))
def test_a_scalar_function_refuses_wrong_arguments(case: dict[str, str]) -> None:
    with pytest.raises(CalcError, match=re.escape(case["expected"])):
        value_of(case["expression"])


@pytest.mark.parametrize("case", _rows(AGGREGATES, refused=False))
def test_an_aggregate_has_its_value_in_each_region(case: dict[str, str]) -> None:
    assert values_of(case["expression"], "region") == expected_of(case)


@pytest.mark.parametrize("case", _rows(AGGREGATES, refused=True))
def test_an_aggregate_refuses_wrong_arguments(case: dict[str, str]) -> None:
    with pytest.raises(CalcError, match=re.escape(case["expected"])):
        values_of(case["expression"], "region")


@pytest.mark.parametrize("case", _rows(TABLES, refused=False))
def test_a_table_function_has_its_value_in_each_group(case: dict[str, str]) -> None:
    assert values_of(case["expression"], case["by"]) == expected_of(case)


@pytest.mark.parametrize("case", _rows(TABLES, refused=True))
def test_a_table_function_refuses_wrong_arguments(case: dict[str, str]) -> None:
    with pytest.raises(CalcError, match=re.escape(case["expected"])):
        values_of(case["expression"], case["by"])


@pytest.mark.parametrize("case", _named(LEVELS))
def test_levels_of_calculation(case: dict[str, str]) -> None:
    given = case["expression"], case["by"], case["filter"]
    if why := refusal(case["expected"]):
        with pytest.raises(CalcError, match=re.escape(why)):
            values_of(*given)
    else:
        assert values_of(*given) == expected_of(case)


@pytest.mark.parametrize("case", _named(LANGUAGE))
def test_the_language(case: dict[str, str]) -> None:
    if why := refusal(case["expected"]):
        with pytest.raises(CalcError, match=re.escape(why)):
            value_of(case["expression"])
    else:
        assert value_of(case["expression"]) == expected_of(case)


@pytest.mark.parametrize("expression", ["{decimal} * 1e308 * 1e3", "0 - {decimal} / 1e-308 / 1e-3"])
def test_a_decimal_beyond_its_range_fails_the_query(expression: str) -> None:
    with pytest.raises(duckdb.ConversionException, match="out of range"):
        value_of(expression)


@pytest.mark.parametrize("expression", ["mod({integer}, 0)", "{decimal} % ({integer} - 7)"])
def test_a_remainder_of_a_division_by_zero_fails_the_query(expression: str) -> None:
    with pytest.raises(duckdb.ConversionException, match="Division by zero"):
        value_of(expression)


@pytest.mark.parametrize("category", NAMES)
def test_every_function_of_the_documentation_is_there(category: str) -> None:
    there = [each.name for each in functions().values() if each.category == category]
    assert sorted(there) == sorted(NAMES[category].split())


@pytest.mark.parametrize("name", " ".join(NAMES.values()).split())
def test_every_function_has_cases_of_every_kind(name: str) -> None:
    cases = [*SCALARS, *AGGREGATES, *TABLES]
    assert {each["case"] for each in cases if each["function"] == name} == {
        "ordinary",
        "null",
        "refused",
    }


@pytest.mark.parametrize("case", _rows(TABLES, refused=False))
def test_every_expression_can_be_checked_without_a_visual(case: dict[str, str]) -> None:
    assert check_field(case["expression"], order_scope("month")).sql
