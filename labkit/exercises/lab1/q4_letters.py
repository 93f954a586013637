"""Who gets a letter: what `<>` does with NULL, and who stands there twice."""

from labkit.exercises.data import Data
from labkit.exercises.question import Question

SQL = """
    SELECT count(DISTINCT student_id) AS letters
    FROM db_raw_sisdemo.student
    WHERE parent_highest_ed <> 1 OR parent_highest_ed IS NULL"""


def reference(data: Data) -> int:
    """How many students do not have the first band."""
    first = data.student.parent_highest_ed.eq(1).fillna(False)
    return int(data.student[~first].student_id.nunique())


def sql(text: str) -> str:
    """The cell that asks it."""
    return f'letters = lab.query("""{text}""")'


q4 = Question(
    id="lab1-q4",
    points=1,
    title="How many letters?",
    task="""Each student gets a letter, except those with `parent_highest_ed` 1. A missing value
means that nobody asked, so these students get one, too. Some students stand in `student` twice,
but get one letter. How many letters are there? Put the number, or a query's result with this one
value, into `letters`.""",
    reads="letters",
    starter="letters = ...  # lab.query(...)",
    answer=sql(SQL),
    sql=SQL,
    reference=reference,
    hints=(
        "`count(DISTINCT column)` counts a value once, however often it is there.",
        "`NULL <> 1` is neither true nor false, and `WHERE` keeps what is true.",
        "Ask for it by name: `... OR parent_highest_ed IS NULL`.",
    ),
    explanation="""A comparison with a missing value is unknown, and unknown is not true: `<>`
loses the rows with NULL. `parent_highest_ed IS DISTINCT FROM 1` says it in one go.""",
    messages={
        "nulls-lost": "The students without a value get no letter. *A comparison with NULL is "
        "never true*, neither `<> 1` nor `= NULL`.",
        "twice": "Someone gets two letters. Count students, not rows.",
        "twice-and-lost": "Two things: those without a value are missing, and someone is counted "
        "twice.",
        "unknown-alone": "These are the students without a value alone.",
        "nobody": "No row is left. No value is both missing and something else, and nothing is "
        "`<> NULL`: it is `OR`, and `IS NULL`.",
        "everyone": "That is everyone, with `parent_highest_ed` 1 and without.",
        "the-others": "These are the ones who get no letter.",
    },
    wrong=(
        (sql(SQL.replace(" OR parent_highest_ed IS NULL", "")), "nulls-lost"),
        (sql(SQL.replace("IS NULL", "= NULL")), "nulls-lost"),
        (sql(SQL.replace("DISTINCT student_id", "*")), "twice"),
        (sql(SQL.replace("DISTINCT student_id", "student_id")), "twice"),
        (sql(SQL.replace("DISTINCT student_id", "*").split(" OR ")[0]), "twice-and-lost"),
        (sql(SQL.replace("DISTINCT student_id", "parent_highest_ed")), "twice-and-lost"),
        (sql(SQL.replace("parent_highest_ed <> 1 OR ", "")), "unknown-alone"),
        (sql(SQL.replace(" OR ", " AND ")), "nobody"),
        (sql(SQL.split("WHERE")[0] + "WHERE parent_highest_ed <> NULL"), "nobody"),
        (sql(SQL.split("WHERE")[0]), "everyone"),
        (sql(SQL.split("WHERE")[0] + "WHERE parent_highest_ed = 1"), "the-others"),
    ),
    right=(
        sql(SQL) + ".value",
        sql(SQL) + ".df.iloc[0]",
        sql(SQL.split("WHERE")[0] + "WHERE parent_highest_ed IS DISTINCT FROM 1"),
        sql(SQL.split("WHERE")[0] + "WHERE coalesce(parent_highest_ed, 0) <> 1") + ".df",
        sql(
            """
    SELECT count(*) FROM (SELECT DISTINCT student_id, parent_highest_ed
                          FROM db_raw_sisdemo.student)
    WHERE parent_highest_ed IS NULL OR parent_highest_ed NOT IN (1)"""
        ),
        sql(
            """
    SELECT count(DISTINCT student_id) FROM db_raw_sisdemo.student one WHERE NOT EXISTS (
        SELECT 1 FROM db_raw_sisdemo.student other
        WHERE other.student_id = one.student_id AND other.parent_highest_ed = 1)"""
        ),
        sql(
            """
    SELECT count_if(NOT coalesce(parent_highest_ed = 1, false)) FROM (
        SELECT *, row_number() OVER (PARTITION BY student_id ORDER BY last_name) AS place
        FROM db_raw_sisdemo.student) WHERE place = 1"""
        ),
        """students = lab.query("SELECT * FROM db_raw_sisdemo.student").df
once = students.drop_duplicates("student_id")
letters = len(once) - (once.parent_highest_ed == 1).sum()""",
    ),
)
