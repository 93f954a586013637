"""A data set in SPICE with a calculated column: a condition, and a value that is missing."""

from typing import Any

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question
from labkit.exercises.states import State

FORMULA = "ifelse(isNull({score}), NULL, {score} >= 50, 1, 0)"


def reference(data: Data) -> dict[str, Any]:
    """How many outcomes passed, failed and have no score."""
    score = data.course_outcome.score
    passed = score.ge(50).astype("Int64").where(score.notna())
    counted = passed.value_counts(dropna=False).rename_axis("passed").reset_index(name="rows")
    return {"mode": "SPICE", "rows": len(score), "type": "NUMBER", "values": counted}


def code(formula: str = FORMULA, *, sql: str = "", more: str = "") -> str:
    """The cell that makes the data set."""
    source = f'sql="""{sql}"""' if sql else 'table="db_raw_sisdemo.course_outcome"'
    return f"""outcomes = lab.chart.add_data_set(
    "Outcomes",
    {source},
    calculated={{"passed": "{formula}"}},{more}
)"""


q1 = Question(
    id="lab3-q1",
    points=2,
    title="Who passed?",
    task="""Import the table `db_raw_sisdemo.course_outcome` into SPICE as the data set *Outcomes*,
all rows of it. Give it a calculated column `passed`: the number 1 for a `score` of 50 or more, 0
for less, and *nothing* (NULL) for who withdrew and therefore has no score.""",
    reads=State("spread", "Outcomes", "passed"),
    starter='# lab.chart.add_data_set("Outcomes", ...)',
    answer=code(),
    reference=reference,
    compare=Compare(any_names=True),
    hints=(
        "A calculated column stands in `calculated={name: formula}`; its condition is an `ifelse`.",
        "A comparison with NULL is not true, so `ifelse` goes on to its last value.",
        "`ifelse` takes several pairs: ask `isNull({score})` first, and answer NULL.",
    ),
    explanation="""`ifelse` takes its conditions in order, so the one about NULL comes first. With
the withdrawn as 0, `average(passed)` would say that fewer passed than did: a missing score is not a
failed one.""",
    messages={
        "null-is-zero": "The withdrawn count as failed: a comparison with NULL is not true, so "
        "*ifelse* fell through to its last value. Ask for NULL first.",
        "null-is-one": "The withdrawn count as passed. They have a grade, W, but no score.",
        "boundary": "50 points are a pass: *or more*.",
        "text": "The column holds texts. A number has no quotes, and only numbers have an average.",
        "turned": "The 1 and the 0 are the wrong way round: 1 is who passed.",
        "sixty": "60 is another bar. 50 points are a pass, and so is a *D*.",
        "not-missing": "The withdrawn have a value of their own now, which every average would "
        "count. Let it be missing: NULL.",
        "asked-each-time": "The rows are not in SPICE: each picture would ask and pay Athena anew.",
        "rows-lost": "The withdrawn are gone from the data set. They have no score, but they took "
        "the course.",
        "each-course": "Not all rows are there. One outcome has a course that nobody knows, and a "
        "join left it out.",
        "rows-more": "`passed` has more different values than 1, 0 and *nothing*.",
        "no-column": "The data set is there, but it has no column `passed`.",
    },
    wrong=(
        (code("ifelse({score} >= 50, 1, 0)"), "null-is-zero"),
        (code("ifelse({letter_grade} = 'F', 0, 1)"), "null-is-one"),
        (code(FORMULA.replace(">=", ">")), "boundary"),
        (code(FORMULA.replace("1, 0", "0, 1")), "turned"),
        (code(FORMULA.replace("50", "60")), "sixty"),
        (
            code("ifelse({letter_grade} = 'W', NULL, in({letter_grade}, ['A', 'B', 'C']), 1, 0)"),
            "sixty",
        ),
        (code(FORMULA.replace("NULL", "-1")), "not-missing"),
        (code("ifelse(isNull({score}), NULL, {score} >= 50, '1', '0')"), "text"),
        (code("ifelse(isNull({score}), NULL, {score} >= 50, 'yes', 'no')"), "text"),
        (code("ifelse(isNull({score}), '', {score} >= 50, '1', '0')"), "text"),
        (code("coalesce({score}, 0)"), "rows-more"),
        (code(more="\n    spice=False,"), "asked-each-time"),
        (code(sql="SELECT * FROM db_raw_sisdemo.course_outcome WHERE score >= 0"), "rows-lost"),
        (
            code(
                sql="""SELECT o.* FROM db_raw_sisdemo.course_outcome o
                JOIN db_raw_sisdemo.course c ON c.course_id = o.course_id"""
            ),
            "each-course",
        ),
        (code().replace("passed", "has_passed"), "no-column"),
    ),
    right=(
        f"""import time
{code()}
lab.chart.calls.call(
    "create_ingestion", DataSetId="outcomes", IngestionId=f"again-{{time.time_ns()}}"
)""",
        code("ifelse(isNotNull({score}), ifelse({score} < 50, 0, 1), NULL)"),
        code("ifelse({score} >= 50, 1, {score} < 50, 0, NULL)"),
        code("ifelse({score} >= 50, 1.0, {score} < 50, 0.0, NULL)"),
        code("ifelse({letter_grade} = 'W', NULL, in({letter_grade}, ['A', 'B', 'C', 'D']), 1, 0)"),
        code("switch({letter_grade}, 'W', NULL, 'F', 0, 1)"),
        """lab.chart.add_data_set("Outcomes", sql=\"\"\"
    SELECT *, CASE WHEN score >= 50 THEN 1 WHEN score < 50 THEN 0 END AS passed
    FROM db_raw_sisdemo.course_outcome\"\"\")""",
    ),
)
