"""The open task: a star of three tables whose join moves nothing."""

import pandas as pd

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.lab4.codes import swapper
from labkit.exercises.question import Question
from labkit.exercises.states import State

JOIN = """SELECT c.department_name, s.enroll_status, count(*) AS submissions,
        avg(f.score::float) AS mean, count(DISTINCT f.submitted_on) AS days
    FROM star.submission f
    JOIN star.student s ON s.student_id = f.student_id
    JOIN star.course c ON c.course_id = f.course_id
    GROUP BY c.department_name, s.enroll_status"""
COUNTS = """SELECT (SELECT count(*) FROM star.student) AS students,
    (SELECT count(*) FROM star.course) AS courses,
    (SELECT sum(LEN(admit_type) * (student_id % 89))::int FROM star.student) AS types,
    (SELECT sum(LEN(course_name) * (course_id % 89))::int FROM star.course) AS names,
    (SELECT count(DISTINCT submission_id) FROM star.submission) AS submissions,
    (SELECT sum(submission_id % 89 * (student_id % 7 + 1))::int FROM star.submission) AS check_sum,
    (SELECT sum(DATEDIFF(day, '2020-09-01', submitted_on) * (student_id % 7 + 1))::int
     FROM star.submission) AS days,
    (SELECT max(submitted_on) - min(submitted_on) FROM star.submission) AS span"""
WEEKS = ("2020-09-28", "2020-10-05", "2020-10-12")
CODE = """lab.warehouse(\"\"\"
    DROP SCHEMA IF EXISTS star CASCADE;
    CREATE SCHEMA star;
    CREATE TABLE star.submission DISTKEY(student_id) SORTKEY(submitted_on) AS
    SELECT f.submission_id, f.user_id AS student_id, f.course_id,
           TO_DATE(d.submitted_at, 'YYYY-MM-DD') AS submitted_on,
           CASE WHEN f.score <= 100 THEN f.score END AS score
    FROM lmsraw.submission_fact f
    JOIN lmsraw.submission_dim d ON d.id = f.submission_id
    WHERE f.process_date BETWEEN '2020-09-28' AND '2020-10-12'
      AND d.process_date BETWEEN '2020-09-28' AND '2020-10-12';
    CREATE TABLE star.student DISTKEY(student_id) AS
    SELECT DISTINCT student_id, enroll_status, admit_type FROM sis.student;
    CREATE TABLE star.course DISTSTYLE ALL AS
    SELECT c.course_id, c.course_name, d.department_name
    FROM sis.course c JOIN sis.department d ON d.department_id = c.department_id\"\"\")"""


def reference(data: Data) -> dict[str, object]:
    """The fact's rows by both dimensions, the dimensions' sizes, and keys that move nothing."""
    dates = data.exports("submission_dim", *WEEKS)[["id", "submitted_at"]]
    facts = data.exports("submission_fact", *WEEKS)
    facts = facts.merge(dates, left_on="submission_id", right_on="id")
    students = data.student.drop_duplicates("student_id")
    courses = data.course.merge(data.department, on="department_id")
    joined = facts.merge(students, left_on="user_id", right_on="student_id")
    joined = joined.merge(courses, on="course_id")
    joined["score"] = joined.score.where(joined.score <= 100)
    groups = joined.groupby(["department_name", "enroll_status"])
    table = groups.agg(
        submissions=("submission_id", "size"),
        mean=("score", "mean"),
        days=("submitted_at", lambda moments: moments.str[:10].nunique()),
    )
    days, weights = pd.to_datetime(facts.submitted_at.str[:10]), facts.user_id % 7 + 1
    types = students.admit_type.str.len() * (students.student_id % 89)
    names = courses.course_name.str.len() * (courses.course_id % 89)
    counts = pd.DataFrame(
        {
            "students": [len(students)],
            "courses": [len(courses)],
            "types": [int(types.sum())],
            "names": [int(names.sum())],
            "submissions": [facts.submission_id.nunique()],
            "check_sum": [int((facts.submission_id % 89 * weights).sum())],
            "days": [int(((days - pd.Timestamp("2020-09-01")).dt.days * weights).sum())],
            "span": [(days.max() - days.min()).days],
        }
    )
    keys = {"distribution": "KEY(student_id)", "sort_key": "submitted_on"}
    fact = keys | {"rows": len(facts)}
    return {"fact": fact, "moves": [], "answer": table.reset_index(), "dimensions": counts}


