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
HELD = f"""SELECT count(DISTINCT student_id) AS students, count(DISTINCT course_id) AS courses,
    count(DISTINCT semester_id) AS semesters, count(score) AS scores,
    sum(score)::float AS points,
    sum(student_id % 89 * (course_id % 7 + 1) * semester_id)::bigint AS check_sum FROM {TABLE}"""


def reference(data: Data) -> dict[str, object]:
    """The same keys on all data, as many rows as there are outcomes, and what they hold."""
    made = data.course_outcome
    held = [made[one].nunique() for one in ("student_id", "course_id", "semester_id")]
    weights = (made.course_id % 7 + 1) * made.semester_id
    check_sum = int((made.student_id % 89 * weights).sum())
    columns = ["students", "courses", "semesters", "scores", "points", "check_sum"]
    sums = [int(made.score.count()), float(made.score.sum()), check_sum]
    rows = {"columns": columns, "rows": [[*held, *sums]]}
    keys = {"distribution": "KEY(student_id)", "sort_key": "semester_id"}
    return {"table": keys | {"rows": len(made)}, "moves": [], "held": rows}


swapped = swapper(CODE)
STARTED = """lab.client("redshift-data").batch_execute_statement(
    ClusterIdentifier="dataedu-cluster", DbUser="awsuser", Database="dev", Sqls="""
q7 = Question(
    id="lab4-q7",
    points=2,
    title="Two keys for two questions",
    task="""Copy `student_id`, `course_id`, `semester_id` and `score` of `sis.course_outcome` into a
new table `sis_lms.mark`. Two questions will be asked of it all day. One joins it with
`sis_lms.person` on `student_id`, and should move no row to another slice; do not keep the table on
every node for that. The other wants the marks of one semester, and should not read the blocks of
others. Choose the key of distribution and the sort key.""",
    reads={
        "table": State("placed", TABLE),
        "moves": State("moves", JOIN),
        "held": State("warehouse", HELD),
    },
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
        "first-of-two": "An interleaved key gives each of its columns the same weight. The second "
        "question limits the semester alone.",
        "sort-score": "The distribution is right. Who asks for one semester is not helped by rows "
        "sorted by something else.",
        "neither-fits": "Neither key fits its question yet: rows are distributed by what is "
        "joined, and sorted by what a question limits.",
        "even-unsorted": "Dealt out evenly, the join has to send rows. And there is no sort key.",
        "all-unsorted": "Nothing moves, but each node keeps all marks. And there is no sort key.",
        "twice": "There are more rows than in `sis.course_outcome`.",
        "kind-dict": "`sis_lms.mark` is not there as a table that has rows.",
        "kind-table": "A column is missing: `student_id`, `course_id`, `semester_id` and `score` "
        "were asked for.",
        "whole": "The scores have lost their decimals.",
        "others": "The rows say something else than those of `sis.course_outcome`.",
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
            swapped("SORTKEY(semester_id)", "INTERLEAVED SORTKEY(semester_id, student_id)"),
            "first-of-two",
        ),
        (swapped("SORTKEY(semester_id)", "SORTKEY(score)"), "sort-score"),
        (
            swapped(
                "DISTKEY(student_id) SORTKEY(semester_id)", "DISTKEY(course_id) SORTKEY(student_id)"
            ),
            "neither-fits",
        ),
        (swapped("DISTKEY(student_id) SORTKEY(semester_id)", "DISTSTYLE EVEN"), "even-unsorted"),
        (swapped("DISTKEY(student_id) SORTKEY(semester_id)", "DISTSTYLE ALL"), "all-unsorted"),
        (
            swapped(" FROM sis.course_outcome", " FROM sis.course_outcome WHERE semester_id = 8"),
            "part",
        ),
        (swapped(" FROM sis.course_outcome", " FROM sis.course_outcome WHERE score >= 0"), "part"),
        (f'{CODE}\nlab.warehouse("INSERT INTO {TABLE} SELECT * FROM {TABLE}")', "twice"),
        (swapped(", score FROM", " FROM"), "kind-table"),
        (swapped(", score FROM", ", score::int AS score FROM"), "whole"),
        (swapped("semester_id, score", "15 - semester_id AS semester_id, score"), "others"),
        (f'{CODE}\nlab.warehouse("TRUNCATE {TABLE}")', "kind-dict"),
    ),
    right=(
        swapped("SORTKEY(semester_id)", "INTERLEAVED SORTKEY(semester_id)"),
        CODE.replace("lab.warehouse(", STARTED).replace('""")', '""".split(";"))'),
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
