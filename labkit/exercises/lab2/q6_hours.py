"""Sums over a table that has been counted already."""

import pandas as pd

from labkit.exercises.data import Data
from labkit.exercises.question import Question

SQL = """
    SELECT timestamp_hour AS hour, sum(pageview_count) AS page_views
    FROM db_cur_lmsdemo.agg_pageview_count_by_user_course
    WHERE timestamp_year = 2020
    GROUP BY timestamp_hour
    ORDER BY page_views DESC
    LIMIT 3"""

FALL = pd.date_range("2020-08-17", "2020-11-30", freq="7D").strftime("%Y-%m-%d")


def reference(data: Data) -> pd.DataFrame:
    """The three hours of the day with the most requests in 2020."""
    requests = data.exports("requests", *FALL)
    requests = requests[requests.timestamp_year == 2020]
    counts = requests.timestamp_hour.value_counts().nlargest(3)
    return counts.rename_axis("hour").reset_index(name="page_views")


def sql(text: str) -> str:
    """The cell that asks it."""
    return f'hours = lab.query("""{text}""")'


q6 = Question(
    id="lab2-q6",
    points=2,
    title="When they study",
    task="""When should the learning platform (LMS) not be taken down? Find the three
hours of the day with the most page views in the year 2020, from the table
`db_cur_lmsdemo.agg_pageview_count_by_user_course`. Name the columns `hour` and `page_views`.""",
    reads="hours",
    starter="hours = ...  # lab.query(...)",
    answer=sql(SQL),
    sql=SQL,
    reference=reference,
    hints=(
        "A row of this table is not one page view: it says how many there were.",
        "`GROUP BY timestamp_hour`, and add up what has been counted.",
        "`sum(pageview_count)`, `ORDER BY page_views DESC`, `LIMIT 3`.",
    ),
    explanation="""Counts can be added up to coarser counts, so a small table answers what half a
million clicks would. Averages and numbers of different students cannot: keep that in mind when you
choose what to store.""",
    messages={
        "rows": "You counted rows. A row stands for a student, a course and an hour, with a "
        "*number* of page views.",
        "average": "That is an average of a row, which does not say how many page views there "
        "were.",
        "largest-row": "That is the busiest single row of each hour, not all of them.",
        "students": "That many students were there. How many pages did they view?",
        "all-years": "The spring term of 2021 is in it too.",
        "quietest": "These are the three quietest hours.",
        "all-hours": "All hours are there. Which three are the busiest?",
        "days": "You grouped by day as well, so one hour of one day counts alone.",
        "first-hours": "These are the hours from midnight on. Sort by what you have added up, the "
        "largest first.",
        "other-year": "That is the year 2021.",
    },
    wrong=(
        (sql(SQL.replace("sum(pageview_count)", "count(*)")), "rows"),
        (sql(SQL.replace("sum(", "avg(")), "average"),
        (sql(SQL.replace("sum(", "max(")), "largest-row"),
        (sql(SQL.replace("sum(pageview_count)", "count(DISTINCT user_id)")), "students"),
        (sql(SQL.replace("WHERE timestamp_year = 2020", "")), "all-years"),
        (sql(SQL.replace(" DESC", "")), "quietest"),
        (sql(SQL.replace("LIMIT 3", "")), "all-hours"),
        (
            sql(
                SQL.replace(
                    "BY timestamp_hour", "BY timestamp_hour, timestamp_month, timestamp_day"
                )
            ),
            "days",
        ),
        (sql(SQL.replace("2020", "2021")), "other-year"),
        (sql(SQL.replace("WHERE timestamp_year = 2020", "").replace("LIMIT 3", "")), "all-hours"),
        (sql(SQL.replace("WHERE timestamp_year = 2020", "").replace(" DESC", "")), "quietest"),
        (sql(SQL.replace("page_views DESC", "hour")), "first-hours"),
        (
            sql(
                SQL.replace("WHERE timestamp_year = 2020", "").replace(
                    "sum(pageview_count)", "count(*)"
                )
            ),
            "rows",
        ),
        (sql(SQL.replace("sum(pageview_count)", "count(*)").replace("LIMIT 3", "")), "rows"),
    ),
    right=(
        sql(f"SELECT * FROM ({SQL}) ORDER BY hour"),
        sql(SQL).replace('""")', '""").df[["page_views", "hour"]]'),
        sql(SQL.replace("sum(pageview_count)", "CAST(sum(pageview_count) AS DECIMAL(12, 2))")),
        sql(
            SQL.replace("ORDER BY page_views DESC", "ORDER BY 2 DESC")
            .replace("WHERE timestamp_year = 2020", "")
            .replace("sum(pageview_count)", "sum(IF(timestamp_year < 2021, pageview_count))")
        ),
        """views = lab.query('''
    SELECT timestamp_hour, timestamp_month, sum(pageview_count) AS views
    FROM db_cur_lmsdemo.agg_pageview_count_by_user_course WHERE timestamp_year < 2021
    GROUP BY timestamp_hour, timestamp_month''').df
counts = views.groupby("timestamp_hour")["views"].sum().nlargest(3)
hours = counts.rename("page_views").rename_axis("hour")""",
    ),
)
