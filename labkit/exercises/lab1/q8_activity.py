"""The open task: a table that is made once and read often, in Parquet, one partition a week."""

from labkit.exercises.data import Data
from labkit.exercises.question import Question
from labkit.exercises.states import State

WEEKS = ("2020-10-05", "2020-10-12", "2020-10-19", "2020-10-26")
ROWS = """SELECT process_date, count(*) AS students, sum(views) AS views, max(views) AS most,
       sum(submissions) AS submissions, sum(views * (user_id % 89 + course_id % 7)) AS check_sum
FROM db_cur_lmsdemo.weekly_activity GROUP BY process_date"""
TABLE = "db_cur_lmsdemo.weekly_activity"
FOLDER = "lmsdemo/weekly_activity"
PLACE = f'place = f"s3://{{lab.names.curated_bucket}}/{FOLDER}/"\n'
AGAIN = """tries = {"DatabaseName": "db_cur_lmsdemo", "TablesToDelete": ["weekly_activity"]}
lab.client("glue").batch_delete_table(**tries)
lab.storage.delete(place)  # a table that is dropped leaves its files
"""
VIEW = "if(http_method = 'GET', id)"
FROM_TO = "process_date BETWEEN '2020-10-05' AND '2020-10-26'"
GROUP = "\n    GROUP BY user_id, course_id, process_date"
SELECT = f"""
    SELECT user_id, course_id,
           count(DISTINCT {VIEW}) AS views,
           count(DISTINCT if(http_method = 'POST', id)) AS submissions,
           process_date
    FROM db_raw_lmsdemo.requests
    WHERE {FROM_TO}{GROUP}"""
PARTITIONED = """,
          partitioned_by = ARRAY['process_date']"""
WITH = f"""
    CREATE TABLE {TABLE}
    WITH (format = 'PARQUET', external_location = '{{place}}'{PARTITIONED})"""
ICEBERG = WITH.replace("external_location", "table_type = 'ICEBERG', is_external = false, location")
ICEBERG = ICEBERG.replace("partitioned_by", "partitioning")
# What the mistakes are made of.
BY_COURSE = SELECT.replace("process_date\n    FROM", "course_id\n    FROM").replace(
    "course_id,\n", "process_date,\n", 1
)
HALF_OPEN = "process_date >= '2020-10-05' AND process_date < '2020-10-26'"
DAY = 'substr("timestamp", 1, 10) AS process_date\n    FROM'
BY_DAY = '\n    GROUP BY user_id, course_id, substr("timestamp", 1, 10)'


def table(create: str = WITH, select: str = SELECT, place: str = PLACE) -> str:
    """The cell that makes the table."""
    return f'{place}{AGAIN}lab.query(f"""{create} AS{select}""");'


def reference(data: Data) -> dict[str, object]:
    """How the table is kept, and what each week's rows add up to."""
    log = data.exports("requests", *WEEKS).drop_duplicates("id")
    keys = ["process_date", "user_id", "course_id"]
    done = log.assign(views=log.http_method.eq("GET"), submissions=log.http_method.eq("POST"))
    each = done.groupby(keys)[["views", "submissions"]].sum().reset_index()
    weights = each.user_id % 89 + each.course_id % 7
    weeks = each.assign(check_sum=each.views * weights).groupby("process_date")
    rows = weeks.agg(
        students=("user_id", "size"),
        views=("views", "sum"),
        most=("views", "max"),
        submissions=("submissions", "sum"),
        check_sum=("check_sum", "sum"),
    )
    place = {"format": "parquet", "bucket": "dataedu-curated", "folder": FOLDER}
    return {"kept": {**place, "partition_keys": ["process_date"]}, "rows": rows.astype("int64")}


