"""What an expression names, conditions on rows, and texts that no one should be able to abuse."""

import datetime as dt
import json
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.cloud.engine.types import BIGINT, DATE, VARCHAR
from labkit.cloud.quicksight.calc import (
    CalcError,
    Scope,
    compile_condition,
    compile_field,
    fields_in,
    parameters_in,
    with_derived,
)
from labkit.cloud.quicksight.calc.registry import functions
from tools import quicksight_functions

SCOPE = Scope(
    {"id": BIGINT, "name": VARCHAR, "since": DATE, 'od"d': VARCHAR},
    {"who": "x'; DROP TABLE t; --"},
    now=lambda: dt.datetime(2024, 1, 2),
)
NAMED = {
    "sum({Sales}) / count(id)": ("Sales", "id"),
    "{a} + {a} + b": ("a", "b"),
    "sumOver({x}, [{y}, z], PRE_AGG)": ("x", "y", "z"),
    "periodToDateSum(x, d, MONTH)": ("x", "d"),
    "contains(t, 'a', CASE_INSENSITIVE)": ("t",),
    "{c08f9029-26ae-4a4c-91bc-ffad52dc67e3.x} + {c08f9029.x}": ("x", "c08f9029.x"),
    "rank([sum(x) DESC, y ASC], [!{z}])": ("x", "y", "z"),
    "ifelse(a > ${p}, NULL, {NULL})": ("a", "NULL"),
    "dateDiff({MM}, {d}, 'MM')": ("MM", "d"),
    "in(a, ['x', ${p}])": ("a",),
    "'{a}' = \"b\"": (),
    "now()": (),
}
CONDITIONS = {
    "{id} = 2": [2],
    "{id} >= 2 AND NOT isNull({name})": [2],
    "in({name}, ['one', 'two'])": [1, 2],
    "notIn({name}, ['one'])": [2, 3],
    "startsWith({name}, 't') OR {id} = 3": [2, 3],
    "{since} < now()": [1],
    "{name} = ${who}": [],
    "NULL": [],
}
NO_CONDITIONS = {
    "{id}": "A condition on rows is true or false of each row, not integer.",
    "sum({id}) > 3": "A condition on rows is true or false of each row",
    "{id} = '2'": "The operator = does not take integer and string.",
    "rank([sum({id})]) = 1": "A condition on rows is true or false of each row",
    "sum({id}, [{name}]) > 1": "A condition on rows is true or false of each row",
}
ROWS = """(VALUES (1::BIGINT, 'one', DATE '2024-01-01', ''), (2, 'two', DATE '2024-01-02', ''),
    (3, NULL, NULL, '')) t(id, name, since, "od""d")"""


@pytest.mark.parametrize("expression", NAMED)
def test_the_fields_of_an_expression(expression: str) -> None:
    assert fields_in(expression) == NAMED[expression]


def test_the_parameters_of_an_expression() -> None:
    text = "sum(ifelse({a} > ${Limit}, ${Limit}, $other), [${visualDimensions}])"
    assert parameters_in(text) == ("Limit", "other")


def test_the_columns_that_a_field_reads() -> None:
    """Through calculated fields, conditions, partitions and sorts."""
    fields = {"old": "{since} < now()"}
    scope = replace(SCOPE, fields=fields, grouped={"name": '"name"'})
    text = "sumOver(sumIf({id}, {old}), [{name}])"
    assert compile_field(text, scope).names == {"id", "since", "name"}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_keeps_rows(condition: str) -> None:
    where = compile_condition(condition, SCOPE).sql
    found = duckdb.execute(f"SELECT id FROM {ROWS} WHERE {where} ORDER BY id").fetchall()
    assert [row[0] for row in found] == CONDITIONS[condition]


@pytest.mark.parametrize("condition", NO_CONDITIONS)
def test_what_is_no_condition_on_rows(condition: str) -> None:
    with pytest.raises(CalcError) as refused:
        compile_condition(condition, SCOPE)
    assert NO_CONDITIONS[condition] in str(refused.value)


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 100 + "1" + ")" * 100,
        "NOT " * 200 + "TRUE",
        "1" + " - 1" * 100_000,
        "abs(" * 80 + "1" + ")" * 80,
        "1 " * 200_000,
    ],
    ids=["brackets", "negations", "a long chain", "calls", "characters"],
)
def test_an_expression_without_end_is_refused(expression: str) -> None:
    with pytest.raises(CalcError):
        compile_field(expression, SCOPE)


