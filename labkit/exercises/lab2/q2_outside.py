"""Values that cannot be: a range says so, whatever the other values are."""

import pandas as pd

from labkit.exercises.data import Data
from labkit.exercises.question import Question

SQL = """
    SELECT student_id, high_school_gpa, cumulative_gpa
    FROM db_raw_sisdemo.student
    WHERE high_school_gpa NOT BETWEEN 0 AND 4 OR cumulative_gpa NOT BETWEEN 0 AND 4"""


def reference(data: Data) -> pd.DataFrame:
    """The students with a grade below 0 or above 4."""
    student = data.student[["student_id", "high_school_gpa", "cumulative_gpa"]]
    grades = student[["high_school_gpa", "cumulative_gpa"]]
    return student[((grades < 0) | (grades > 4)).any(axis=1)]


def sql(text: str) -> str:
    """The cell that asks it."""
    return f'outside = lab.query("""{text}""")'


q2 = Question(
    id="lab2-q2",
    points=2,
    title="Who cannot be?",
    task="""The report says that impossible grades are there, not whose they are. Grades go from 0
to 4, both included. Find the students in `db_raw_sisdemo.student` whose `high_school_gpa` or
`cumulative_gpa` is outside. A missing grade is not outside. Answer with the columns `student_id`,
`high_school_gpa` and `cumulative_gpa`.""",
    reads="outside",
    starter="outside = ...  # lab.query(...)",
    answer=sql(SQL),
    sql=SQL,
    reference=reference,
    hints=(
        "One condition a column, and one wrong grade is enough.",
        "`value NOT BETWEEN 0 AND 4` holds below 0 and above 4, and not at the ends.",
        "`WHERE high_school_gpa NOT BETWEEN 0 AND 4 OR ...`",
    ),
    explanation="""A profile says how many and how far; SQL says who. The two conditions stand with
`OR`, as one wrong grade is enough. For a missing grade the comparison is neither true nor false,
so `WHERE` leaves it out.""",
    messages={
        "and": "That finds nobody. Nobody has *both* grades outside, and one is enough; a grade "
        "may be below 0 as well as above 4.",
        "ends": "A grade of 0 is possible: some students failed all their courses.",
        "only-average": "Those with a wrong `high_school_gpa` are missing. Mind what is below 0.",
        "only-school": "Those with a wrong `cumulative_gpa` are missing. Mind what is above 4.",
        "first-year": "`first_year_gpa` is a column of its own, and was not asked for.",
        "inside": "These are the students whose grades can be. Turn the condition round.",
        "high": "High is not impossible: grades up to 4.0 are given.",
        "rows-more": "Students whose grades can be are there, or some without a grade. In pandas a "
        "comparison with a missing value is False, and so its `~` is True.",
        "count": "That is how many they are. Who are they?",
    },
    wrong=(
        (sql(SQL.replace(" OR ", " AND ")), "and"),
        (sql(SQL.replace("BETWEEN 0 AND", "BETWEEN 0.01 AND")), "ends"),
        (sql(SQL.replace("high_school_gpa NOT BETWEEN 0 AND 4 OR ", "")), "only-average"),
        (sql(SQL.replace(" OR cumulative_gpa NOT BETWEEN 0 AND 4", "")), "only-school"),
        (sql(SQL.replace("cumulative_gpa", "first_year_gpa")), "first-year"),
        (sql(SQL.replace("NOT BETWEEN", "BETWEEN").replace(" OR ", " AND ")), "inside"),
        (sql(SQL.replace("AND 4", "AND 3")), "high"),
        (sql(SQL.replace("AND 4", "AND 3.5")), "rows-more"),
        (
            sql(SQL.replace("student_id, high_school_gpa, cumulative_gpa", "count(*) AS students")),
            "count",
        ),
    ),
    right=(
        sql(SQL + " ORDER BY student_id DESC"),
        sql(SQL).replace('""")', '""").df[["cumulative_gpa", "student_id", "high_school_gpa"]]'),
        sql(SQL).replace('""")', '""").arrow'),
        sql(
            SQL.replace("high_school_gpa NOT BETWEEN 0 AND 4", "abs(high_school_gpa - 2) > 2")
            .replace("cumulative_gpa NOT BETWEEN 0 AND 4", "abs(cumulative_gpa - 2) > 2")
            .replace("student_id,", "CAST(student_id AS BIGINT) AS student_id,")
        ),
        """students = lab.query("SELECT * FROM db_raw_sisdemo.student").df
grades = students[["high_school_gpa", "cumulative_gpa"]].astype(float)
wrong = ((grades < 0) | (grades > 4)).any(axis=1)
outside = students.loc[wrong, ["student_id", "high_school_gpa", "cumulative_gpa"]]""",
    ),
)
