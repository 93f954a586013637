"""Late work by assignment: dates as text, a condition that belongs to the join, and nobody late."""

import pandas as pd

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question

DAYS = """date_diff('day', date(a.all_day_date),
                               date(substr(s.submitted_at, 1, 10)))"""
LATE = "substr(s.submitted_at, 1, 10) > a.all_day_date"
SQL = f"""
    SELECT a.assignment_id, count(s.id) AS late,
           round(avg({DAYS}), 1) AS days
    FROM db_raw_lmsdemo.assignment_dim a
    LEFT JOIN db_raw_lmsdemo.submission_dim s
           ON s.assignment_id = a.assignment_id AND {LATE}
    WHERE a.process_date = '2020-08-17'
    GROUP BY a.assignment_id"""


def reference(data: Data) -> pd.DataFrame:
    """Late submissions of each assignment of the fall term, and their mean delay in days."""
    set_work = data.exports("assignment_dim", "2020-08-17")[["assignment_id", "all_day_date"]]
    handed_in = set_work.merge(data.submission_dim, on="assignment_id")
    handed_in_on, due_on = handed_in.submitted_at.str[:10], handed_in.all_day_date
    days = (pd.to_datetime(handed_in_on) - pd.to_datetime(due_on)).dt.days
    late = days[days > 0].groupby(handed_in.assignment_id)
    found = pd.DataFrame({"late": late.size(), "days": late.mean()})
    return found.reindex(set_work.assignment_id).fillna({"late": 0}).reset_index()


def sql(text: str) -> str:
    """The cell that asks it."""
    return f'lateness = lab.query("""{text}""")'


