"""Back to the lake: what UNLOAD writes, and what lay there before."""

import pandas as pd

from labkit.exercises.data import Data
from labkit.exercises.lab4.codes import swapper
from labkit.exercises.question import Question
from labkit.exercises.states import State

OLD = "semester_id=7/2019.csv"
CODE = """lab.warehouse(f\"\"\"
    UNLOAD ('SELECT course_id, semester_id, count(*) AS students, MEDIAN(score) AS median_score
             FROM sis.course_outcome WHERE letter_grade <> ''W'' GROUP BY 1, 2')
    TO 's3://{lab.names.curated_bucket}/marks/' IAM_ROLE default
    FORMAT AS PARQUET PARTITION BY (semester_id) INCLUDE CLEANPATH\"\"\")"""
# Puts back what lay there, since a right answer before has removed it.
AGAIN = f"""place = f"s3://{{lab.names.curated_bucket}}/marks/"
lab.storage.delete(place)
lab.storage.put(b"an old export", place + "{OLD}")
"""


def reference(data: Data) -> dict[str, object]:
    """The folders, and the rows: courses by semester, of those who did not withdraw."""
    marks = data.course_outcome[data.course_outcome.letter_grade != "W"]
    by_course = marks.groupby(["course_id", "semester_id"]).score
    rows = by_course.agg(students="size", median_score="median").reset_index()
    folders = sorted(f"semester_id={one}" for one in marks.semester_id.unique())
    return {"folders": folders, "files": ["Parquet"], "rows": pd.DataFrame(rows)}


swapped = swapper(CODE, AGAIN)
q6 = Question(
    id="lab4-q6",
    points=2,
    title="Back to the lake",
    task="""The deans read the lake, not the warehouse. Write the marks to the folder `marks/` of
the curated bucket: from `sis.course_outcome` one row for each `course_id` and `semester_id`, with
the number of `students` and the median of their score as `median_score`, without those who withdrew
(`letter_grade` W). The files are Parquet, in one folder a semester, and hold the column
`semester_id` as well. One of these folders already holds an old export in another format: it must
be gone afterwards.""",
    reads=State("unloaded", "curated", "marks/", OLD),
    starter="# lab.warehouse(...) unloads to the folder marks/ of lab.names.curated_bucket",
    answer=CODE,
    reference=reference,
    hints=(
        (
            "Try the query alone first. Then it goes into `UNLOAD ('...')`, where each quote of "
            "its own is written twice: `''W''`."
        ),
        (
            "`PARTITION BY (semester_id)` makes the folders and takes the column out of the files,"
            " unless `INCLUDE` follows."
        ),
        (
            "`ALLOWOVERWRITE` replaces files of the same name and leaves all others. Another "
            "option empties the folders first: `CLEANPATH`."
        ),
    ),
    explanation="""`ALLOWOVERWRITE` would have left the old file in its place, and whoever reads the
folder would have read both. `CLEANPATH` empties the folders that receive files, and with
`PARTITION BY` only these. The median stands in the middle, so one score where the point slipped
does not move it.""",
    messages={
        "old": "The old export is still there. `ALLOWOVERWRITE` only replaces files of the same "
        "name.",
        "one-folder": "All lies in one folder. `PARTITION BY` makes one a semester.",
        "left-out": "The files have no column `semester_id`: `PARTITION BY` takes it out, unless "
        "you say `INCLUDE`.",
        "text": "These are text files, not Parquet. UNLOAD writes text, with `|` between the "
        "values, unless you say `FORMAT AS PARQUET`.",
        "withdrawn": "Those who withdrew are in it as well.",
        "mean": "That is the mean. One score where the point slipped moves it.",
        "by-course": "The folders should be semesters.",
        "best": "That is the best score of each course. The median was asked for.",
        "twins": "Some students stand in `sis.student` twice, so their marks count twice.",
        "whole": "The scores have lost their decimals.",
    },
    wrong=(
        (swapped("CLEANPATH", "ALLOWOVERWRITE"), "old"),
        (swapped("PARTITION BY (semester_id) INCLUDE CLEANPATH", "ALLOWOVERWRITE"), "one-folder"),
        (swapped("PARTITION BY (semester_id) INCLUDE CLEANPATH", "CLEANPATH"), "one-folder"),
        (swapped(" INCLUDE", ""), "left-out"),
        (swapped("FORMAT AS PARQUET PARTITION", "PARTITION"), "text"),
        (swapped(" WHERE letter_grade <> ''W''", ""), "withdrawn"),
        (swapped("MEDIAN", "AVG"), "mean"),
        (swapped("PARTITION BY (semester_id)", "PARTITION BY (course_id)"), "by-course"),
        (swapped("(semester_id)", "(course_id, semester_id)"), "by-course"),
        (swapped("MEDIAN(score)", "MEDIAN(score)::int"), "whole"),
        (swapped("MEDIAN(score)", "ROUND(MEDIAN(score))"), "whole"),
        (swapped("MEDIAN(score)", "ROUND(MEDIAN(score), 1)"), "rounded"),
        (swapped("MEDIAN(score)", "MAX(score)"), "best"),
        (swapped("CLEANPATH", "ALLOWOVERWRITE MANIFEST"), "old"),
        (
            swapped("sis.course_outcome", "sis.course_outcome JOIN sis.student USING (student_id)"),
            "twins",
        ),
    ),
    right=(
        swapped("''W''", "''W'' AND letter_grade IS NOT NULL").replace(
            "CLEANPATH", "CLEANPATH PARALLEL OFF"
        ),
        swapped("CLEANPATH", "CLEANPATH MANIFEST"),
        f"""{AGAIN}rows = lab.warehouse('''
    SELECT course_id, semester_id, count(*) AS students, MEDIAN(score) AS median_score
    FROM sis.course_outcome WHERE letter_grade <> 'W' GROUP BY 1, 2''').df
lab.storage.delete(place)
for semester, some in rows.groupby("semester_id"):
    file = some.to_parquet(index=False)
    lab.storage.put(file, f"{{place}}semester_id={{semester}}/0.parquet")""",
        swapped("MEDIAN(score)", "MEDIAN(score)::real"),
        swapped("MEDIAN(score)", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY score)"),
        swapped("('SELECT", "($$SELECT").replace("BY 1, 2')", "BY 1, 2$$)").replace("''W''", "'W'"),
        AGAIN + "lab.storage.delete(place)\n" + CODE.replace("CLEANPATH", "ALLOWOVERWRITE"),
        swapped(
            "course_id, semester_id, count(*) AS students, MEDIAN(score) AS median_score",
            "semester_id, MEDIAN(score) AS median_score, count(*) AS students, course_id",
        ).replace("GROUP BY 1, 2", "GROUP BY course_id, semester_id"),
    ),
)
