"""A recipe that joins and a job that writes a curated table: a left join loses nobody."""

import pandas as pd

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question
from labkit.exercises.states import State

TABLE, PLACE = "db_cur_sisdemo.timetable", "sisdemo/timetable/"
JOIN = """join = step(
    "JOIN",
    joinType="LEFT_JOIN",
    joinKeys=[{"key": "staff_id", "value": "faculty_id"}],
    leftColumns=["course_id", "semester_id", "staff_id", "lecture_days"],
    rightColumns=["last_name"],
    secondInput={
        "DataCatalogInputDefinition": {
            "DatabaseName": "db_raw_sisdemo", "TableName": "faculty"
        }
    },
)"""
JOB = f"""from labkit.recipes import step

lab.recipe.add_data_set("course_schedule", table="db_raw_sisdemo.course_schedule")
{JOIN}
lab.recipe.create("timetable", [join])
lab.recipe.publish("timetable")
lab.recipe.run_job(
    "timetable",
    data_set="course_schedule",
    recipe="timetable",
    to=f"s3://{{lab.names.curated_bucket}}/{PLACE}",
    table="{TABLE}",
)"""
SELECT = """SELECT c.course_id, c.semester_id, f.last_name
    FROM db_raw_sisdemo.course_schedule c
    LEFT JOIN db_raw_sisdemo.faculty f ON f.faculty_id = c.staff_id"""
KEPT = {"format": "parquet", "bucket": "dataedu-curated", "partition_keys": []}
DROP = f"""place = f"s3://{{lab.names.curated_bucket}}/{PLACE}"
lab.query("DROP TABLE IF EXISTS {TABLE}")
lab.storage.delete(place)
"""


def reference(data: Data) -> dict[str, object]:
    """All lectures, with the teacher's name where there is one; Parquet in the curated bucket."""
    staff = data.faculty.set_index("faculty_id").last_name
    lectures = data.course_schedule[["course_id", "semester_id"]]
    names = data.course_schedule.staff_id.map(staff)
    rows: pd.DataFrame = lectures.assign(last_name=names.astype(object).where(names.notna(), None))
    return {"rows": rows, "kept": KEPT}


def job(code: str) -> str:
    """A cell that lets the recipe's job write the table anew."""
    return DROP + code


def ctas(select: str, format: str = "PARQUET", place: str = "{place}") -> str:
    """A cell that writes the table by Athena."""
    return f'''{DROP}lab.query(f"""
    CREATE TABLE {TABLE}
    WITH (format = '{format}', external_location = '{place}')
    AS {select}""")'''