q6 = Question(
    id="lab1-q6",
    points=3,
    title="Which assignments are handed in late?",
    task="""For each assignment of the fall term (`process_date` 2020-08-17 in `assignment_dim`)
count the submissions in `submission_dim` that were handed in late: `submitted_at` falls on a day
after the `all_day_date`. Tell also by how many calendar days they were late on average, with one
decimal. Name the columns `assignment_id`, `late` and `days`. An assignment that nobody handed in
late has a row, too, with 0 and NULL.""",
    reads="lateness",
    starter='lateness = ...  # lab.query("""...""")',
    answer=sql(SQL),
    sql=SQL,
    reference=reference,
    compare=Compare(tolerance=0.0501),
    hints=(
        (
            "Both dates are text, and ISO dates are sorted as text as they are as dates. The first "
            "ten letters are the day: `substr(submitted_at, 1, 10)`."
        ),
        (
            "`LEFT JOIN` keeps assignments without a late submission, if what makes a submission "
            "late is part of `ON`. In `WHERE` it would throw them out again."
        ),
        "`count(*)` counts the row that the `LEFT JOIN` kept; `count(s.id)` does not count NULL.",
        "`date_diff('day', date(text), date(text))` counts days from the first to the second.",
    ),
    explanation="""What a `LEFT JOIN` fills up with NULL, a condition in `WHERE` throws out again:
it becomes an inner join, silently. And an average of nothing is NULL, not 0.""",
    messages={
        "where": "Assignments that nobody handed in late are missing. A condition on the right "
        "table in `WHERE` makes an inner join of a `LEFT JOIN`: put it into `ON`.",
        "count-star": "Nobody late should be 0. `count(*)` counts the row that the `LEFT JOIN` "
        "kept.",
        "on-the-day": "What came on the day itself is counted as late. As text "
        "`2020-08-30T09:15:00Z` comes after `2020-08-30`: compare days with days.",
        "turned": "The days are negative. `date_diff` counts from its first date to its second.",
        "whole-days": "From the time that it was due to the time that it came there may be less "
        "than 24 hours, and `date_diff` counts whole ones. Calendar days were asked for.",
        "both-terms": "There are assignments of the spring term, too.",
        "spring": "These are the assignments of the spring term.",
        "first-week": "Nobody is late in your answer, in no assignment. If you took the first "
        "week's export alone: `process_date` of `assignment_dim` says the term, and "
        "`submission_dim` has an export each week.",
        "rounded": "The days are rounded to whole numbers. One decimal was asked for.",
        "largest": "That is the longest delay of each assignment. The average was asked for.",
        "graded": "That is when it was marked. When it was handed in stands in `submitted_at`.",
        "zero": "Where nobody was late, there is no average. It stays NULL.",
        "sum": "These are all days together. The average was asked for.",
        "all-days": "The average takes in those who were early. Late ones alone were asked for.",
        "early": "These are the submissions that were not late.",
    },
    wrong=(
        (sql(SQL.replace(f" AND {LATE}", "").replace("WHERE", f"WHERE {LATE} AND")), "where"),
        (sql(SQL.replace("count(s.id)", "count(*)")), "count-star"),
        (sql(SQL.replace("10) > a", "10) >= a")), "on-the-day"),
        (sql(SQL.replace(LATE, "s.submitted_at > a.all_day_date")), "on-the-day"),
        (
            sql(
                SQL.replace(
                    DAYS,
                    "date_diff('day', date(substr(s.submitted_at, 1, 10)), date(a.all_day_date))",
                )
            ),
            "turned",
        ),
        (
            sql(
                SQL.replace(
                    DAYS,
                    "date_diff('day', from_iso8601_timestamp(a.due_at),"
                    " from_iso8601_timestamp(s.submitted_at))",
                )
            ),
            "whole-days",
        ),
        (sql(SQL.replace("WHERE a.process_date = '2020-08-17'", "")), "both-terms"),
        (sql(SQL.replace("2020-08-17", "2021-01-18")), "spring"),
        (
            sql(SQL.replace(LATE, f"{LATE}\n           AND s.process_date = '2020-08-17'")),
            "first-week",
        ),
        (sql(SQL.replace(", 1) AS days", ", 0) AS days")), "rounded"),
        (sql(SQL.replace("avg(", "max(")), "largest"),
        (sql(SQL.replace("submitted_at", "graded_at")), "graded"),
        (sql(SQL.replace(f"avg({DAYS})", f"coalesce(avg({DAYS}), 0)")), "zero"),
        (sql(SQL.replace("avg(", "sum(")), "sum"),
        (
            sql(SQL.replace(f" AND {LATE}", "").replace("count(s.id)", f"count_if({LATE})")),
            "all-days",
        ),
        (sql(SQL.replace("10) > a", "10) <= a")), "early"),
    ),
    right=(
        sql(SQL + " ORDER BY late DESC, a.assignment_id")
        + '.df[["days", "late", "assignment_id"]]',
        sql(SQL) + ".arrow",
        sql(
            SQL.replace(
                LATE, "date(from_iso8601_timestamp(s.submitted_at)) > date(a.all_day_date)"
            ).replace("count(s.id)", "count(s.submitted_at)")
        ),
        sql(
            f"""
    SELECT a.assignment_id, count_if({LATE}) AS late,
           avg({DAYS}) FILTER (WHERE {LATE}) AS days
    FROM db_raw_lmsdemo.submission_dim s
    RIGHT JOIN (SELECT * FROM db_raw_lmsdemo.assignment_dim WHERE due_at < '2021') a
            ON s.assignment_id = a.assignment_id
    GROUP BY a.assignment_id"""
        ),
        sql(
            f"""
    WITH found AS (
        SELECT a.assignment_id, count(*) AS late, round(avg({DAYS}), 1) AS days
        FROM db_raw_lmsdemo.assignment_dim a
        JOIN db_raw_lmsdemo.submission_dim s ON s.assignment_id = a.assignment_id
        WHERE {LATE} AND a.process_date = '2020-08-17' GROUP BY a.assignment_id)
    SELECT * FROM found
    UNION ALL SELECT assignment_id, 0, NULL FROM db_raw_lmsdemo.assignment_dim
    WHERE process_date = '2020-08-17' AND assignment_id NOT IN (SELECT assignment_id FROM found)"""
        ),
        """import pandas as pd
work = lab.query("SELECT * FROM db_raw_lmsdemo.assignment_dim").df
work = work[work.process_date == "2020-08-17"]
handed_in = lab.query("SELECT * FROM db_raw_lmsdemo.submission_dim").df
both = work[["assignment_id", "all_day_date"]].merge(handed_in, on="assignment_id")
delay = pd.to_datetime(both.submitted_at.str[:10]) - pd.to_datetime(both.all_day_date)
days = delay.dt.days[delay.dt.days > 0].groupby(both.assignment_id)
lateness = days.agg(late="count", days="mean").reindex(work.assignment_id)
lateness["late"] = lateness.late.fillna(0)""",
    ),
)
