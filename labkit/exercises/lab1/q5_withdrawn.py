"""Withdrawal by the parents' education: two joins, a share, and who falls out of or in twice."""

import pandas as pd

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question

STUDENTS = """(SELECT DISTINCT student_id, parent_highest_ed
          FROM db_raw_sisdemo.student)"""
SQL = f"""
    SELECT coalesce(e.ed_level_desc, 'unknown') AS education,
           count(*) AS courses,
           round(100.0 * count_if(o.letter_grade = 'W') / count(*), 1) AS percent
    FROM db_raw_sisdemo.course_outcome o
    JOIN {STUDENTS} s
      ON s.student_id = o.student_id
    LEFT JOIN db_raw_sisdemo.ed_level e ON e.ed_level_id = s.parent_highest_ed
    GROUP BY 1"""
OUTCOMES = "(SELECT count(*) FROM db_raw_sisdemo.course_outcome{})"


def reference(data: Data) -> pd.DataFrame:
    """Courses taken and percent withdrawn of each band, each student once."""
    students = data.student[["student_id", "parent_highest_ed"]].drop_duplicates("student_id")
    taken = data.course_outcome.merge(students, on="student_id")
    bands = data.ed_level.set_index("ed_level_id").ed_level_desc
    education = taken.parent_highest_ed.map(bands).fillna("unknown").rename("education")
    withdrawn = taken.letter_grade.eq("W").groupby(education)
    percent = 100 * withdrawn.mean()
    return pd.DataFrame({"courses": withdrawn.size(), "percent": percent}).reset_index()


def sql(text: str) -> str:
    """The cell that asks it."""
    return f'withdrawn = lab.query("""{text}""")'


def per(denominator: str) -> str:
    """The cell with another denominator of the percentage."""
    return sql(SQL.replace("/ count(*)", f"/ {denominator}"))


