"""Where rows lie and in which order: two keys, chosen for two questions."""

from labkit.exercises.data import Data
from labkit.exercises.lab4.codes import swapper
from labkit.exercises.question import Question
from labkit.exercises.states import State

TABLE = "sis_lms.mark"
JOIN = """SELECT p.enroll_status, count(*) FROM sis_lms.mark m
    JOIN sis_lms.person p ON p.student_id = m.student_id GROUP BY p.enroll_status"""
CODE = """lab.warehouse(\"\"\"
    DROP TABLE IF EXISTS sis_lms.mark;
    CREATE TABLE sis_lms.mark DISTKEY(student_id) SORTKEY(semester_id) AS
    SELECT student_id, course_id, semester_id, score FROM sis.course_outcome\"\"\")"""


def reference(data: Data) -> dict[str, object]:
    """The same keys on all data, and as many rows as there are outcomes."""
    keys = {"distribution": "KEY(student_id)", "sort_key": "semester_id"}
    return {"table": keys | {"rows": len(data.course_outcome)}, "moves": []}


swapped = swapper(CODE)
q7 = Question(
    id="lab4-q7",
    points=2,
    title="Two keys for two questions",
    task="""Copy `student_id`, `course_id`, `semester_id` and `score` of `sis.course_outcome` into a
new table `sis_lms.mark`. Two questions will be asked of it all day. One joins it with
`sis_lms.person` on `student_id`, and should move no row to another slice; do not keep the table on
every node for that. The other wants the marks of one semester, and should not read the blocks of
others. Choose the key of distribution and the sort key.""",
    reads={"table": State("placed", TABLE), "moves": State("moves", JOIN)},
    starter="# lab.warehouse(...) makes sis_lms.mark",
    answer=CODE,
    reference=reference,
    hints=(
        "`sis_lms.person` lies by its `student_id`. Where must the marks of a student lie?",
        "A sort key is the column that the question limits.",
        "`CREATE TABLE sis_lms.mark DISTKEY(...) SORTKEY(...) AS SELECT ...`",
    ),
    explanation="""Both tables lie by the student's number, so what is joined lies together:
`DS_DIST_NONE`. The sort key puts a semester's rows side by side, and each block's smallest and
largest value tell whether it must be read. A good key of distribution has many values, evenly
used. A good sort key stands in `WHERE`.""",
    messages={
        "even": "Dealt out evenly, a student's marks lie on all slices, and the join has to send "
        "rows. Distribute by what is joined.",
        "all": "Nothing moves, but each node keeps all marks. That is for small dimensions, not "
        "for a table that grows.",
        "course": "The join is on the student. By `course_id` the marks of one student lie on many "
        "slices.",
        "semester": "Two semesters are two values: two slices would hold all rows. And the join is "
        "on the student.",
        "turned": "The two keys are the wrong way round: rows are *distributed* by what is joined, "
        "and *sorted* by what a question limits.",
        "unsorted": "The distribution is right. A sort key is missing: `ORDER BY` in a copy sorts "
        "the rows once, and Redshift does not know of it.",
        "sort-student": "The table is sorted by the student first. The second question limits the "
        "semester.",
        "sort-course": "The distribution is right. Of several columns the first sorts the table, "
        "and the second question limits the semester alone.",
        "auto": "You left the distribution to Redshift. For this join, say the key yourself.",
        "neither": "The table is there without keys, so Redshift chooses by itself. Say both: the "
        "key of distribution, and the sort key.",
        "part": "These are not all rows of `sis.course_outcome`.",
    },
    wrong=(
        (swapped("DISTKEY(student_id)", "DISTSTYLE EVEN"), "even"),
        (swapped("DISTKEY(student_id)", "DISTSTYLE ALL"), "all"),
        (swapped("DISTKEY(student_id)", "DISTKEY(course_id)"), "course"),
        (swapped("DISTKEY(student_id)", "DISTKEY(semester_id)"), "semester"),
        (
            swapped(" SORTKEY(semester_id)", "").replace(
                'outcome"', 'outcome ORDER BY semester_id"'
            ),
            "unsorted",
        ),
        (
            swapped(
                "DISTKEY(student_id) SORTKEY(semester_id)",
                "DISTKEY(semester_id) SORTKEY(student_id)",
            ),
            "turned",
        ),
        (swapped("SORTKEY(semester_id)", "SORTKEY(student_id, semester_id)"), "sort-student"),
        (swapped("SORTKEY(semester_id)", "SORTKEY(course_id, semester_id)"), "sort-course"),
        (swapped("DISTKEY(student_id) ", ""), "auto"),
        (swapped("DISTKEY(student_id) SORTKEY(semester_id) ", ""), "neither"),
        (
            swapped(" FROM sis.course_outcome", " FROM sis.course_outcome WHERE semester_id = 8"),
            "part",
        ),
    ),
    right=(
        swapped(
            "DISTKEY(student_id) SORTKEY(semester_id)",
            "DISTSTYLE KEY DISTKEY(student_id) COMPOUND SORTKEY(semester_id, course_id)",
        ),
        swapped("DISTKEY(student_id) SORTKEY(semester_id) ", "")
        + """
lab.warehouse("ALTER TABLE sis_lms.mark ALTER DISTSTYLE KEY DISTKEY student_id")
lab.warehouse("ALTER TABLE sis_lms.mark ALTER SORTKEY (semester_id)")""",
        """lab.warehouse(\"\"\"
    DROP TABLE IF EXISTS sis_lms.mark;
    CREATE TABLE sis_lms.mark (
        student_id bigint DISTKEY, course_id bigint, semester_id bigint SORTKEY, score float);
    INSERT INTO sis_lms.mark SELECT student_id, course_id, semester_id, score
    FROM sis.course_outcome\"\"\")""",
        swapped(
            "SELECT student_id, course_id, semester_id, score FROM",
            "SELECT score, semester_id, course_id, student_id FROM",
        ).replace('outcome"', 'outcome ORDER BY semester_id"'),
    ),
)
