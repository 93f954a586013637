"""An upsert: what arrives replaces what it repeats, once a key, and the rest stays."""

import pandas as pd

from labkit.exercises.data import Data
from labkit.exercises.lab4.codes import LOGGED_IN, swapper
from labkit.exercises.question import Question
from labkit.exercises.states import State

BEFORE, ARRIVED = "2021-03-01", "2021-03-08"
LATEST = """SELECT count(*) AS lines, count(DISTINCT assignment_id) AS assignments,
    sum(requests)::int AS requests, sum(DATEDIFF(day, '2021-01-01', day))::int AS days,
    sum(requests * (assignment_id % 89))::int AS check_sum
    FROM sis_lms.latest"""
# What the cell before has made; nothing before the answer is there.
KEPT = """SELECT (SELECT count(*) FROM sis_lms.seen) AS seen,
    (SELECT sum(requests)::int FROM sis_lms.seen) AS requests,
    (SELECT count(*) FROM sis_lms.arrived) AS arrived
WHERE (SELECT count(*) FROM sis_lms.latest) >= 0"""
COPY = """lab.warehouse(\"\"\"
    DROP TABLE IF EXISTS sis_lms.latest;
    CREATE TABLE sis_lms.latest AS SELECT * FROM sis_lms.seen\"\"\")
"""
UPSERT = """lab.warehouse(\"\"\"
    CREATE TEMP TABLE stage AS SELECT * FROM sis_lms.arrived a
    QUALIFY ROW_NUMBER() OVER (PARTITION BY assignment_id ORDER BY day DESC) = 1;
    DELETE FROM sis_lms.latest USING stage WHERE latest.assignment_id = stage.assignment_id;
    INSERT INTO sis_lms.latest SELECT * FROM stage\"\"\")"""
CODE = COPY + UPSERT
DELETE = (
    "    DELETE FROM sis_lms.latest USING stage WHERE latest.assignment_id = stage.assignment_id;\n"
)
QUALIFY = "\n    QUALIFY ROW_NUMBER() OVER (PARTITION BY assignment_id ORDER BY day DESC) = 1"
NEW = "    WHERE assignment_id NOT IN (SELECT assignment_id FROM sis_lms.latest)"
BOTH = "UNION ALL SELECT * FROM sis_lms.arrived"

SHUFFLED = """
lab.warehouse(\"\"\"
    UPDATE sis_lms.latest SET requests = requests + CASE assignment_id
        WHEN (SELECT min(assignment_id) FROM sis_lms.latest) THEN 1
        WHEN (SELECT max(assignment_id) FROM sis_lms.latest) THEN -1 ELSE 0 END\"\"\")"""
TIDIED = """
lab.warehouse(\"\"\"
    CREATE TEMP TABLE last_days AS
    SELECT assignment_id, max(day) AS day FROM sis_lms.arrived GROUP BY assignment_id;
    DELETE FROM sis_lms.arrived USING last_days
    WHERE arrived.assignment_id = last_days.assignment_id AND arrived.day < last_days.day\"\"\")"""
AT_ONCE = """lab.warehouse(\"\"\"
    DROP TABLE IF EXISTS sis_lms.latest;
    CREATE TABLE sis_lms.latest AS
    SELECT * FROM (SELECT * FROM sis_lms.seen UNION ALL SELECT * FROM sis_lms.arrived) u
    QUALIFY ROW_NUMBER() OVER (PARTITION BY assignment_id ORDER BY day DESC) = 1\"\"\")"""


def changed(columns: str) -> str:
    """An upsert that updates some columns of what is there, and adds what is new."""
    update = (
        f"    UPDATE sis_lms.latest SET {columns} FROM stage\n"
        "    WHERE latest.assignment_id = stage.assignment_id;\n"
    )
    return COPY + UPSERT.replace(DELETE, update).replace("* FROM stage", f"* FROM stage\n{NEW}")


def reference(data: Data) -> dict[str, object]:
    """The rows of the table: of each assignment its last day, from the later week if it has one."""
    seen, arrived = (_days(data, week) for week in (BEFORE, ARRIVED))
    both = [each.drop_duplicates("assignment_id", keep="last") for each in (seen, arrived)]
    rows = pd.concat(both).drop_duplicates("assignment_id", keep="last")
    days = (pd.to_datetime(rows.day) - pd.Timestamp("2021-01-01")).dt.days
    check_sum = int((rows.requests * (rows.assignment_id % 89)).sum())
    values = [len(rows), len(rows), int(rows.requests.sum()), int(days.sum()), check_sum]
    columns = ["lines", "assignments", "requests", "days", "check_sum"]
    before = [len(both[0]), int(both[0].requests.sum()), len(arrived)]
    return {
        "kind": "table",
        "rows": {"columns": columns, "rows": [values]},
        "before": {"columns": ["seen", "requests", "arrived"], "rows": [before]},
    }


