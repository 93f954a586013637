"""Who was there last week: warehouse and lake in one statement, and shares that may be zero."""

import pandas as pd

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.lab4.codes import LOGGED_IN, swapper
from labkit.exercises.question import Question

WEEK = "2021-05-03"
SQL = """
    SELECT s.enroll_status AS status,
           count(DISTINCT r.user_id) AS active,
           round(100.0 * active / count(DISTINCT s.student_id), 1) AS percent,
           max(r.timestamp) AS last_request
    FROM sis.student s
    LEFT JOIN lmsraw.requests r ON r.user_id = s.student_id AND r.process_date = '2021-05-03'
    GROUP BY s.enroll_status"""


def reference(data: Data) -> pd.DataFrame:
    """Of each status the students who sent a request in the week's export, and the last request."""
    last = data.exports("requests", WEEK).groupby("user_id").timestamp.max()
    students = data.student.drop_duplicates("student_id").assign(
        last_request=lambda those: those.student_id.map(last)
    )
    by_status = students.groupby("enroll_status").last_request
    table = by_status.agg(
        active="count",
        percent=lambda each: 100 * each.notna().mean(),
        last_request=lambda each: max(each.dropna(), default=None),
    )
    return table.rename_axis("status").reset_index()


def sql(text: str) -> str:
    """The cell that asks it."""
    return f'active = lab.warehouse("""{text}""")'


