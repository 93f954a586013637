"""Withdrawal by the parents' education: a join, a share, and who falls out of both."""

import pandas as pd

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question

SQL = """
    SELECT e.ed_level_desc AS education,
           round(100.0 * count_if(s.enroll_status = 'Withdrawn') / count(*), 1) AS percent
    FROM db_raw_sisdemo.student s
    JOIN db_raw_sisdemo.ed_level e ON e.ed_level_id = s.parent_highest_ed
    GROUP BY e.ed_level_desc"""


def reference(data: Data) -> pd.DataFrame:
    """Percent of the students of each band who withdrew."""
    joined = data.student.merge(data.ed_level, left_on="parent_highest_ed", right_on="ed_level_id")
    withdrawn = joined.enroll_status.eq("Withdrawn").groupby(joined.ed_level_desc).mean()
    return (100 * withdrawn).round(1).rename_axis("education").reset_index(name="percent")


def sql(text: str) -> str:
    """The cell that asks it."""
    return f'withdrawn = lab.query("""{text}""")'


q5 = Question(
    id="lab1-q5",
    points=3,
    title="Who withdraws?",
    task="""Join `student` with `ed_level` on `parent_highest_ed = ed_level_id`. Which percentage
of the students of each band has the `enroll_status` *Withdrawn*? Name the columns `education`
(the band's `ed_level_desc`) and `percent`, with one decimal.""",
    reads="withdrawn",
    starter="withdrawn = ...  # lab.query(...)",
    answer=sql(SQL),
    sql=SQL,
    reference=reference,
    compare=Compare(tolerance=0.051),
    hints=(
        "A percentage is a count over a count, so one group needs both.",
        "`count_if(condition)` counts the rows for which the condition holds.",
        "Whole numbers divide to whole numbers: begin with `100.0 *`.",
    ),
    explanation="""The average of a condition is a share. An inner join leaves out the students
whose band is missing. That is right here, as they belong to no band, and would be wrong in a
total.""",
    messages={
        "whole-division": "Each percentage is a whole number. In Athena 7 / 2 is 3: *divide by or "
        "multiply with a decimal first*.",
        "share-of-all": "You divided by all students. The question is about the share *within* a "
        "band.",
        "share-of-withdrawn": "Your percentages add up to 100: they say where the withdrawn come "
        "from, not how many of a band withdraw.",
        "fraction": "A share of one is 100 percent.",
        "others": "That is the share of those who stayed.",
        "counts": "These are numbers of students, not percentages.",
        "code": "`ed_level_code` is not the description, and a spreadsheet spoiled one of them.",
    },
    wrong=(
        (sql(SQL.replace("100.0 *", "100 *")), "whole-division"),
        (
            sql(SQL.replace("/ count(*)", "/ (SELECT count(*) FROM db_raw_sisdemo.student)")),
            "share-of-all",
        ),
        (
            sql(
                SQL.replace(
                    "/ count(*)",
                    "/ (SELECT count(*) FROM db_raw_sisdemo.student"
                    " WHERE enroll_status = 'Withdrawn')",
                )
            ),
            "share-of-withdrawn",
        ),
        (sql(SQL.replace("100.0 *", "1.0 *").replace(", 1)", ", 3)")), "fraction"),
        (sql(SQL.replace("= 'Withdrawn'", "<> 'Withdrawn'")), "others"),
        (sql(SQL.replace("round(100.0 *", "").replace("/ count(*), 1)", "")), "counts"),
        (sql(SQL.replace("ed_level_desc", "ed_level_code")), "code"),
    ),
    right=(
        sql(SQL + " ORDER BY percent DESC"),
        sql(SQL).replace('""")', '""").df[["percent", "education"]]'),
        sql(SQL).replace('""")', '""").arrow'),
        sql(
            SQL.replace(
                "100.0 * count_if(s.enroll_status = 'Withdrawn') / count(*)",
                "avg(IF(s.enroll_status = 'Withdrawn', DECIMAL '100.00', DECIMAL '0.00'))",
            )
        ),
        """students = lab.query("SELECT * FROM db_raw_sisdemo.student").df
bands = lab.query("SELECT * FROM db_raw_sisdemo.ed_level").df
both = students.merge(bands, left_on="parent_highest_ed", right_on="ed_level_id")
share = both.groupby("ed_level_desc").enroll_status.apply(lambda s: 100 * (s == "Withdrawn").mean())
withdrawn = share.round(1).rename("percent").rename_axis("education")""",
    ),
)
