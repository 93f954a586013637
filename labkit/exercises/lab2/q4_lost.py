"""An inner join is a filter: who has no partner is not there."""

from labkit.exercises.data import Data
from labkit.exercises.question import Question

SQL = """
    SELECT s.student_id
    FROM db_raw_sisdemo.student s
    LEFT JOIN db_cur_sisdemo.student_ext e ON e.student_id = s.student_id
    WHERE e.student_id IS NULL"""
BY_BAND = """
    SELECT student_id FROM db_raw_sisdemo.student
    WHERE parent_highest_ed {} (SELECT ed_level_id FROM db_raw_sisdemo.ed_level)"""


def reference(data: Data) -> list[int]:
    """The students whose parents' band is missing, or is no band."""
    student = data.student
    known = student.parent_highest_ed.isin(data.ed_level.ed_level_id)
    return student[~known].student_id.tolist()


def sql(text: str) -> str:
    """The cell that asks it."""
    return f'lost = lab.query("""{text}""")'


q4 = Question(
    id="lab2-q4",
    points=2,
    title="Who got lost?",
    task="""The recipe's five inner joins have dropped students: they stand in
`db_raw_sisdemo.student`, and not in `db_cur_sisdemo.student_ext`. Who are they? Answer with their
`student_id`, each once.""",
    reads="lost",
    starter="lost = ...  # lab.query(...)",
    answer=sql(SQL),
    sql=SQL,
    reference=reference,
    hints=(
        "You look for rows of one table that have *no* partner in another.",
        "A left join keeps them, with NULL in the columns of the right table.",
        "`LEFT JOIN ... ON e.student_id = s.student_id WHERE e.student_id IS NULL`",
    ),
    explanation="""A left join whose right side is NULL is called an anti-join. A NULL equals
nothing, not even NULL: so a student without a band finds no partner, and `NOT IN` does not find
the student either, as NULL compared with a list is neither true nor false.""",
    messages={
        "nobody": "That finds nobody. An inner join drops whom you look for, and NULL compared "
        "with anything, by `=`, `<>` or `NOT IN`, is neither true nor false.",
        "kept": "These have stayed.",
        "everyone": "These are all students. Which of them have no partner?",
        "right-side": "Those are their numbers in the table where they are not: all NULL. Show the "
        "`student_id` of the other table.",
        "number": "That is how many they are. Who are they?",
        "twins": "These stand twice. Twins are a flaw too, but the join has kept them.",
        "other-column": "They lack a percentile, which no join asks for.",
        "first-band": "They have a band, the lowest. It is who has *none* that gets lost.",
    },
    wrong=(
        (sql(SQL.replace("LEFT JOIN", "JOIN")), "nobody"),
        (sql(BY_BAND.format("NOT IN")), "nobody"),
        (
            sql("SELECT student_id FROM db_raw_sisdemo.student WHERE parent_highest_ed = NULL"),
            "nobody",
        ),
        (sql(BY_BAND.format("IN")), "kept"),
        (sql(SQL.replace("WHERE e.student_id IS NULL", "")), "everyone"),
        (sql(SQL.replace("SELECT s.student_id", "SELECT count(*) AS lost")), "number"),
        (sql(SQL.replace("SELECT s.student_id", "SELECT e.student_id")), "right-side"),
        (
            sql(
                "SELECT student_id FROM db_raw_sisdemo.student"
                " GROUP BY student_id HAVING count(*) > 1"
            ),
            "twins",
        ),
        (
            sql(
                "SELECT student_id FROM db_raw_sisdemo.student"
                " WHERE secondary_class_percentile IS NULL"
            ),
            "other-column",
        ),
        (
            sql("SELECT student_id FROM db_raw_sisdemo.student WHERE parent_highest_ed = 1"),
            "first-band",
        ),
    ),
    right=(
        sql(SQL + " ORDER BY s.student_id DESC"),
        sql("SELECT student_id FROM db_raw_sisdemo.student WHERE parent_highest_ed IS NULL"),
        sql(
            "SELECT student_id FROM db_raw_sisdemo.student"
            " EXCEPT SELECT student_id FROM db_cur_sisdemo.student_ext"
        ),
        sql(SQL).replace('""")', '""").df["student_id"].tolist()'),
        "import duckdb\n"
        + sql(SQL).replace("lost", "found")
        + ".arrow\nlost = duckdb.sql('FROM found')",
        sql(SQL) + ".df.to_numpy()",
        """students = lab.query("SELECT student_id FROM db_raw_sisdemo.student").df
joined = lab.query("SELECT student_id FROM db_cur_sisdemo.student_ext").df
lost = set(students["student_id"]) - set(joined["student_id"])""",
    ),
)