def test_fields_that_double_each_other_are_refused() -> None:
    fields = {f"f{n}": f"{{f{n - 1}}} + {{f{n - 1}}}" for n in range(1, 60)} | {"f0": "{id}"}
    with pytest.raises(CalcError, match="The expression is too large"):
        compile_field("{f59}", Scope({"id": BIGINT}, fields=fields))


@given(st.text(max_size=30))
def test_any_text_stays_text(text: str) -> None:
    """Whatever stands in quotes comes back as it is, and nothing else is run."""
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    try:
        field = compile_field(quoted, SCOPE)
    except CalcError:
        assert "\0" in text
    else:
        assert duckdb.execute(f"SELECT {field.sql}").fetchall() == [(text,)]


VALUES = {
    "String": ["{name}", "'a'", "${who}", "NULL", "toUpper({name})"],
    "Integer": ["{id}", "2", "-1", "0", "strlen({name})"],
    "Number": ["{id}", "2.5", "1 / 0", "{id} ^ 2"],
    "Date": ["{since}", "now()", "parseDate('2024-02-29')"],
    "Boolean": ["{id} > 1", "isNull({name})", "NOT NULL"],
    "Anything": ["{id}", "{name}", "{since}", "{id} = 1", "NULL", "3"],
    "Period": ["'YYYY'", "'WK'", "'MS'"],
    "Part": ["'WD'", "'MS'", "'Q'"],
    "Granularity": ["MONTH", "WEEK", "'SECONDS'"],
    "Comparison": ["CASE_INSENSITIVE"],
    "Calculation": ["PRE_FILTER", "PRE_AGG", "POST_AGG_FILTER"],
    "RowCalculation": ["PRE_FILTER", "PRE_AGG", "POST_AGG_FILTER"],
    "Pattern": ["'yyyy-MM-dd'", "'HH:mm a'", "'$.a[0]'"],
    "Index": ["0", "1", "2"],
    "Percent": ["50", "0", "99.9"],
    "Measure": ["{id}", "sum({id})", "{since}", "max({since})", "{name}", "sum({id}, [{name}])"],
    "DateField": ["{since}", "since", "{id}"],
    "WorkDate": ["{since}", "now()", "NULL"],
    "WorkDays": ["{id}", "-3", "0"],
    "Choices": ["['a', 'b']", "[1, 2.5]", "[${who}]", "[]"],
    "Fields": ["[{name}]", "[{name}, {since}]", "[]", "[${visualDimensions}, !{name}]"],
    "Sort": ["[sum({id}) DESC]", "[{since} ASC, {name}]", "[{id} DESC]"],
}


@st.composite
def calls(draw: st.DrawFn) -> str:
    """A function of the registry with arguments of the right kinds, mostly."""
    function = draw(st.sampled_from(list(functions().values())))
    most = [*function.arguments, *function.arguments[-1:]]
    count = draw(st.integers(sum(each.required for each in most[:-1]), len(most)))
    return f"{function.name}({', '.join(draw(_value(each.kind)) for each in most[:count])})"


def _value(kind: str) -> st.SearchStrategy[str]:
    return st.sampled_from(VALUES[kind])


PIECES = st.one_of(
    calls(),
    st.sampled_from([" + ", " / ", " = ", " AND ", "(", ")", "[", "{id}", "'", "/*", "${", ", "]),
)


@settings(max_examples=150)
@given(st.one_of(calls(), st.lists(PIECES, max_size=5).map("".join)))
def test_any_expression_compiles_or_is_refused_in_a_sentence(expression: str) -> None:
    grouped = {"name": '"name"', "since": 'CAST("since" AS TIMESTAMP)'}
    scope = Scope(SCOPE.columns, SCOPE.parameters, grouped=grouped, now=SCOPE.now)
    try:
        field = compile_field(expression, scope)
    except CalcError as error:
        refused = str(error)
    else:
        refused = ""
        groups = f" GROUP BY {', '.join(grouped.values())}" * (field.kind != "row")
        rows = with_derived(f"FROM {ROWS}", field.derived)
        select = f"SELECT typeof({field.sql}) FROM ({rows}){groups}"
        assert {kind for (kind,) in duckdb.execute(select).fetchall()} == {field.type.duckdb}
    assert not refused or refused.endswith((".", "?"))


def test_the_builders_functions_are_those_of_the_registry() -> None:
    written = quicksight_functions.PATH.read_text(encoding="utf-8")
    assert written == quicksight_functions.text(), "run: python -m tools.quicksight_functions"
    names = {each["name"] for each in json.loads(written)}
    assert names == {each.name for each in functions().values()}
