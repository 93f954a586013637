"""What the questions of Lab 3 compute with: the lab's data sets in pandas, and what charts show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from labkit.exercises.data import Data

LAST_EXPORT = "2021-05-03"  # what came later is not in the data set Submissions


def students(data: Data) -> pd.DataFrame:
    """``student_ext``: students with department, school and the parents' education."""
    joined = data.student.merge(data.department, on="department_id").merge(
        data.school, on="school_id"
    )
    return joined.merge(data.ed_level, left_on="parent_highest_ed", right_on="ed_level_id")


def submissions(data: Data) -> pd.DataFrame:
    """The data set Submissions."""
    handed_in = data.submission_dim[data.submission_dim["process_date"] <= LAST_EXPORT]
    facts = data.submission_fact[["submission_id", "score"]]
    due = data.assignment_dim[["assignment_id", "all_day_date"]]
    joined = handed_in.merge(due, on="assignment_id").merge(
        facts, left_on="id", right_on="submission_id"
    )
    made = joined.merge(students(data), left_on="user_id", right_on="student_id")
    on_time = (made.submitted_at.str[:10] <= made.all_day_date).astype(int)
    return made.assign(on_time=on_time, parents=made.ed_level_desc)


def shown(
    visuals: Sequence[dict[str, Any]], *, choices: Sequence[str] = (), sheet: str = "INTERACTIVE"
) -> dict[str, Any]:
    """What the reader `dashboard` finds of a dashboard of one sheet."""
    return {"sheets": [sheet], "choices": list(choices), "visuals": list(visuals)}


def visual(kind: str, by: Sequence[str], rows: pd.DataFrame) -> dict[str, Any]:
    """What the reader `dashboard` finds of a visual; its rows have the columns of ``by`` first."""
    return {"type": kind, "by": list(by), "rows": rows}