q5 = Question(
    id="lab1-q5",
    points=3,
    title="Who withdraws?",
    task="""`course_outcome` has a row for each course that a student took, with the `letter_grade`
*W* where the student withdrew. Does withdrawal depend on the parents' education? For each band of
`ed_level` tell the number of courses taken and the percentage of them that ended in *W*. Name the
columns `education` (the `ed_level_desc`), `courses` and `percent` (with one decimal). Students
whose band is missing make a row `unknown`. Some students stand in `student` twice, but took each
course once.""",
    reads="withdrawn",
    starter='withdrawn = ...  # lab.query("""...""")',
    answer=sql(SQL),
    sql=SQL,
    reference=reference,
    compare=Compare(tolerance=0.0501),
    hints=(
        (
            "Go from `course_outcome` to `student` by `student_id`, and on to `ed_level` by "
            "`parent_highest_ed = ed_level_id`."
        ),
        (
            "An inner join loses those without a band; a `LEFT JOIN` keeps them with a NULL, and "
            "`coalesce(column, 'unknown')` gives it a name."
        ),
        (
            "Join with `(SELECT DISTINCT student_id, parent_highest_ed FROM ...)`, and nobody is "
            "there twice."
        ),
        (
            "`100.0 * count_if(letter_grade = 'W') / count(*)`: whole numbers would divide to "
            "whole numbers."
        ),
    ),
    explanation="""The share of a condition is `count_if(...) / count(*)` within the group. A join
is the place where rows get lost (no partner) or multiply (two partners), and no error tells it: so
compare the counts before and after. Withdrawal falls with each band, in a population of this size
at least.""",
    messages={
        "whole-division": "Each percentage is a whole number. In Athena 7 / 2 is 3: *one of "
        "the two needs a point*.",
        "share-of-all": "You divided by all courses of all students. The question is about the "
        "share *within* a band.",
        "share-of-withdrawn": "Your percentages add up to 100: they say where those come from who "
        "withdraw, not how many of a band do.",
        "of-finished": "You divided by `count(score)`, which leaves out the missing scores, and "
        "who withdrew has none.",
        "twice": "There are more courses than `course_outcome` has rows: two rows of `student` "
        "for one student make two of each course.",
        "unknown-lost": "The students without a band are missing. An inner join keeps who has a "
        "partner on both sides.",
        "no-name": "The students without a band are there, but their row should be called "
        "`unknown`.",
        "fraction": "A share of one is 100 percent.",
        "others": "That is the share of the courses that did not end in *W*.",
        "failed": "*F* is failed. Who withdrew has *W*.",
        "status": "`enroll_status` tells who has left the university. Who withdrew from a course "
        "has the `letter_grade` *W* there.",
        "rounded": "The percentages are rounded to whole numbers. One decimal was asked for.",
        "withdrawn-alone": "Only the courses that ended in *W* are left, so each percentage is "
        "100. Count them with `count_if`, and keep the other rows for the whole.",
        "code": "`ed_level_code` is not the description, and a spreadsheet spoiled one of them.",
        "students": "These are numbers of students. Each took several courses.",
    },
    wrong=(
        (sql(SQL.replace("100.0 *", "100 *")), "whole-division"),
        (per(OUTCOMES.format("")), "share-of-all"),
        (per(OUTCOMES.format(" WHERE letter_grade = 'W'")), "share-of-withdrawn"),
        (per("count(o.score)"), "of-finished"),
        (sql(SQL.replace(STUDENTS, "db_raw_sisdemo.student")), "twice"),
        (sql(SQL.replace("LEFT JOIN", "JOIN")), "unknown-lost"),
        (sql(SQL.replace("coalesce(e.ed_level_desc, 'unknown')", "e.ed_level_desc")), "no-name"),
        (sql(SQL.replace("100.0 *", "1.0 *").replace(", 1)", ", 3)")), "fraction"),
        (sql(SQL.replace(", 1)", ", 0)")), "rounded"),
        (sql(SQL.replace("GROUP", "WHERE o.letter_grade = 'W'\n    GROUP")), "withdrawn-alone"),
        (sql(SQL.replace("= 'W'", "<> 'W'")), "others"),
        (sql(SQL.replace("= 'W'", "= 'F'")), "failed"),
        (
            sql(
                SQL.replace("student_id, parent", "student_id, enroll_status, parent").replace(
                    "o.letter_grade = 'W'", "s.enroll_status = 'Withdrawn'"
                )
            ),
            "status",
        ),
        (sql(SQL.replace("ed_level_desc", "ed_level_code")), "code"),
        (
            sql(SQL.replace("count(*) AS courses", "count(DISTINCT s.student_id) AS courses")),
            "students",
        ),
    ),
    right=(
        sql(SQL + " ORDER BY percent DESC"),
        sql(SQL) + '.df[["percent", "courses", "education"]]',
        sql(SQL) + ".arrow",
        sql(
            SQL.replace(
                "100.0 * count_if(o.letter_grade = 'W') / count(*)",
                "avg(IF(o.letter_grade = 'W', DECIMAL '100.00', DECIMAL '0.00'))",
            )
        ),
        sql(
            """
    SELECT IF(s.parent_highest_ed IS NULL, 'unknown', max(e.ed_level_desc)) AS education,
           count(DISTINCT (o.student_id, o.course_id, o.semester_id)) AS courses,
           round(sum(CASE WHEN o.letter_grade = 'W' THEN 100e0 ELSE 0e0 END) / count(*), 1) percent
    FROM db_raw_sisdemo.ed_level e
    RIGHT JOIN (SELECT student_id, max(parent_highest_ed) AS parent_highest_ed
                FROM db_raw_sisdemo.student GROUP BY student_id) s
            ON e.ed_level_id = s.parent_highest_ed
    JOIN db_raw_sisdemo.course_outcome o ON o.student_id = s.student_id
    GROUP BY s.parent_highest_ed"""
        ),
        sql(
            """
    SELECT education, count(*) AS courses, round(avg(if(grade = 'W', 1e2, 0)), 1) AS percent
    FROM (SELECT letter_grade AS grade, coalesce((
              SELECT max(e.ed_level_desc) FROM db_raw_sisdemo.student s
              JOIN db_raw_sisdemo.ed_level e ON e.ed_level_id = s.parent_highest_ed
              WHERE s.student_id = o.student_id), 'unknown') AS education
          FROM db_raw_sisdemo.course_outcome o)
    GROUP BY education"""
        ),
        """students = lab.query("SELECT * FROM db_raw_sisdemo.student").df
bands = lab.query("SELECT * FROM db_raw_sisdemo.ed_level").df
outcomes = lab.query("SELECT * FROM db_raw_sisdemo.course_outcome").df
once = students.drop_duplicates("student_id")
both = once.merge(bands, "left", left_on="parent_highest_ed", right_on="ed_level_id")
taken = outcomes.merge(both, on="student_id").fillna({"ed_level_desc": "unknown"})
grades = taken.groupby(taken.ed_level_desc.rename("education")).letter_grade
withdrawn = grades.agg(courses="size", percent=lambda grade: round(100 * (grade == "W").mean(), 1))
""",
    ),
)
