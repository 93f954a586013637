"""Rights: a user who reads a view's few rows and none of the tables beneath it."""

import pandas as pd

from labkit.exercises.data import Data
from labkit.exercises.lab4.codes import swapper
from labkit.exercises.question import Question
from labkit.exercises.states import State

VIEW = "sis_lms.status_count"
SQL = """SELECT enroll_status, count(DISTINCT student_id) AS students
    FROM sis.student GROUP BY enroll_status"""
CODE = f"""lab.warehouse(\"\"\"
    DROP VIEW IF EXISTS sis_lms.status_count;
    CREATE VIEW sis_lms.status_count AS
    {SQL};
    REVOKE ALL ON ALL TABLES IN SCHEMA sis FROM dean;
    REVOKE ALL ON ALL TABLES IN SCHEMA sis_lms FROM dean;
    REVOKE ALL ON SCHEMA sis FROM dean;
    REVOKE ALL ON SCHEMA sis_lms FROM dean;
    GRANT USAGE ON SCHEMA sis_lms TO dean;
    GRANT SELECT ON sis_lms.status_count TO dean\"\"\")"""
DROP_GROUP = """try:
    lab.warehouse("DROP GROUP readers")
except Exception:
    pass
"""
DROP_ROLE = DROP_GROUP.replace("GROUP readers", "ROLE reader FORCE")
DROP_KEPT = DROP_GROUP.replace("GROUP readers", f"MATERIALIZED VIEW {VIEW}")
DROP_COPY = DROP_GROUP.replace("GROUP readers", f"TABLE {VIEW}")
UNBOUND = "GROUP BY enroll_status WITH NO SCHEMA BINDING;"
ENTRY = ";\n    GRANT USAGE ON SCHEMA sis TO dean"
SELECT = "    GRANT SELECT ON sis_lms.status_count TO dean"


def reference(data: Data) -> dict[str, object]:
    """The view's rows, and no other table."""
    students = data.student.drop_duplicates("student_id").enroll_status
    rows = students.value_counts().rename_axis("enroll_status").reset_index(name="students")
    return {
        "reads": pd.DataFrame(rows),
        "refusal": None,
        "others": [],
        "view": True,
        "everyone": False,
    }


