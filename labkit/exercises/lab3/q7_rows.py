"""Row-level security: the same dashboard, read by you and by someone who may see one department."""

from typing import Any

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.lab3.tables import shown, students, visual
from labkit.exercises.question import Question
from labkit.exercises.states import State

BOARD = "My students"
RULES = """VALUES ('learner', CAST(NULL AS varchar)), ('economist', 'Economics')"""
NAMES = '"UserName", "department_name"'


def reference(data: Data) -> dict[str, Any]:
    """Students by department: all of them for you, one department for her."""
    counted = students(data).groupby("department_name").size().reset_index(name="students")
    hers = counted[counted.department_name == "Economics"]
    return {"you": _board(counted), "she": _board(hers)}


def _board(rows: Any) -> dict[str, Any]:
    return shown([visual("bar chart", ["department_name"], rows)])


AFRESH = f"""try:
    lab.chart.calls.call("delete_dashboard", DashboardId="{BOARD.lower().replace(" ", "-")}")
except lab.client("quicksight").exceptions.ResourceNotFoundException:
    pass
"""


def code(
    rules: str = RULES,
    names: str = NAMES,
    *,
    of: str = 'table="db_cur_sisdemo.student_ext"',
    share: str = 'board.share(lab.chart.add_reader("economist"))',
    filters: str = "",
    mode: str = ", spice=False",
) -> str:
    """The cell that publishes and hides; with empty rules it hides nothing."""
    hide = f"""rules = lab.chart.add_data_set(
    "Who sees which students",
    sql=\"\"\"SELECT * FROM ({rules}) AS t({names})\"\"\"{mode},
)
students = lab.chart.hide_rows(students, rules)
"""
    return f"""students = lab.chart.add_data_set("Students", {of}{mode})
{hide if rules else ""}bars = students.visual(
    "bar chart", "Students", category="department_name", values="count(student_id)"
)
board = lab.chart.publish("{BOARD}", [bars], [students]{filters})
{share}"""


q7 = Question(
    id="lab3-q7",
    points=3,
    title="The economist's own students",
    task=f"""Make a data set *Students* of the table `db_cur_sisdemo.student_ext`, and publish the
dashboard *{BOARD}* with one bar chart: `count(student_id)` by `department_name`. Share it with a
new reader, `economist`, who sees the rows of the department *Economics* and no others, whatever she
does. You, `learner`, see all.""",
    reads={"you": State("dashboard", BOARD), "she": State("dashboard", BOARD, "economist")},
    starter=f"""# students = lab.chart.add_data_set("Students", ...)
# lab.chart.publish("{BOARD}", ...)""",
    answer=code(mode=""),
    reference=reference,
    compare=Compare(any_names=True),
    hints=(
        "The rules are a data set of their own: who, and which value of which column.",
        "Its second column is called `department_name`, as in *Students*. You need a rule, too.",
        "`lab.chart.hide_rows(students, rules)`, then publish and `share(...)` what you published.",
    ),
    explanation="""The rules belong to the data set, so they hold in every chart, question and
report made of it, also in those that somebody makes next year. A filter of the dashboard is a
convenience: it can be changed, and it guards one dashboard only.""",
    messages={
        "all-see-all": "The economist sees every department. Are there rules, does the data set "
        "have them, and is hers empty? An empty value means all.",
        "all-see-one": "Now *you* see only Economics as well: the rows are gone from the data set, "
        "not hidden from her.",
        "nobody-knows-you": "You see nothing any more: whoever has no rule, sees no row. An empty "
        "value means all.",
        "not-shared": "She cannot open the dashboard. Share it with her.",
        "filter": "A drop-down is no lock: she has only to choose another department.",
        "misspelt": "The economist sees nothing. Her rule needs her name, `economist`, the column "
        "`department_name`, and a value that is written as in the data, letter by letter.",
        "turned": "The two rules are the wrong way round: you see Economics, and she sees all.",
        "two": "The economist sees a second department. Has she more than one rule?",
        "different": "Students who stand in the table twice count once in your bars. "
        "`count(student_id)` counts all.",
        "school": "She sees her whole school. The rules name a school, not a department.",
    },
    wrong=(
        (code(""), "all-see-all"),
        (
            code(
                "",
                of='sql="SELECT * FROM db_cur_sisdemo.student_ext '
                "WHERE department_name = 'Economics'\"",
            ),
            "all-see-one",
        ),
        (code("VALUES ('economist', 'Economics')"), "nobody-knows-you"),
        (code(RULES.replace("'Economics'", "CAST(NULL AS varchar)")), "all-see-all"),
        (AFRESH + code(share='lab.chart.add_reader("economist")'), "not-shared"),
        (code("", filters=', filters=[students.choice("department_name")]'), "filter"),
        (code(RULES.replace("'Economics'", "'economics'")), "misspelt"),
        (code(RULES.replace("'economist'", "'Economist'")), "misspelt"),
        (code("VALUES ('learner', 'Economics'), ('economist', CAST(NULL AS varchar))"), "turned"),
        (code(f"{RULES}, ('economist', 'History')"), "two"),
        (code().replace("count(student_id)", "distinct_count(student_id)"), "different"),
        (
            code(
                RULES.replace("'Economics'", "'School of Business and Society'"),
                NAMES.replace("department_name", "school_name"),
            ),
            "school",
        ),
    ),
    right=(
        code(),
        code("VALUES ('economist', 'Economics'), ('learner', NULL)"),
        code(RULES.replace("CAST(NULL AS varchar)", "''"), mode=", spice=True"),
        code(
            "VALUES ('learner', CAST(NULL AS varchar), CAST(NULL AS varchar)), "
            "('economist', 'School of Business and Society', 'Economics')",
            '"UserName", "school_name", "department_name"',
        ),
    ),
)