swapped = swapper(SQL, 'active = lab.warehouse("""', '""")')
q2 = Question(
    id="lab4-q2",
    points=3,
    title="Who was there in the last week?",
    task="""Which students still used the LMS at the end of term? Count those with a request in the
export of 3 May 2021, that is `lmsraw.requests` where `process_date = '2021-05-03'`. Make one row
for each `enroll_status` of `sis.student`, also for one in which nobody was there. The columns are
`status`, `active` (students with at least one request, each counted once), `percent` (of all
students of this status, with one decimal) and `last_request` (the `timestamp` of their last one).
Some students stand in `sis.student` twice: count them once.""",
    reads="active",
    starter="active = ...  # lab.warehouse(...)",
    answer=sql(SQL),
    sql=SQL,
    reference=reference,
    compare=Compare(tolerance=0.0501),
    hints=(
        "Begin with all students, and join what the lake knows of them: `LEFT JOIN`.",
        (
            "What is only true of the right side of a left join belongs into its `ON`, not into "
            "`WHERE`."
        ),
        (
            "`count(DISTINCT r.user_id)` counts who was there, `count(DISTINCT s.student_id)` all;"
            " whole numbers divide to whole numbers, so begin with `100.0 *`."
        ),
    ),
    explanation="""A condition on the right side of a left join stands in `ON`: in `WHERE` it would
drop the students without a request, and each percentage would be 100. The partition
`process_date` keeps Spectrum from reading all other weeks. `active` in the second column is a
lateral alias.""",
    messages={
        "where": "Everybody was there? In `WHERE` the condition drops the students without a "
        "request, and your left join is an inner one. It belongs into `ON`.",
        "whole-division": "Each percentage is a whole number. In Redshift 7 / 2 is 3: *multiply "
        "with a decimal first*.",
        "requests": "You counted requests. One student sends many: count each student once.",
        "lost": "A status in which nobody was there has no row. Keep it, with 0.",
        "inactive": "These are the students who were *not* there.",
        "first": "That is the first request of the week. The last one was asked for.",
        "ever": "The students are right, but `last_request` is from another week: it is the last "
        "one of all exports.",
        "day-only": "`last_request` is the day alone. Its time of day belongs to it.",
        "of-active": "Your percentages are of all who were there. They should be of the students "
        "of one status.",
        "other-week": "Your last requests are from another week: `process_date` is the Monday on "
        "which an export begins.",
        "all-weeks": "That is who was ever there. The question is about one export.",
        "one-day": "You took the day 2021-05-03. An export holds the week that begins with its "
        "Monday.",
        "twice": "Some students stand in `sis.student` twice, and each request is a row of the "
        "join: count each student once there as well.",
        "share-of-all": "Your percentages are of all students. They should be of the students of "
        "one status.",
        "fraction": "A share of one is 100 percent.",
    },
    wrong=(
        (swapped(" AND r.process_date =", "\n    WHERE r.process_date ="), "where"),
        (swapped("LEFT JOIN", "JOIN"), "where"),
        (swapped("100.0 *", "100 *"), "whole-division"),
        (swapped("count(DISTINCT r.user_id)", "count(r.user_id)"), "requests"),
        (swapped("count(DISTINCT r.user_id)", "count(DISTINCT r.id)"), "requests"),
        (sql(f"{SQL} HAVING count(r.user_id) > 0"), "lost"),
        (
            swapped(
                "count(DISTINCT r.user_id)",
                "count(DISTINCT s.student_id) - count(DISTINCT r.user_id)",
            ),
            "inactive",
        ),
        (swapped("max(r.timestamp)", "min(r.timestamp)"), "first"),
        (swapped("max(r.timestamp)", "max(LEFT(r.timestamp, 10))"), "day-only"),
        (
            swapped(" AND r.process_date = '2021-05-03'", "").replace(
                "DISTINCT r.user_id",
                "DISTINCT CASE WHEN r.process_date = '2021-05-03' THEN r.user_id END",
            ),
            "ever",
        ),
        (
            swapped("/ count(DISTINCT s.student_id)", "/ sum(count(DISTINCT r.user_id)) OVER ()"),
            "of-active",
        ),
        (swapped(" AND r.process_date = '2021-05-03'", ""), "all-weeks"),
        (swapped("r.process_date = '2021-05-03'", "r.process_date = '2021-04-26'"), "other-week"),
        (swapped("r.process_date = '2021-05-03'", "r.timestamp LIKE '2021-05-03%'"), "one-day"),
        (swapped("count(DISTINCT s.student_id)", "count(s.student_id)"), "twice"),
        (
            swapped(
                "/ count(DISTINCT s.student_id)",
                "/ (SELECT count(DISTINCT student_id) FROM sis.student)",
            ),
            "share-of-all",
        ),
        (swapped("round(100.0 * active", "round(1.0 * active").replace(", 1)", ", 3)"), "fraction"),
    ),
    right=(
        sql(SQL + " ORDER BY percent DESC"),
        sql(SQL).replace('""")', '""").df[["last_request", "percent", "active", "status"]]'),
        swapped("max(r.timestamp)", "max(r.timestamp::timestamptz)"),
        swapped(
            "r.process_date = '2021-05-03'",
            "r.process_date >= '2021-05-03' AND r.process_date < '2021-05-10'",
        ),
        """active = lab.warehouse(\"\"\"
    WITH there AS (SELECT user_id, max(timestamp) AS last_one FROM lmsraw.requests
                   WHERE process_date = '2021-05-03' GROUP BY user_id),
    once AS (SELECT DISTINCT student_id, enroll_status FROM sis.student)
    SELECT enroll_status AS status, count(user_id) AS active,
           CAST(100.0 * count(user_id) / count(*) AS decimal(5, 1)) AS percent,
           max(last_one) AS last_request
    FROM once LEFT JOIN there ON user_id = student_id GROUP BY 1\"\"\")""",
        f'''{LOGGED_IN}from psycopg.rows import dict_row

with warehouse:
    active = warehouse.cursor(row_factory=dict_row).execute("""{SQL}""").fetchall()''',
        """students = lab.warehouse("SELECT DISTINCT student_id, enroll_status FROM sis.student").df
seen = lab.warehouse("SELECT user_id, timestamp FROM lmsraw.requests "
                     "WHERE process_date = '2021-05-03'").df.groupby("user_id").timestamp.max()
students["last_request"] = students.student_id.map(seen)
active = students.groupby("enroll_status").last_request.agg(
    active="count", percent=lambda one: round(100 * one.notna().mean(), 1),
    last_request=lambda one: max(one.dropna(), default=None))
active = active.rename_axis("status").reset_index()""",
    ),
)