q5 = Question(
    id="lab2-q5",
    points=4,
    title="A timetable without holes",
    task="""Who teaches what? Join `course_schedule` with `faculty` on `staff_id = faculty_id`, so
that *no lecture gets lost*: some have nobody yet, and the dean wants to see them, with a missing
name. Write a recipe for it, publish it, and let a job write the table
`db_cur_sisdemo.timetable` as Parquet into the curated bucket. The columns `course_id`,
`semester_id` and the teacher's `last_name` are needed; others may be there.""",
    reads={
        "rows": State("rows", f"SELECT course_id, semester_id, last_name FROM {TABLE}"),
        "kept": State("kept", *TABLE.split(".")),
    },
    starter="""lab.recipe.add_data_set("course_schedule", table="db_raw_sisdemo.course_schedule")
# join = step("JOIN", joinType=..., joinKeys=..., leftColumns=..., rightColumns=..., ...)
# lab.recipe.create("timetable", [join])
# ...""",
    answer=JOB,
    reference=reference,
    compare=Compare(unasked=("partition_keys",)),
    hints=(
        "`wide[3]` above is a join. Which `joinType` keeps rows that find no partner?",
        "The data set `course_schedule` is the left side, and `LEFT_JOIN` keeps it whole.",
        f"`run_job` as above, with `table` and a folder of its own in `to`, such as `{PLACE}`.",
    ),
    explanation="""A left join keeps each row of the left side once for each partner, and once with
missing values where there is none. The job's output is files in a folder and a table in the catalog
that says where they are and how to read them.""",
    messages={
        "lost": "The lectures without a teacher are gone. An inner join drops them, and so does a "
        "right join, which keeps all *teachers*.",
        "only-without": "Only the lectures without a teacher are there: that is what *excluding* "
        "means.",
        "format": "The rows are right. The files are text, not Parquet.",
        "elsewhere": "The rows are right, but they lie in the bucket of results, where Athena's "
        "answers pile up.",
        "columns": "The table is there, but it lacks a column: `course_id`, `semester_id` and "
        "`last_name` are needed.",
        "key": "The names belong to no teacher of these lectures. Which columns say the same in "
        "both tables?",
        "full-names": "These are first and last names. `last_name` alone was asked for.",
        "everyone": "Each lecture stands there with several teachers: the join lacks its "
        "condition, `staff_id = faculty_id`.",
        "part": "Some lectures are missing. All semesters were asked for.",
        "twice": "Each lecture stands there twice: the table's folder holds two results. A job "
        "with `overwrite=True` clears it first.",
        "filled": "A name was made up for the lectures without a teacher. It should be missing.",
        "first-names": "These are the teachers' *first* names.",
    },
    wrong=(
        (job(JOB.replace("LEFT_JOIN", "INNER_JOIN")), "lost"),
        (ctas(SELECT.replace("LEFT JOIN", "RIGHT JOIN")), "lost"),
        (job(JOB.replace("LEFT_JOIN", "LEFT_EXCLUDING_JOIN")), "only-without"),
        (ctas(SELECT, "TEXTFILE"), "format"),
        (
            f"""{DROP}lab.storage.delete(lab.names.results + "timetable/")
"""
            + ctas(SELECT, place="{lab.names.results}timetable/").removeprefix(DROP),
            "elsewhere",
        ),
        (ctas(SELECT.replace("= c.staff_id", "= c.course_id")), "key"),
        (ctas(SELECT.replace("f.last_name", "f.title")), "columns"),
        (ctas(f"{SELECT} UNION ALL {SELECT}"), "twice"),
        (
            ctas(SELECT.replace("f.last_name", "coalesce(f.last_name, 'N.N.') AS last_name")),
            "filled",
        ),
        (ctas(SELECT.replace("f.last_name", "f.first_name AS last_name")), "first-names"),
        (ctas(SELECT.replace("f.last_name", "coalesce(f.last_name, '') AS last_name")), "filled"),
        (
            ctas(
                SELECT.replace("f.last_name", "concat(f.first_name, ' ', f.last_name) AS last_name")
            ),
            "full-names",
        ),
        (
            ctas(
                SELECT.replace("LEFT JOIN", "CROSS JOIN").replace(
                    " ON f.faculty_id = c.staff_id", ""
                )
            ),
            "everyone",
        ),
        (ctas(f"{SELECT} WHERE c.semester_id = 7"), "part"),
    ),
    right=(
        job(JOB.replace("LEFT_JOIN", "OUTER_JOIN").replace('"last_name"', '"last_name", "title"')),
        ctas(SELECT),
        ctas(
            SELECT.replace("c.semester_id, f.last_name", "f.last_name, c.semester_id"),
            "PARQUET', partitioned_by = ARRAY['semester_id'], write_compression = 'SNAPPY",
        ),
        ctas(
            "SELECT last_name, semester_id, CAST(course_id AS DECIMAL(9, 0)) AS course_id"
            " FROM db_raw_sisdemo.faculty"
            " RIGHT JOIN db_raw_sisdemo.course_schedule ON staff_id = faculty_id"
        ),
        job(
            """lab.recipe.add_data_set("faculty", table="db_raw_sisdemo.faculty")
"""
            + JOB.replace('data_set="course_schedule"', 'data_set="faculty"')
            .replace("LEFT_JOIN", "RIGHT_JOIN")
            .replace(
                '"key": "staff_id", "value": "faculty_id"',
                '"key": "faculty_id", "value": "staff_id"',
            )
            .replace(
                'leftColumns=["course_id", "semester_id", "staff_id", "lecture_days"]',
                'leftColumns=["last_name"]',
            )
            .replace('rightColumns=["last_name"]', 'rightColumns=["course_id", "semester_id"]')
            .replace('"TableName": "faculty"', '"TableName": "course_schedule"')
            .replace('"timetable",\n    data_set', '"timetable-2",\n    data_set')
        ),
    ),
)
