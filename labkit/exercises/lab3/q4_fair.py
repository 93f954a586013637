"""Level-aware: the average of students' averages is not the average of their submissions."""

import pandas as pd

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.lab3.tables import submissions
from labkit.exercises.question import Question

MEASURE = "avg(avg({score}, [{user_id}]))"


def reference(data: Data) -> pd.DataFrame:
    """The average of the students' average scores, by school."""
    means = submissions(data).groupby(["school_name", "user_id"]).score.mean()
    return means.groupby("school_name").mean().reset_index(name="fair")


def code(measure: str = MEASURE, kind: str = "table", well: str = "group_by") -> str:
    """The cell that draws it."""
    return f"""submissions = lab.chart.data_set("Submissions")
fair = submissions.draw(
    "{kind}", "Fair average", {well}="school_name", values="{measure}"
)"""


def asked(sql: str) -> str:
    """The same without a chart."""
    return f'fair = lab.query("""{sql}""")'


SQL = """
SELECT school_name, avg(mean) AS fair FROM (
    SELECT e.school_name, s.user_id, avg(f.score) AS mean
    FROM db_raw_lmsdemo.submission_dim s
    JOIN db_raw_lmsdemo.submission_fact f ON f.submission_id = s.id
    JOIN db_cur_sisdemo.student_ext e ON e.student_id = s.user_id
    WHERE s.process_date <= '2021-05-03'
    GROUP BY e.school_name, s.user_id)
GROUP BY school_name"""

q4 = Question(
    id="lab3-q4",
    points=3,
    title="One student, one voice",
    task="""`average(score)` counts each submission, so a student who hands in ten of them weighs
ten times as much as one who hands in one. Draw a table of *Submissions* in which every student
counts once: by `school_name`, the average of the *students' own* average scores. Keep the picture
as `fair`: the school first, then the number, unrounded.""",
    reads="fair",
    starter='fair = ...  # lab.chart.data_set("Submissions").draw(...)',
    answer=code(),
    reference=reference,
    compare=Compare(any_names=True, tolerance=0.005),
    hints=(
        "There are two averages: first one of each student, then one of these.",
        "`avg({score}, [{column}])` is an average at the level of the column in brackets.",
        "It needs an aggregation around it: `avg(avg({score}, [{...}]))`.",
    ),
    explanation="""A *level-aware* aggregation says at which level it is made, whatever the chart
splits by. In most schools the fair average is lower: who hands in more often also scores more, and
weighed more. Neither number is wrong; they answer two questions.""",
    messages={
        "submissions-weigh": "Each submission counts once, so the busy students weigh more. First "
        "make an average of each student, one for each, not one for each of their rows.",
        "sum-of-means": "You added up the students' averages. An average goes around them, too.",
        "points": "That is how many points a student collects in all.",
        "median": "That is the median of the students' averages, which has its uses, but the "
        "average was asked for.",
        "medians": "You took the median of each student's scores. The average of each was asked "
        "for.",
        "best": "You took the best score of each student. The average of each was asked for.",
        "how-many": "That is how many submissions a student has. The scores were asked for.",
        "on-time": "That is the share that came on time. The scores were asked for.",
        "by-department": "You took the average of departments. Who shall count once?",
        "rounded": "Close, but rounded. Leave the digits to the reader.",
    },
    wrong=(
        (code("average(score)"), "submissions-weigh"),
        (code("avg({score}, [{user_id}])"), "sum-of-means"),
        (code("avg(avgOver({score}, [{user_id}], PRE_AGG))"), "submissions-weigh"),
        (code("sum({score}) / distinct_count({user_id})"), "points"),
        (code("median(avg({score}, [{user_id}]))"), "median"),
        (code("avg(median({score}, [{user_id}]))"), "medians"),
        (code("avg(max({score}, [{user_id}]))"), "best"),
        (code("avg(count({score}, [{user_id}]))"), "how-many"),
        (code("avg(avg({on_time}, [{user_id}]))"), "on-time"),
        (code("avg(avg({score}, [{id}]))"), "submissions-weigh"),
        (code("avg(avg({score}, [{department_name}]))"), "by-department"),
        (f"{code()}\nfair = fair.df.round(0)", "rounded"),
    ),
    right=(
        code(kind="bar chart", well="category"),
        code("avg(avg({score}, [{user_id}, {school_name}]))"),
        code("sum(avg({score}, [{user_id}])) / distinct_count({user_id})"),
        code() + ".df",
        asked(SQL),
    ),
)