def _days(data: Data, week: str) -> pd.DataFrame:
    """The days of each assignment in a week's export, and each day's requests."""
    log = data.exports("requests", week).dropna(subset="assignment_id")
    counted = log.groupby(["assignment_id", log.timestamp.str[:10].rename("day")]).size()
    return counted.reset_index(name="requests")


swapped = swapper(CODE)
q5 = Question(
    id="lab4-q5",
    points=3,
    title="An upsert",
    task="""`sis_lms.seen` has one row for each assignment: the last `day` on which it was visited,
and how many `requests` there were on that day. `sis_lms.arrived` brings the week after, and has a
row for *each* day of an assignment. Make `sis_lms.latest` as a copy of `sis_lms.seen`, then upsert
what has arrived: an assignment that was visited again gets its last day in `arrived` with that
day's requests, a new one is added, all others stay as they are. Each assignment has one row in the
end. Leave `sis_lms.seen` and `sis_lms.arrived` unchanged.""",
    reads={
        "kind": State("kind", "sis_lms.latest"),
        "rows": State("warehouse", LATEST),
        "before": State("warehouse", KEPT),
    },
    starter="# lab.warehouse(...) makes sis_lms.latest",
    answer=CODE,
    reference=reference,
    hints=(
        "Put what arrives into a staging table first, with one row for each assignment.",
        (
            "`QUALIFY ROW_NUMBER() OVER (PARTITION BY assignment_id ORDER BY day DESC) = 1` keeps "
            "the last day of each; right behind `FROM`, Redshift wants the table to have an alias."
        ),
        (
            "Then, in the same transaction: delete from `latest` what `stage` has too, and insert "
            "all of `stage`. `MERGE INTO` does both in one statement."
        ),
    ),
    explanation="""Delete first, insert after, both in one transaction: nobody ever sees a table
without the rows. The staging table needs one row a key, or each of its rows would be inserted.
Redshift enforces no primary key, so nothing else would have warned you.""",
    messages={
        "beside": "Some assignments have two rows: what arrived stands beside what it should "
        "replace. The key is the assignment alone, since a later day never matches an earlier one.",
        "not-new": "Assignments that are new in `arrived` are missing. An update adds nothing.",
        "each-day": "Some assignments have a row for each day of the week. Keep the last day of "
        "each before you insert.",
        "first-day": "You kept the first day of each assignment, not the last.",
        "replaced": "What did not arrive again has gone. It should stay as it was.",
        "summed": "These are the requests of the whole week. Those of the last day are wanted.",
        "late-delete": "Assignments that were visited again are gone: they were deleted and not "
        "inserted after that.",
        "fullest": "You kept the day with the most requests of each assignment, not the last.",
        "added": "The requests of the day before were added. The last day's replace them.",
        "only-new": "New assignments are added, but those that were visited again have kept their "
        "old row.",
        "only-day": "The days are right, but the requests are still those of the day before.",
        "only-arrived": "`sis_lms.latest` holds what arrived alone. Begin with a copy of "
        "`sis_lms.seen`.",
        "all-rows": "Both tables stand in it, one below the other. What arrived should replace.",
        "apart": "The largest day and the largest number of requests need not be of the same row. "
        "Keep the row of the last day.",
        "kind": "The rows are right, but they are a view's, which keeps none: nothing was copied, "
        "and nothing upserted. Make `sis_lms.latest` a table.",
        "before": "`sis_lms.latest` is right, but `sis_lms.seen` or `sis_lms.arrived` is no longer "
        "as it was. Drop both, and run the cell that makes them.",
        "shuffled": "The requests belong to other assignments than they should.",
        "nothing": "That is still the copy of `sis_lms.seen`. Nothing has been upserted.",
    },
    wrong=(
        (swapped(DELETE, ""), "beside"),
        (
            COPY
            + UPSERT.replace(DELETE, "").replace(
                "INSERT INTO sis_lms.latest SELECT * FROM stage",
                "UPDATE sis_lms.latest SET day = stage.day, requests = stage.requests FROM stage\n"
                "    WHERE latest.assignment_id = stage.assignment_id",
            ),
            "not-new",
        ),
        (swapped(QUALIFY, ""), "each-day"),
        (swapped("ORDER BY day DESC", "ORDER BY day"), "first-day"),
        (swapped("USING stage WHERE latest.assignment_id = stage.assignment_id", ""), "replaced"),
        (
            swapped(
                "latest.assignment_id = stage.assignment_id",
                "latest.assignment_id = stage.assignment_id AND latest.day = stage.day",
            ),
            "beside",
        ),
        (
            swapped(
                "SELECT * FROM sis_lms.arrived a" + QUALIFY,
                "SELECT assignment_id, max(day) AS day,\n    sum(requests) AS requests "
                "FROM sis_lms.arrived GROUP BY 1",
            ),
            "summed",
        ),
        (
            COPY
            + UPSERT.replace(DELETE, "").replace(
                'FROM stage"', "FROM stage;\n" + DELETE.rstrip("\n;") + '"'
            ),
            "late-delete",
        ),
        (swapped("ORDER BY day DESC", "ORDER BY requests DESC, day"), "fullest"),
        (changed("day = stage.day, requests = latest.requests + stage.requests"), "added"),
        (changed("day = stage.day"), "only-day"),
        (COPY + UPSERT.replace(DELETE, "").replace("FROM stage", f"FROM stage\n{NEW}"), "only-new"),
        (COPY.replace("sis_lms.seen", "sis_lms.arrived"), "only-arrived"),
        (COPY.replace("sis_lms.seen", f"sis_lms.seen {BOTH}"), "all-rows"),
        (
            COPY.replace(
                "SELECT * FROM sis_lms.seen",
                "SELECT assignment_id, max(day) AS day, max(requests) AS requests\n"
                f"    FROM (SELECT * FROM sis_lms.seen {BOTH}) u GROUP BY 1",
            ),
            "apart",
        ),
        (COPY, "nothing"),
        (CODE + SHUFFLED, "shuffled"),
        (CODE + TIDIED, "before"),
        (AT_ONCE.replace("CREATE TABLE", "CREATE VIEW"), "kind"),  # the last: no table's name now
    ),
    right=(
        COPY
        + """lab.warehouse(\"\"\"
    CREATE TEMP TABLE stage AS SELECT * FROM sis_lms.arrived a
    QUALIFY RANK() OVER (PARTITION BY assignment_id ORDER BY day DESC) = 1;
    MERGE INTO sis_lms.latest USING stage ON latest.assignment_id = stage.assignment_id
    WHEN MATCHED THEN UPDATE SET day = stage.day, requests = stage.requests
    WHEN NOT MATCHED THEN INSERT VALUES (stage.assignment_id, stage.day, stage.requests)\"\"\")""",
        swapped(
            "USING stage WHERE latest.assignment_id = stage.assignment_id",
            "WHERE assignment_id IN (SELECT assignment_id FROM sis_lms.arrived)",
        ),
        AT_ONCE,
        """lab.warehouse(\"\"\"
    DROP TABLE IF EXISTS sis_lms.latest;
    CREATE TABLE sis_lms.latest DISTKEY(assignment_id) AS
    SELECT COALESCE(a.assignment_id, s.assignment_id) AS assignment_id,
           COALESCE(a.day, s.day) AS day, COALESCE(a.requests, s.requests) AS requests
    FROM sis_lms.seen s FULL OUTER JOIN (
        SELECT * FROM sis_lms.arrived b
        WHERE day = (SELECT max(day) FROM sis_lms.arrived c
                     WHERE c.assignment_id = b.assignment_id)) a
    ON a.assignment_id = s.assignment_id\"\"\")""",
        LOGGED_IN
        + CODE.replace("lab.warehouse(", "warehouse.execute(")
        + "\nwarehouse.commit()\nwarehouse.close()",
        COPY
        + """lab.warehouse(\"\"\"
    CREATE TEMP TABLE stage AS SELECT a.* FROM sis_lms.arrived a
    WHERE a.day = (SELECT max(b.day) FROM sis_lms.arrived b
                   WHERE b.assignment_id = a.assignment_id);
    MERGE INTO sis_lms.latest USING stage ON latest.assignment_id = stage.assignment_id
    REMOVE DUPLICATES\"\"\")""",
        COPY
        + """lab.warehouse(\"\"\"
    BEGIN;
    CREATE TEMP TABLE stage AS SELECT a.* FROM sis_lms.arrived a JOIN (
        SELECT assignment_id, max(day) AS day FROM sis_lms.arrived GROUP BY 1) last
    ON a.assignment_id = last.assignment_id AND a.day = last.day;
    UPDATE sis_lms.latest SET day = stage.day, requests = stage.requests FROM stage
    WHERE latest.assignment_id = stage.assignment_id;
    INSERT INTO sis_lms.latest SELECT * FROM stage
    WHERE assignment_id NOT IN (SELECT assignment_id FROM sis_lms.latest);
    COMMIT\"\"\")""",
    ),
)
