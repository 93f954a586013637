"""The open task: a dashboard of two visuals with a choice, from the question to its publication."""

from typing import Any

import pandas as pd

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.lab3.tables import shown, visual
from labkit.exercises.question import Question
from labkit.exercises.states import State

BOARD = "Withdrawals"
SQL = """
    SELECT h.school_name, c.course_level, t.term_name, o.letter_grade,
        IF(o.letter_grade = 'W', 1, 0) AS withdrawn
    FROM db_raw_sisdemo.course_outcome o
    JOIN db_raw_sisdemo.course c ON c.course_id = o.course_id
    JOIN db_raw_sisdemo.school h ON h.school_id = c.school_id
    JOIN db_raw_sisdemo.semester t ON t.semester_id = o.semester_id"""
SHARE = 'category="school_name", values="average(withdrawn)"'
GRADES = 'rows="course_level", columns="letter_grade", values="count(letter_grade)"'
CHOICE = 'filters=[outcomes.choice("term_name", "Term")]'


def reference(data: Data) -> dict[str, Any]:
    """The two visuals, for all terms and for the fall."""
    known = data.course_outcome.merge(data.course, on="course_id")
    made = known.merge(data.school, on="school_id").merge(data.semester, on="semester_id")
    return {"all": _board(made), "fall": _board(made[made.term_name == "Fall"])}


def _board(made: pd.DataFrame) -> dict[str, Any]:
    share = made.letter_grade.eq("W").groupby(made.school_name).mean().reset_index()
    by = ["course_level", "letter_grade"]
    grades = made.groupby(by).size().reset_index(name="outcomes")
    visuals = [visual("bar chart", ["school_name"], share), visual("heat map", by, grades)]
    return shown(visuals, choices=["term_name"])


def code(
    sql: str = SQL,
    share: str = SHARE,
    grades: str = GRADES,
    more: str = CHOICE,
    kinds: tuple[str, str] = ("bar chart", "heat map"),
    visuals: str = "share, grades",
    mode: str = "",
) -> str:
    """The cell that makes all of it."""
    return f'''outcomes = lab.chart.add_data_set("{BOARD}", sql="""{sql}"""{mode})
share = outcomes.visual(
    "{kinds[0]}", "Share of withdrawals", {share}
)
grades = outcomes.visual(
    "{kinds[1]}", "Grades by level", {grades}
)
lab.chart.publish("{BOARD}", [{visuals}], [outcomes], {more})'''


ALONE = """choice = outcomes.choice("term_name", "Term")
scope = choice["group"]["ScopeConfiguration"]["SelectedSheets"]
scope["SheetVisualScopingConfigurations"][0] |= {
    "Scope": "SELECTED_VISUALS", "VisualIds": [share["BarChartVisual"]["VisualId"]]
}
"""


def more_than(visuals: str) -> str:
    """The cell with a number beside some visuals."""
    number = 'number = outcomes.visual("kpi", "Outcomes", values="count(letter_grade)")\n'
    made = code(visuals=f"number, {visuals}")
    return made.replace("lab.chart.publish", f"{number}lab.chart.publish")


# A drop-down of a parameter, which steers the filter, in place of the filter's own.
BY_PARAMETER = f"""
calls = lab.chart.calls
made = calls.call("describe_dashboard_definition", DashboardId="drawn")["Definition"]
[sheet], [group] = made["Sheets"], made["FilterGroups"]
body, asked = group["Filters"][0]["CategoryFilter"], {{"MatchOperator": "EQUALS"}}
asked |= {{"ParameterName": "Term", "NullOption": "ALL_VALUES"}}
body["Configuration"] = {{"CustomFilterConfiguration": asked}}
body.pop("DefaultFilterControlConfiguration", None)
del sheet["FilterControls"]
sheet.pop("SheetControlLayouts", None)
declared = {{"ParameterValueType": "SINGLE_VALUED", "Name": "Term"}}
declared["DefaultValues"] = {{"StaticValues": ["Fall"]}}
made["ParameterDeclarations"] = [{{"StringParameterDeclaration": declared}}]
drop_down = {{"ParameterControlId": "term", "Title": "Term", "SourceParameterName": "Term"}}
drop_down["SelectableValues"] = {{"Values": ["Fall", "Spring"]}}
sheet["ParameterControls"] = [{{"Dropdown": drop_down}}]
calls.put_dashboard("{BOARD.lower()}", "{BOARD}", made)"""
# A drop-down that opens with a value.
OPENS_WITH_FALL = f"""
calls = lab.chart.calls
made = calls.call("describe_dashboard_definition", DashboardId="drawn")["Definition"]
fall = {{"MatchOperator": "CONTAINS", "CategoryValues": ["Fall"]}}
body = made["FilterGroups"][0]["Filters"][0]["CategoryFilter"]
body["Configuration"] = {{"FilterListConfiguration": fall}}
calls.put_dashboard("{BOARD.lower()}", "{BOARD}", made)"""
OF_STUDENTS = (
    SQL.replace("JOIN db_raw_sisdemo.school h ON h.school_id = c.school_id", "")
    .replace("FROM", "FROM db_cur_sisdemo.student_ext h JOIN", 1)
    .replace("course_outcome o", "course_outcome o ON o.student_id = h.student_id")
)

