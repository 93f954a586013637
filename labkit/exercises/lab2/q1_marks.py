"""A profile's figures of one column: what is missing in it, and how far it goes."""

from labkit.exercises.data import Data
from labkit.exercises.question import Question

PROFILE = """lab.recipe.add_data_set("course_outcome", table="db_raw_sisdemo.course_outcome")
marks = lab.recipe.profile("course_outcome", full=True).columns.set_index("column")
missing, largest = marks.loc["score", "missing"], marks.loc["score", "max"]"""


def reference(data: Data) -> dict[str, float]:
    """How many scores are missing, and the largest."""
    score = data.course_outcome.score
    return {"missing": int(score.isna().sum()), "largest": float(score.max())}


def sql(missing: str, largest: str = "max(score)") -> str:
    """A cell that asks Athena in place of a profile."""
    return f"""found = lab.query(
    "SELECT {missing} AS missing, {largest} AS largest FROM db_raw_sisdemo.course_outcome"
).df
missing, largest = found.loc[0, "missing"], found.loc[0, "largest"]"""


q1 = Question(
    id="lab2-q1",
    points=1,
    title="A second opinion",
    task="""Make a data set `course_outcome` of the table `db_raw_sisdemo.course_outcome`, and
profile all its rows. How many values of the column `score` are missing, and which is the largest?
Name the two numbers `missing` and `largest`.""",
    reads={"missing": "missing", "largest": "largest"},
    starter="""missing = ...
largest = ...""",
    answer=PROFILE,
    reference=reference,
    hints=(
        "`lab.recipe.add_data_set` names the table, and `lab.recipe.profile` runs the job.",
        'The profile has one row a column: `profile.columns.set_index("column").loc["score"]`.',
        "Look at `missing` and `max` of that row, and mind `full=True`.",
    ),
    explanation="""Scores are missing on purpose: who withdrew has none. A score above 100, where
there is one, is a point that slipped. A profile shows both, and cannot tell them apart: that takes
somebody who knows what the column means.""",
    messages={
        "sample": "That is true of the first rows. `full=True` has the job look at all of them.",
        "present": "So many scores are *there*. How many are not?",
        "other-column": "These are the figures of `letter_grade`, where `max` is the length of the "
        "longest text.",
        "smallest": "The number missing is right, but that is the smallest score.",
        "possible": "100 is the largest score that *can* be. Which one stands there?",
        "zero": "A score of 0 is a score. Missing is where there is no value at all.",
        "share": "The largest is right. Of the missing, the number is wanted, not their share.",
        "swapped": "The two numbers are the wrong way round.",
        "rows": "That is the number of all rows.",
    },
    wrong=(
        (PROFILE.replace("full=True", "rows=500"), "sample"),
        (sql("count(score)"), "present"),
        (sql("count_if(letter_grade IS NULL)", "max(length(letter_grade))"), "other-column"),
        (sql("count_if(score IS NULL)", "min(score)"), "smallest"),
        (sql("count_if(score IS NULL)", "100"), "possible"),
        (sql("count_if(score = 0)"), "zero"),
        (sql("round(100.0 * count_if(score IS NULL) / count(*), 1)"), "share"),
        (sql("max(score)", "count_if(score IS NULL)"), "swapped"),
        (sql("count(*)"), "rows"),
    ),
    right=(
        """lab.recipe.add_data_set("marks", table="db_raw_sisdemo.course_outcome")
columns = lab.recipe.profile("marks", rows=20_000).document["columns"]
score = next(column for column in columns if column["name"] == "score")
missing, largest = score["missingValuesCount"], score["max"]""",
        sql("count(*) - count(score)"),
        sql("count_if(score IS NULL)", "CAST(max(score) AS DECIMAL(6, 2))"),
        """score = lab.query("SELECT score FROM db_raw_sisdemo.course_outcome").df["score"]
missing, largest = score.isna().sum(), score.max()""",
        """found = lab.query(
    "SELECT count_if(score IS NULL), max(score) FROM db_raw_sisdemo.course_outcome"
).arrow
missing, largest = found.column(0), found.column(1)""",
    ),
)
