"""Percent of total: the share of a group in all, which is not the share within the group."""

from typing import Any

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.lab3.tables import shown, submissions, visual
from labkit.exercises.question import Question
from labkit.exercises.states import State

MEASURE = "percentOfTotal(sum(1 - {on_time}))"


def reference(data: Data) -> dict[str, Any]:
    """Each school's share of all late submissions."""
    made = submissions(data)
    late = made[made.on_time == 0].groupby("school_name").size()
    shares = (late / late.sum()).reset_index(name="share")
    return shown([visual("bar chart", ["school_name"], shares)])


def code(measure: str = MEASURE, kind: str = "bar chart", wells: str = "", more: str = "") -> str:
    """The cell that publishes the chart."""
    wells = wells or f'category="school_name", values="{measure}"'
    return f"""submissions = lab.chart.data_set("Submissions")
late = submissions.visual(
    "{kind}", "Late work by school", {wells}{more}
)
lab.chart.publish("Late work", [late], [submissions])"""


q3 = Question(
    id="lab3-q3",
    points=2,
    title="Where does late work come from?",
    task="""The four deans want to know how the late submissions are spread over their schools.
Publish a dashboard *Late work* on the data set *Submissions*, with one bar chart: each
`school_name`, and its share *of all late submissions*. The shares, from 0 to 1, add up to 1.""",
    reads=State("dashboard", "Late work"),
    starter="""submissions = lab.chart.data_set("Submissions")
# lab.chart.publish("Late work", [...], [submissions])""",
    answer=code(),
    reference=reference,
    compare=Compare(any_names=True, tolerance=0.0005),
    hints=(
        "First the number of late ones: what does `1 - {on_time}` say of a submission?",
        "`percentOfTotal(...)` divides each group's measure by that of all groups.",
        'Its argument is an aggregation: `values="percentOfTotal(sum(...))"`.',
    ),
    explanation="""`percentOfTotal` divides the school's sum by the sum over all schools, *after*
both are computed. The average of `1 - on_time` has another denominator: the school's own
submissions. Both are called "share of late work", so write the denominator into the title.""",
    messages={
        "within": "That is how much of a school's own work is late. The question is which part of "
        "all late work is the school's: these shares add up to 1.",
        "on-time-within": "That is how much of a school's own work comes *on time*. The question "
        "is which part of all *late* work is the school's.",
        "of-all": "Your shares add up to less than 1: you divided by all submissions, not by the "
        "late ones.",
        "of-itself": "Each school is the whole of itself: the column in brackets says within which "
        "groups the total is made.",
        "on-time": "That is how work *on time* is spread. `on_time` is 1 for what came in time.",
        "everything": "That is how *all* submissions are spread, late or not: `count` counts zeros "
        "as well.",
        "counts": "These are numbers of submissions, not shares.",
        "hundred": "These are per cent. Shares from 0 to 1 were asked for; how they are written is "
        "a matter of format.",
        "students": "That counts students who were late, not submissions.",
        "all-students": "That is how *students* are spread, late or not. The question is about "
        "late submissions.",
        "of-averages": "Each school's own share of late work is divided by the sum of these "
        "shares, so a small school counts as much as a large one. Add up the late ones first.",
        "inverted": "1 less a school's share of what came *on time* is not its share of what came "
        "late: your shares add up to more than 1.",
        "kind-table": "QuickSight cannot show the chart. Draw it: its picture says what is wrong "
        "with the formula.",
        "pie": "The shares are right. Bars were asked for: lengths compare better than angles.",
    },
    wrong=(
        (code("avg(1 - {on_time})"), "within"),
        (code("average(on_time)"), "on-time-within"),
        (code("sum(1 - {on_time}) / sumOver(count({id}), [])"), "of-all"),
        (code("percentOfTotal(sum(1 - {on_time}), [{school_name}])"), "of-itself"),
        (code("percentOfTotal(sum({on_time}))"), "on-time"),
        (code("percentOfTotal(count(1 - {on_time}))"), "everything"),
        (code("sum(1 - {on_time})"), "counts"),
        (code(f"100 * {MEASURE}"), "hundred"),
        (
            code("percentOfTotal(distinct_count(ifelse({on_time} = 0, {user_id}, NULL)))"),
            "students",
        ),
        (code("percentOfTotal(distinct_count({user_id}))"), "all-students"),
        (code("percentOfTotal(avg(1 - {on_time}))"), "of-averages"),
        (code("1 - percentOfTotal(sum({on_time}))"), "inverted"),
        (code(kind="pie chart"), "pie"),
        (code("percentOfTotal(1 - {on_time})"), "kind-table"),
    ),
    right=(
        code("percentOfTotal(sum(ifelse({on_time} = 0, 1, 0)))"),
        code("sum(1 - {on_time}) / sumOver(sum(1 - {on_time}), [])"),
        code("percentOfTotal(countIf({id}, {on_time} = 0))"),
        code(more=', options={"Orientation": "HORIZONTAL"}'),
        code(wells=f'values="{MEASURE}", category="school_name", sort="school_name desc"'),
    ),
)
