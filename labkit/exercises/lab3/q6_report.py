"""A paginated report: what heads its groups, what stands in its rows, and what is counted."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.lab3.tables import shown, submissions, visual
from labkit.exercises.question import Question
from labkit.exercises.states import State

GROUP, ROW, TOTAL = "parents", "enroll_status", "Total"


def reference(data: Data) -> dict[str, Any]:
    """Average score and number of students: of each row, of each group, and of all."""
    made = submissions(data)
    rows = [(*names, *_numbers(some)) for names, some in _parts(made)]
    table = pd.DataFrame(rows, columns=[GROUP, ROW, "score", "students"])
    return shown([visual("pivot table", [GROUP, ROW], table)], sheet="PAGINATED")


def _parts(made: pd.DataFrame) -> Iterator[tuple[tuple[str, str], pd.DataFrame]]:
    for names, some in made.groupby([GROUP, ROW]):
        yield (str(names[0]), str(names[1])), some
    for group, some in made.groupby(GROUP):
        yield (str(group), TOTAL), some
    yield (TOTAL, TOTAL), made


def _numbers(some: pd.DataFrame) -> tuple[float, int]:
    return some.score.mean(), some.user_id.nunique()


def code(
    columns: str = '"enroll_status"',
    group: str = "parents",
    values: str = '"distinct_count(user_id)", "average(score)"',
) -> str:
    """The cell that publishes the report."""
    grouped = f'\n    group_by="{group}",' if group else ""
    return f"""submissions = lab.chart.data_set("Submissions")
lab.chart.publish_report(
    "Home and school",
    submissions,
    columns=[{columns}],{grouped}
    values=[{values}],
)"""


q6 = Question(
    id="lab3-q6",
    points=2,
    title="A page for the meeting",
    task="""The dean of students wants on paper whether school is fair to those whose parents did
not study. Publish the *paginated report* "Home and school" on *Submissions*: a group for each value
of `parents`, in it a row for each `enroll_status`, and two values: the number of (different)
students, and the average score.""",
    reads=State("dashboard", "Home and school"),
    starter="""submissions = lab.chart.data_set("Submissions")
# lab.chart.publish_report("Home and school", submissions, ...)""",
    answer=code(),
    reference=reference,
    compare=Compare(any_names=True, tolerance=0.005),
    hints=(
        "`group_by` is the column that heads the groups, `columns` are those of the rows.",
        "A row of *Submissions* is a submission. How do you count each student once?",
        '`values=["distinct_count(user_id)", "average(score)"]`',
    ),
    explanation="""Look at the totals: QuickSight computes each from the rows below it, so that a
total of different students counts nobody twice, and the average of a group is not the average of
its rows' averages. Whoever adds up the printed numbers gets something else.""",
    messages={
        "submissions": "You count submissions. A student with ten of them is one student.",
        "turned-round": "The groups stand in the rows, and the rows head the groups.",
        "no-group": "There are no groups: the table has its rows one below the other.",
        "too-fine": "There is a column more than was asked for, so the rows are finer.",
        "median": "These are medians. The average was asked for.",
        "best": "These are the best scores. The average was asked for.",
        "on-time": "That is the share of work that came on time. The scores were asked for.",
        "numbers": "You added up the students' numbers. How many different ones are there?",
        "sum": "The scores are added up. An average was asked for.",
        "screen": "That is a dashboard for the screen. A report has pages.",
        "users-not-scores": "One of the two values is missing.",
    },
    wrong=(
        (code(values='"count(user_id)", "average(score)"'), "submissions"),
        (code('"parents"', "enroll_status"), "turned-round"),
        (code('"parents", "enroll_status"', ""), "no-group"),
        (code('"enroll_status", "school_name"'), "too-fine"),
        (code(values='"distinct_count(user_id)", "sum(score)"'), "sum"),
        (code(values='"distinct_count(id)", "average(score)"'), "submissions"),
        (code(values='"distinct_count(user_id)", "median(score)"'), "median"),
        (code(values='"distinct_count(user_id)", "max(score)"'), "best"),
        (code(values='"distinct_count(user_id)", "average(on_time)"'), "on-time"),
        (code(values='"sum(user_id)", "average(score)"'), "numbers"),
        (code(values='"average(score)"'), "users-not-scores"),
        (code(values='"distinct_count(user_id)"'), "users-not-scores"),
        (
            """submissions = lab.chart.data_set("Submissions")
table = submissions.visual(
    "pivot table",
    rows=["parents", "enroll_status"],
    values=["distinct_count(user_id)", "average(score)"],
)
lab.chart.publish("Home and school", [table], [submissions])""",
            "screen",
        ),
    ),
    right=(
        code(values='"average(score)", "distinct_count(user_id)"'),
        code(values='"distinct_count(user_id)", "average(score) as number with 1 decimal"'),
        code(values='"distinct_count(user_id)", "avg(score)"'),
        code().replace("submissions = ", "rows = ").replace("    submissions,", "    rows,")
        + "\nlab.chart.dashboard('Home and school').url()",
    ),
)