swapped = swapper(CODE)
q8 = Question(
    id="lab4-q8",
    points=2,
    title="What the dean may read",
    task="""The dean should see how many students there are of each status, and no single student.
Make the view `sis_lms.status_count` with the columns `enroll_status` and `students`, from
`sis.student`; who stands there twice is one student. Then let the user `dean`, and not
everybody, read this view, and neither `sis.student` nor any other table of `sis` or `sis_lms`.""",
    reads=State("reach", "dean", VIEW, "sis.student", "sis.course_outcome", "sis_lms.person"),
    starter="# lab.warehouse(...) makes sis_lms.status_count and gives the rights",
    answer=CODE,
    sql=SQL,
    reference=reference,
    hints=(
        (
            "A right to read a thing is of no use without the right to enter its schema: `GRANT "
            "USAGE ON SCHEMA ... TO dean`."
        ),
        (
            "The view lies in one schema and its table in another. A view that is bound to its "
            "table asks for `USAGE` on its own schema, and for `SELECT` on itself."
        ),
        (
            "If you have given too much, take it back: `REVOKE ALL ON ALL TABLES IN SCHEMA ... "
            "FROM dean`. Then `GRANT SELECT ON sis_lms.status_count TO dean`."
        ),
    ),
    explanation="""The view reads its table with its owner's rights, so the dean needs none on the
table, nor on its schema. `USAGE` lets somebody into a schema and shows no row. A `REVOKE` before
the `GRANT`s lets the cell start from nothing, however often it runs.""",
    messages={
        "no-entry": "The dean has no way into the schema of the view. `SELECT` is of no use "
        "without `USAGE` on the schema.",
        "no-base": "A view `WITH NO SCHEMA BINDING` looks for its table each time it is read, as "
        "the reader: then the dean needs `USAGE` on `sis`, too.",
        "usage-only": "The dean may enter, but not read: `USAGE` on a schema is not `SELECT` on "
        "what is in it.",
        "table": "The dean reads `sis.student` itself now, each student with name and grade. A "
        "view needs no right on its table.",
        "whole-schema": "The dean reads other tables of the schema as well. Give the view alone, "
        "and take the rest back with `REVOKE`.",
        "everyone": "Everybody reads the view now: `PUBLIC` is each user, also those of tomorrow. "
        "Name the dean, and take the rest back: `REVOKE ... FROM PUBLIC`.",
        "twice": "Some students stand in `sis.student` twice: count each once.",
        "copied": "That is a table or a materialized view: it keeps what was counted. A view "
        "counts anew each time.",
        "columns": "The view should show two columns, and no single student.",
    },
    wrong=(
        (swapped("    GRANT USAGE ON SCHEMA sis_lms TO dean;\n", ""), "no-entry"),
        (swapped("GROUP BY enroll_status;", UNBOUND), "no-base"),
        (swapped(";\n" + SELECT, ""), "usage-only"),
        (swapped(SELECT, SELECT + ENTRY + ";\n    GRANT SELECT ON sis.student TO dean"), "table"),
        (
            swapped(
                "GRANT SELECT ON sis_lms.status_count",
                "GRANT SELECT ON ALL TABLES IN SCHEMA sis_lms",
            ),
            "whole-schema",
        ),
        (
            swapped(
                SELECT, SELECT + ENTRY + ";\n    GRANT ALL ON ALL TABLES IN SCHEMA sis TO dean"
            ),
            "whole-schema",
        ),
        (
            swapped(SELECT, SELECT + ENTRY + ";\n    GRANT SELECT ON sis.course_outcome TO dean"),
            "whole-schema",
        ),
        (
            swapped(
                SELECT,
                SELECT + ENTRY + ";\n    GRANT SELECT ON ALL TABLES IN SCHEMA sis, sis_lms TO dean",
            ),
            "whole-schema",
        ),
        *(
            (
                swapped(SELECT, f"{SELECT}{ENTRY};\n    GRANT SELECT ON {one} TO dean"),
                "whole-schema",
            )
            for one in ("sis.department", "sis_lms.visit")
        ),
        (swapped(SELECT, SELECT.replace("dean", "PUBLIC")), "everyone"),
        (swapped("DISTINCT ", ""), "twice"),
        (swapped("CREATE VIEW", "CREATE MATERIALIZED VIEW"), "copied"),
        (DROP_KEPT + swapped("CREATE VIEW", "CREATE TABLE"), "copied"),
        (
            DROP_COPY + swapped(SQL, "SELECT DISTINCT student_id, enroll_status FROM sis.student"),
            "columns",
        ),
    ),
    right=(
        swapped("USAGE ON SCHEMA sis_lms", "USAGE ON SCHEMA sis, sis_lms"),
        swapper(swapped("GROUP BY enroll_status;", UNBOUND))(SELECT, SELECT + ENTRY),
        DROP_GROUP
        + swapped(
            SELECT,
            "    CREATE GROUP readers WITH USER dean;\n"
            "    GRANT SELECT ON sis_lms.status_count TO GROUP readers",
        ),
        DROP_ROLE
        + swapped(
            SELECT,
            "    CREATE ROLE reader;\n    GRANT ROLE reader TO dean;\n"
            "    GRANT SELECT ON sis_lms.status_count TO ROLE reader",
        ),
        swapped(
            "SELECT enroll_status, count(DISTINCT student_id) AS students\n    FROM sis.student",
            "SELECT count(*) AS students, enroll_status\n"
            "    FROM (SELECT DISTINCT student_id, enroll_status FROM sis.student)",
        ),
    ),
)