swapped = swapper(CODE)
q9 = Question(
    id="lab4-q9",
    points=6,
    title="A star",
    task="""Build a small warehouse of its own in the schema `star`, for questions on who hands in
what:

- `star.submission`, the fact: `submission_id`, `student_id`, `course_id`, `submitted_on` (a date)
  and `score`, one row a submission of the lake's `submission_fact`, of the three exports from
  `2020-09-28` to `2020-10-12`. The day comes from `submitted_at` in `submission_dim` of the same
  exports, whose `id` is the `submission_id`. A score above 100 is a slip: make it NULL.
- `star.student`: `student_id`, `enroll_status` and `admit_type` of `sis.student`, one row a
  student.
- `star.course`: `course_id`, `course_name` and `department_name`, of `sis.course` and
  `sis.department`.

The fact grows, so it is distributed by `student_id`, not kept on every node, and it is sorted by
`submitted_on`. Choose the distribution of the other two so that joining all three moves no row.""",
    reads={
        "fact": State("placed", "star.submission"),
        "moves": State("moves", JOIN),
        "answer": State("warehouse", JOIN),
        "dimensions": State("warehouse", COUNTS),
    },
    starter="# lab.warehouse(...) makes the schema star and its three tables",
    answer=CODE,
    reference=reference,
    compare=Compare(tolerance=0.001),
    hints=(
        (
            "Begin with the three queries, one after the other, and look at their rows. Then put "
            "`CREATE TABLE ... AS` before each, in one transaction."
        ),
        (
            "Two tables that lie by the same key meet without moving. A fact has one such key, so "
            "the other dimension, if it is small, lies on every node: `DISTSTYLE ALL`."
        ),
        (
            "`lab.warehouse.explain(...)` tells what a join moves. `SELECT DISTINCT` makes one row"
            " a student, `CASE WHEN score <= 100 THEN score END` leaves NULL for all else."
        ),
    ),
    explanation="""A fact is long and has one key of distribution: the one of its largest dimension.
Small dimensions lie on every node, which costs little and moves nothing. The sort key is the date,
since nearly every question limits it. A student who stands twice in a dimension would have doubled
each of their submissions, and no key in Redshift would have refused it.""",
    messages={
        "twice": "Some students stand in `star.student` twice, so each of their submissions counts "
        "double in a join.",
        "broadcast": "The join sends a dimension over the network: its rows do not lie where the "
        "fact's are. See `lab.warehouse.explain`.",
        "by-course": "The fact is distributed by the course. It should be by the student.",
        "everywhere": "The fact lies on every node. It grows, so it should not.",
        "unsorted": "The fact has no sort key.",
        "slips": "There are scores above 100.",
        "boundary": "100 is the most that one can have, not a slip: keep it.",
        "exports": "These are other exports, or more of them. Mind both ends.",
        "capped": "You made scores above 100 to 100. Nobody knows what they were: NULL says so.",
        "dropped": "Submissions are missing. A score above 100 is a slip, but the submission is "
        "there: keep the row, with NULL.",
        "no-key": "The fact is not distributed by `student_id`.",
        "other-sort": "The fact is sorted by something else first. `submitted_on` was asked for.",
        "zero": "You made scores above 100 to 0. Nobody knows what they were: NULL says so.",
        "moment": "`submitted_on` is a moment. A date was asked for.",
        "doubled": "Each submission stands in the fact twice.",
        "kind-dict": "`star.submission` is not there as a table that has rows.",
        "kind-list": "The three tables cannot be joined yet: is each of them there, with the "
        "columns that the task names?",
        "kind-table": "The tables are there, but a column is missing or not of its type: "
        "`submission_id`, `admit_type`, `course_name`, and `submitted_on`, which is a date.",
        "dimensions": "The join of all three is right, but a column is not that it does not show: "
        "look at `submission_id`, `submitted_on`, `admit_type` and `course_name`.",
        "graded": "`submitted_on` should say when it was handed in, not when it was graded.",
    },
    wrong=(
        (swapped("SELECT DISTINCT student_id", "SELECT student_id"), "twice"),
        (swapped("star.course DISTSTYLE ALL", "star.course DISTSTYLE EVEN"), "broadcast"),
        (swapped("star.student DISTKEY(student_id)", "star.student DISTSTYLE EVEN"), "broadcast"),
        (
            swapped("star.submission DISTKEY(student_id)", "star.submission DISTKEY(course_id)"),
            "by-course",
        ),
        (
            swapped("star.submission DISTKEY(student_id)", "star.submission DISTSTYLE ALL"),
            "everywhere",
        ),
        (swapped(" SORTKEY(submitted_on)", ""), "unsorted"),
        (swapped("CASE WHEN f.score <= 100 THEN f.score END", "f.score"), "slips"),
        (swapped("f.score <= 100", "f.score < 100"), "boundary"),
        (swapped("AND '2020-10-12'", "AND '2020-10-11'"), "exports"),
        (swapped("CASE WHEN f.score <= 100 THEN f.score END", "LEAST(f.score, 100)"), "capped"),
        (
            swapped("    WHERE f.process_date", "    WHERE f.score <= 100 AND f.process_date"),
            "dropped",
        ),
        (swapped("d.submitted_at", "d.graded_at"), "graded"),
        (
            swapped("star.submission DISTKEY(student_id)", "star.submission DISTSTYLE EVEN"),
            "no-key",
        ),
        (swapped("SORTKEY(submitted_on)", "SORTKEY(student_id, submitted_on)"), "other-sort"),
        (swapped("THEN f.score END", "THEN f.score ELSE 0 END"), "zero"),
        (swapped("TO_DATE(d.submitted_at, 'YYYY-MM-DD')", "d.submitted_at::timestamp"), "moment"),
        (
            swapped("TO_DATE(d.submitted_at, 'YYYY-MM-DD')", "LEFT(d.submitted_at, 10)"),
            "kind-table",
        ),
        (
            swapped(
                "f.submission_id, f", "ROW_NUMBER() OVER (ORDER BY f.user_id) AS submission_id, f"
            ),
            "dimensions",
        ),
        (swapped("c.course_name,", "c.course_code AS course_name,"), "dimensions"),
        (swapped("'YYYY-MM-DD')", "'YYYY-MM-DD') + 1"), "dimensions"),
        (swapped("status, admit_type", "status, gender AS admit_type"), "dimensions"),
        (swapped("enroll_status, admit_type", "enroll_status"), "kind-table"),
        (swapped("SELECT f.submission_id, f.user_id", "SELECT f.user_id"), "kind-table"),
        (swapped("BETWEEN '2020-09-28' AND '2020-10-12'", "= '2020-09-28'"), "exports"),
        (
            f'{CODE}\nlab.warehouse("INSERT INTO star.submission SELECT * FROM star.submission")',
            "doubled",
        ),
        (f'{CODE}\nlab.warehouse("DROP TABLE star.course")', "kind-list"),
        (f'{CODE}\nlab.warehouse("TRUNCATE star.submission")', "kind-dict"),
    ),
    right=(
        swapped("star.student DISTKEY(student_id)", "star.student DISTSTYLE ALL"),
        swapped(
            "CASE WHEN f.score <= 100 THEN f.score END", "NULLIF(LEAST(f.score, 100.5), 100.5)"
        ),
        swapped("TO_DATE(d.submitted_at, 'YYYY-MM-DD')", "d.submitted_at::timestamp::date"),
        swapped(
            "CASE WHEN f.score <= 100 THEN f.score END AS score",
            "CAST(CASE WHEN f.score > 100 THEN NULL ELSE f.score END AS decimal(5, 2)) AS score",
        ),
        """lab.warehouse(\"\"\"
    DROP SCHEMA IF EXISTS star CASCADE; CREATE SCHEMA star;
    CREATE TABLE star.course (course_id int, course_name varchar, department_name varchar)
    DISTSTYLE ALL;
    CREATE TABLE star.student (student_id int DISTKEY, enroll_status varchar, admit_type varchar);
    CREATE TABLE star.submission (submission_id bigint, student_id int DISTKEY, course_id int,
        submitted_on date SORTKEY, score float);
    INSERT INTO star.course SELECT course_id, course_name, department_name
    FROM sis.course JOIN sis.department USING (department_id);
    INSERT INTO star.student SELECT student_id, enroll_status, admit_type FROM sis.student s
    QUALIFY ROW_NUMBER() OVER (PARTITION BY student_id ORDER BY student_id) = 1;
    INSERT INTO star.submission SELECT f.submission_id, f.user_id, f.course_id,
        LEFT(d.submitted_at, 10)::date, f.score
    FROM lmsraw.submission_fact f JOIN lmsraw.submission_dim d ON d.id = f.submission_id
    WHERE f.process_date IN ('2020-09-28', '2020-10-05', '2020-10-12')
    AND d.process_date = f.process_date;
    UPDATE star.submission SET score = NULL WHERE score > 100\"\"\")""",
    ),
)