q9 = Question(
    id="lab3-q9",
    points=5,
    title="Where do we lose them?",
    task=f"""The registrar asks at which schools students withdraw from courses, whether that is
at the lower course levels or the higher ones, and whether the spring is like the fall. Publish the
dashboard *{BOARD}* for her.

- It is about the outcomes in `db_raw_sisdemo.course_outcome` whose course exists. `course` tells a
  course's `school_id` and `course_level`, `school` the `school_name`, `semester` the `term_name`.
- A *bar chart* shows for each `school_name` the share, from 0 to 1, of outcomes with the
  `letter_grade` W.
- A *heat map* shows the number of outcomes for each `course_level` and `letter_grade`.
- One drop-down lets her choose the `term_name`; both visuals follow.""",
    reads={
        "all": State("dashboard", BOARD),
        "fall": State("dashboard", BOARD, "", "term_name", "Fall"),
    },
    starter=f"""# outcomes = lab.chart.add_data_set("{BOARD}", sql=...)
# lab.chart.publish("{BOARD}", [...], [outcomes], ...)""",
    answer=code(),
    reference=reference,
    compare=Compare(any_names=True, tolerance=0.0005, more_visuals=True),
    hints=(
        "Begin with one statement that joins the four tables; each outcome stays one row.",
        "The average of a column of 0 and 1 is a share: `IF(letter_grade = 'W', 1, 0)`.",
        '`outcomes.choice("term_name")` makes the drop-down; hand it to `publish(filters=[...])`.',
    ),
    explanation="""One statement, two visuals, one choice: most dashboards that are read are not
larger. A share does not make a large school look worse than a small one. And the answer? The
schools hardly differ, and neither do the terms, so the reasons are to be looked for elsewhere.""",
    messages={
        "no-choice": "She cannot choose the term: the dashboard has no drop-down for it.",
        "other-choice": "There is a drop-down, but for another column.",
        "hundred": "The bars are per cent. Shares from 0 to 1 were asked for; how they are "
        "written is a matter of format.",
        "of-all-outcomes": "You divided by the outcomes of all schools. The question is which part "
        "of a school's *own* outcomes is a withdrawal.",
        "the-others": "The bars show who did *not* withdraw.",
        "alone": "Only the withdrawals are left, so each share is 1. Keep the other outcomes.",
        "none-left": "The withdrawals are gone, so each share is 0.",
        "map-withdrawn": "The heat map counts withdrawals alone. The number of outcomes was asked "
        "for.",
        "map-shares": "The heat map shows shares. Numbers of outcomes were asked for.",
        "key": "The schools are not those of the courses. Which columns say the same in `course` "
        "and `school`?",
        "fixed": "The data set holds one term only, so the drop-down has nothing to choose from. "
        "Leave the choice to the reader.",
        "numbers": "The bars show how many withdrew, so large schools look worse. She wants the "
        "share.",
        "share-of-all": "The bars say which part of all withdrawals is a school's. The question is "
        "which part of a school's outcomes is a withdrawal.",
        "failed-too": "Who failed has not withdrawn.",
        "no-course": "One group has no name: an outcome's course does not exist, and an outer join "
        "kept it.",
        "of-students": "You took the school of the student. The question is about the course's, "
        "and some students stand in their table twice, or not at all.",
        "pie": "Shares of different wholes do not make a pie. Bars were asked for.",
        "table": "The numbers are right, but a table of them must be read one by one. A heat map "
        "was asked for.",
        "added-up": "QuickSight adds up a field that you do not aggregate, so the bars show a "
        "hundred times the number of withdrawals. She wants the share.",
        "kind-table": "QuickSight cannot show one of them. Look at the dashboard: its picture says "
        "what is wrong.",
        "one-visual": "One of the two visuals that were asked for is missing.",
        "no-zeros": "Each share is 1. A missing value is not 0: an average leaves it out.",
        "distinct": "The heat map counts *different* grades, one in each place. The number of "
        "outcomes was asked for.",
        "bar-missing": "A heat map is there, but no bar chart of each `school_name`.",
        "one-follows": "One of the visuals does not follow the drop-down: its filter is for the "
        "other alone.",
    },
    wrong=(
        (code(more=""), "no-choice"),
        (code(more=CHOICE.replace("term_name", "school_name")), "other-choice"),
        (code(f"{SQL} WHERE t.term_name = 'Fall'"), "fixed"),
        (code(f"{SQL} WHERE t.term_name = 'Spring'"), "fixed"),
        (code(f"{SQL} WHERE o.letter_grade = 'W'"), "alone"),
        (code(f"{SQL} WHERE o.letter_grade <> 'W'"), "none-left"),
        (code(SQL.replace("'W', 1, 0", "'W', 0, 1")), "the-others"),
        (code(SQL.replace("= c.school_id", "= c.department_id")), "key"),
        (code(share=SHARE.replace("average(withdrawn)", "100 * avg({withdrawn})")), "hundred"),
        (
            code(
                share=SHARE.replace(
                    "average(withdrawn)", "sum({withdrawn}) / sumOver(count({letter_grade}), [])"
                )
            ),
            "of-all-outcomes",
        ),
        (code(grades=GRADES.replace("count(letter_grade)", "sum(withdrawn)")), "map-withdrawn"),
        (
            code(
                grades=GRADES.replace(
                    "count(letter_grade)", "percentOfTotal(count({letter_grade}))"
                )
            ),
            "map-shares",
        ),
        (code(share=SHARE.replace("average", "sum")), "numbers"),
        (
            code(share=SHARE.replace("average(withdrawn)", "percentOfTotal(sum({withdrawn}))")),
            "share-of-all",
        ),
        (code(SQL.replace("= 'W'", "IN ('W', 'F')")), "failed-too"),
        (code(SQL.replace("JOIN", "LEFT JOIN")), "no-course"),
        (code(OF_STUDENTS), "of-students"),
        (code(kinds=("pie chart", "heat map")), "pie"),
        (
            code(kinds=("bar chart", "pivot table")),
            "table",
        ),
        (code(visuals="share"), "one-visual"),
        (more_than("share"), "one-visual"),
        (code(visuals="grades"), "bar-missing"),
        (code(SQL.replace("'W', 1, 0", "'W', 1")), "no-zeros"),
        (code(grades=GRADES.replace("count(", "distinct_count(")), "distinct"),
        (
            code(more="filters=[choice]").replace("lab.chart.publish", f"{ALONE}lab.chart.publish"),
            "one-follows",
        ),
        (code(share=SHARE.replace("average(withdrawn)", "100 * {withdrawn}")), "added-up"),
        (code(share=SHARE.replace("average(withdrawn)", "sum(avg({withdrawn}))")), "kind-table"),
    ),
    right=(
        code(visuals="grades, share"),
        code(
            share=SHARE.replace("average(withdrawn)", "average(withdrawn) as percent")
            + ', sort="average(withdrawn) desc", options={"Orientation": "HORIZONTAL"}',
            grades='values="count(withdrawn)", columns="course_level", rows="letter_grade"',
        ),
        code(
            f"SELECT school_name, course_level, term_name, letter_grade FROM ({SQL})",
            share=SHARE.replace("average(withdrawn)", "avg(ifelse({letter_grade} = 'W', 1, 0))"),
        ),
        code(
            f"SELECT *, letter_grade AS grade FROM ({SQL})",
            grades=GRADES.replace("count(letter_grade)", "count(grade)"),
        ),
        code(
            SQL.replace("IF(o.letter_grade = 'W', 1, 0)", "IF(o.score IS NULL, 1.0, 0.0)"), mode=""
        ),
        more_than("share, grades"),
        code().replace(f'("{BOARD}", [s', '("drawn", [s') + BY_PARAMETER,
        code().replace(f'("{BOARD}", [s', '("drawn", [s') + OPENS_WITH_FALL,
        code(
            f"SELECT *, school_name AS school, course_level AS level FROM ({SQL})",
            share=SHARE.replace("school_name", "school"),
            grades=GRADES.replace("course_level", "level"),
        ),
        code().replace(f'("{BOARD}", [s', '("drawn", [s')
        + f"""
calls = lab.chart.calls
made = calls.call("describe_dashboard_definition", DashboardId="drawn")["Definition"]
calls.put_dashboard("of-another-id", "{BOARD}", made)""",
    ),
)