q8 = Question(
    id="lab1-q8",
    points=6,
    title="A table for the advisers",
    task="""Each Monday the advisers look at one week: who was active? Make them a table that is
cheap to ask, for a start with the four weeks of October 2020 (`process_date` 2020-10-05 to
2020-10-26). Make `db_cur_lmsdemo.weekly_activity` from `db_raw_lmsdemo.requests`:

- one row for each `user_id`, `course_id` and `process_date` that occurs,
- with `views`, the number of `GET` requests, and `submissions`, the number of `POST` requests;
  the log delivered some requests twice, with the same `id`, and they count once,
- kept as Parquet under `lmsdemo/weekly_activity/` in the curated bucket, in partitions by
  `process_date`.

To try again, drop the table *and* delete its files with `lab.storage.delete(...)`. Then compare
what one week scans in both tables.""",
    reads={
        "kept": State("kept", "db_cur_lmsdemo", "weekly_activity", FOLDER),
        "rows": State("rows", ROWS),
    },
    starter='# lab.query("""CREATE TABLE ... WITH (...) AS SELECT ...""");',
    answer=table(),
    reference=reference,
    hints=(
        "First the rows, without a table: write the `SELECT` and look at a few of them.",
        "`count(DISTINCT if(http_method = 'GET', id))` counts what is `GET`, each `id` once.",
        (
            "The `CREATE TABLE ... WITH (...) AS` of this step makes Parquet. `partitioned_by = "
            "ARRAY['process_date']` cuts it into partitions; these columns come *last*."
        ),
        (
            "Refused because the place is not empty? `DROP TABLE` forgets the description and "
            "leaves the files: delete these, too."
        ),
    ),
    explanation="""The advisers' question reads a kilobyte or two of one partition, where the log
has megabytes a week. The price is a copy that must be kept in step: each week's rows are one
`INSERT INTO`.""",
    messages={
        "no-partitions": "The rows are right and the format is, but there are no partitions. A "
        "column becomes one by `partitioned_by`, not by its name.",
        "other-partitions": "The partitions are cut by another column. The advisers "
        "ask for a week.",
        "text": "The rows are right, but kept as text: each question reads all columns. "
        "`format = 'PARQUET'` is needed.",
        "orc": "ORC keeps columns apart, too, but Parquet was asked for.",
        "results-bucket": "The table lies among the results of queries, which someone will "
        "clear some day. `external_location` says where it shall be.",
        "raw-bucket": "The table lies in the raw bucket, which keeps what was delivered, as it was "
        "delivered. What is made of it belongs into the curated one.",
        "folder": "The table lies in another folder of the curated bucket than the task names. "
        "`external_location` says where it shall be.",
        "twice": "Some requests are counted twice: the log delivered them twice. Count each `id` "
        "once.",
        "all-requests": "`views` counts the `POST` requests, too.",
        "only-views": "Who handed something in without a `GET` in that week is missing. The "
        "condition belongs into the count, not into `WHERE`.",
        "a-week-less": "A week is missing. `BETWEEN` takes in both ends, `<` does not.",
        "all-weeks": "There are more weeks than those of October.",
        "sessions": "`views` counts sessions. One session has many requests.",
        "days": "The partitions are days. `process_date` is the Monday of a week's export, and "
        "the advisers ask for a week.",
        "columns": "The table is kept well, but what was asked for is not in it. Are the columns "
        "called `user_id`, `course_id`, `views`, `submissions` and `process_date`?",
        "kind-table": "The table is there, and cannot be added up: are `user_id`, `course_id`, "
        "`views` and `submissions` numbers?",
        "view": "A view keeps a statement and no rows: each question reads the log again.",
    },
    wrong=(
        (table(WITH.replace(PARTITIONED, "")), "no-partitions"),
        (table(WITH.replace("['process_date']", "['course_id']"), BY_COURSE), "other-partitions"),
        (table(WITH.replace("'PARQUET'", "'TEXTFILE'")), "text"),
        (table(WITH.replace("'PARQUET'", "'ORC'")), "orc"),
        (table(ICEBERG.replace("['process_date']", "['course_id']")), "other-partitions"),
        (table(WITH.replace(" external_location = '{place}',", "")), "results-bucket"),
        (table(place=PLACE.replace("curated", "raw")), "raw-bucket"),
        (table(place=PLACE.replace(FOLDER, "weekly_activity")), "folder"),
        (table(select=SELECT.replace(f"DISTINCT {VIEW}", VIEW)), "twice"),
        (table(select=SELECT.replace(VIEW, "id")), "all-requests"),
        (table(select=SELECT.replace(VIEW, "session_id")), "sessions"),
        (table(select=SELECT.replace("WHERE", "WHERE http_method = 'GET' AND")), "only-views"),
        (table(select=SELECT.replace("BETWEEN", ">=").split(" AND")[0] + GROUP), "all-weeks"),
        (table(select=SELECT.replace(FROM_TO, HALF_OPEN)), "a-week-less"),
        (
            table(select=SELECT.replace("process_date\n    FROM", DAY).replace(GROUP, BY_DAY)),
            "days",
        ),
        (table(select=SELECT.replace("AS views", "AS clicks")), "columns"),
        (
            table(select=SELECT.replace("T user_id", "T CAST(user_id AS varchar) AS user_id")),
            "kind-table",
        ),
        (f'''{PLACE}{AGAIN}lab.query("""CREATE VIEW {TABLE} AS{SELECT}""")''', "view"),
    ),
    right=(
        table(ICEBERG),
        table().replace("lab.query(", "lab.query.start("),
        table(WITH.replace("'PARQUET',", "'PARQUET', write_compression = 'ZSTD',")),
        table(
            select=f"""
    SELECT user_id, sum(submission) AS submissions, sum(view) AS views, course_id, process_date
    FROM (SELECT DISTINCT id, user_id, course_id, process_date,
                 if(http_method = 'GET', 1, 0) AS view, if(http_method = 'POST', 1, 0) AS submission
          FROM db_raw_lmsdemo.requests) AS once
    WHERE {FROM_TO}{GROUP}"""
        ),
        f'''{PLACE}{AGAIN}
lab.query(f"""CREATE EXTERNAL TABLE {TABLE} (
    user_id bigint, course_id bigint, `views` bigint, submissions bigint)
    PARTITIONED BY (process_date string) STORED AS PARQUET LOCATION '{{place}}'""")
lab.query("""INSERT INTO {TABLE}{SELECT}""")''',
        f'''{PLACE}{AGAIN}
lab.query(f"""UNLOAD ({SELECT})
    TO '{{place}}' WITH (format = 'PARQUET', partitioned_by = ARRAY['process_date'])""")
lab.query(f"""CREATE EXTERNAL TABLE {TABLE} (
    user_id bigint, course_id bigint, `views` bigint, submissions bigint)
    PARTITIONED BY (process_date string) STORED AS PARQUET LOCATION '{{place}}'
    TBLPROPERTIES ('projection.enabled' = 'true', 'projection.process_date.type' = 'date',
        'projection.process_date.format' = 'yyyy-MM-dd',
        'projection.process_date.range' = '2020-10-05,2020-10-26',
        'projection.process_date.interval' = '7',
        'projection.process_date.interval.unit' = 'DAYS')""")''',
        table(select=SELECT.replace(FROM_TO, "process_date = '2020-10-05'"))
        + f'''
for week in ("2020-10-12", "2020-10-19", "2020-10-26"):
    rows = """{SELECT}""".replace("{FROM_TO}", f"process_date = '{{week}}'")
    lab.query(f"INSERT INTO {TABLE} {{rows}}")''',
        f'''import io
{PLACE}{AGAIN}
for week, rows in lab.query("""{SELECT}""").df.groupby("process_date"):
    file = io.BytesIO()
    rows.drop(columns="process_date").to_parquet(file, index=False)
    lab.storage.put(file.getvalue(), f"{{place}}process_date={{week}}/rows.parquet")
lab.query(f"""CREATE EXTERNAL TABLE {TABLE} (
    user_id bigint, course_id bigint, `views` bigint, submissions bigint)
    PARTITIONED BY (process_date string) STORED AS PARQUET LOCATION '{{place}}'""")
lab.query("MSCK REPAIR TABLE {TABLE}")''',
    ),
)
