"""Full days late: a difference counts boundaries, a division of whole numbers counts days."""

import pandas as pd

from labkit.exercises.data import Data
from labkit.exercises.lab4.codes import swapper
from labkit.exercises.question import Question

SQL = """
    SELECT days, count(*) AS submissions
    FROM (
        SELECT a.due_at::timestamp AS due, s.submitted_at::timestamp AS submitted,
               DATEDIFF(second, due, submitted) / 86400 AS days
        FROM lmsraw.submission_dim s
        JOIN lmsraw.assignment_dim a ON a.assignment_id = s.assignment_id
        WHERE s.process_date <= '2020-11-30'
    )
    WHERE days >= 1
    GROUP BY days"""


def reference(data: Data) -> pd.DataFrame:
    """Submissions of the fall by the full days since their deadline."""
    handed_in = data.submission_dim
    handed_in = handed_in[handed_in.process_date <= "2020-11-30"]
    joined = handed_in.merge(data.assignment_dim[["assignment_id", "due_at"]], on="assignment_id")
    late = pd.to_datetime(joined.submitted_at) - pd.to_datetime(joined.due_at)
    days = late.dt.total_seconds() // 86400
    return days[days >= 1].value_counts().rename_axis("days").reset_index(name="submissions")


def sql(text: str) -> str:
    """The cell that asks it."""
    return f'full_days = lab.warehouse("""{text}""")'


swapped = swapper(SQL, 'full_days = lab.warehouse("""', '""")')
DAYS = "DATEDIFF(second, due, submitted) / 86400"

q3 = Question(
    id="lab4-q3",
    points=2,
    title="Full days late",
    task="""The rules take ten points for each *full* day, that is 24 hours, after the deadline
`due_at`. So who hands in 30 hours late has one full day, and who hands in an hour after midnight
has none. Join `lmsraw.submission_dim` with `lmsraw.assignment_dim` on `assignment_id`, keep the
submissions of the fall (`process_date <= '2020-11-30'`), and count them by full days between
`due_at` and `submitted_at`: columns `days` and `submissions`, for one full day and more. Both
times are texts in the lake; `::timestamp` makes times of them.""",
    reads="full_days",
    starter="full_days = ...  # lab.warehouse(...)",
    answer=sql(SQL),
    sql=SQL,
    reference=reference,
    hints=(
        "`DATEDIFF(day, a, b)` counts how often midnight lies between, not how many hours.",
        "Count in the smallest part that matters: `DATEDIFF(second, due, submitted)`.",
        (
            "A day has 86,400 seconds, and 100000 / 86400 is 1 for whole numbers: here that is "
            "what you want."
        ),
    ),
    explanation="""`DATEDIFF` counts the boundaries between two moments: from 23:59 to 00:01 is one
day. Seconds are fine enough here, and the division of whole numbers cuts off what is no full day.
Redshift and SQL Server count so; `date_diff` in Athena counts what has fully passed.""",
    messages={
        "begun": "You counted midnights, or days that have begun. Most deadlines are at 23:59, so "
        "one minute late would be a day.",
        "hours": "`DATEDIFF(hour, ...)` counts full hours of the clock, so 23 hours and 2 minutes "
        "can be 24. Count in a finer part.",
        "rounded": "You rounded, so half a day late became a day. Only full days count.",
        "fraction": "Each length stands in a row of its own: the division left its decimals. Only "
        "the full days count.",
        "clock-hours": "These are hours. How many of them is a full day?",
        "begins-late": "Who was late by one full day is missing: one and more were asked for.",
        "graded": "That is when it was marked. When it was handed in stands in `submitted_at`.",
        "backwards": "You counted from the submission to the deadline, so these are the days by "
        "which students were early.",
        "spring-alone": "These are the submissions of the spring.",
        "same-export": "`process_date` of an assignment is the week in which it was exported, not "
        "that of its submissions: join on `assignment_id` alone.",
        "spring": "The spring is in it as well: mind `process_date`.",
        "none": "There are rows for less than a full day.",
        "early": "You took the size without the sign: who hands in two days early is not late.",
        "students": "You counted students. The question is about submissions.",
    },
    wrong=(
        (swapped(DAYS, "DATEDIFF(day, due, submitted)"), "begun"),
        (swapped(DAYS, "submitted::date - due::date"), "begun"),
        (swapped(DAYS, "DATEDIFF(hour, due, submitted) / 24"), "hours"),
        (swapped(DAYS, "ROUND(DATEDIFF(second, due, submitted) / 86400.0)"), "rounded"),
        (swapped(DAYS, "CEIL(DATEDIFF(second, due, submitted) / 86400.0)"), "begun"),
        (swapped("        WHERE s.process_date <= '2020-11-30'\n", ""), "spring"),
        (swapped(DAYS, "DATEDIFF(second, due, submitted) / 86400.0"), "fraction"),
        (swapped(DAYS, "DATEDIFF(second, due, submitted) / 3600"), "clock-hours"),
        (swapped("WHERE days >= 1", "WHERE days > 1"), "begins-late"),
        (swapped("s.submitted_at::", "s.graded_at::"), "graded"),
        (swapped("due, submitted)", "submitted, due)"), "backwards"),
        (swapped("<= '2020-11-30'", "> '2020-11-30'"), "spring-alone"),
        (
            swapped(
                "= s.assignment_id\n", "= s.assignment_id AND a.process_date = s.process_date\n"
            ),
            "same-export",
        ),
        (swapped("WHERE days >= 1", "WHERE days >= 0"), "none"),
        (
            swapped("DATEDIFF(second, due, submitted)", "ABS(DATEDIFF(second, due, submitted))"),
            "early",
        ),
        (
            swapped("SELECT a.due_at", "SELECT s.user_id, a.due_at").replace(
                "count(*)", "count(DISTINCT user_id)"
            ),
            "students",
        ),
    ),
    right=(
        sql(SQL + " ORDER BY days"),
        sql(SQL).replace('""")', '""").df[["submissions", "days"]]'),
        swapped(DAYS, "FLOOR(DATEDIFF(second, due, submitted) / 86400.0)"),
        swapped(DAYS, "FLOOR(EXTRACT(epoch FROM submitted - due) / 86400)::int"),
        sql(
            """
    SELECT n AS days, count(*) AS submissions
    FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
          UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9) k
    JOIN (SELECT a.due_at::timestamp AS due, s.submitted_at::timestamp AS submitted
          FROM lmsraw.submission_dim s
          JOIN lmsraw.assignment_dim a ON a.assignment_id = s.assignment_id
          WHERE s.process_date BETWEEN '2020-08-17' AND '2020-11-30') t
    ON submitted >= DATEADD(day, n, due) AND submitted < DATEADD(day, n + 1, due)
    GROUP BY n"""
        ),
        """times = lab.warehouse(\"\"\"
    SELECT due_at, submitted_at FROM lmsraw.submission_dim s JOIN lmsraw.assignment_dim a
    USING (assignment_id) WHERE s.process_date < '2021-01-01'\"\"\").df
import pandas as pd
late = pd.to_datetime(times.submitted_at) - pd.to_datetime(times.due_at)
full_days = late.dt.days[late.dt.days >= 1].value_counts()
full_days = full_days.rename_axis("days").reset_index(name="submissions")""",
    ),
)
