"""The raw data: its objects, bytes, stories, flaws and keys."""

from __future__ import annotations

import ast
import doctest
import hashlib
import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

import seeds
from seeds import draws, files, flaws, log, schema, terms, times
from seeds.activity import Activity
from seeds.people import People

ROOT = Path(__file__).parent.parent
FALL = [date(2020, 8, 17) + timedelta(weeks=n) for n in range(16)]
SPRING = [date(2021, 1, 18) + timedelta(weeks=n) for n in range(16)]

# The digests of the default data. SIS rows are digested as CSV, since a Parquet file names the
# version of the library that wrote it.
GOLDEN = {
    "sisdb": "d30a2fa1bccd5d8a368aa8902f739b470693a4e4ac084d6d4fc1e8a68f546e4c",
    "lmsapi": "e4de1fe3ef155b456648f05c3a2811e34cccabd6395cafb2a752833251851498",
}


CATALOG = {
    "int32": "int",
    "int16": "smallint",
    "int64": "bigint",
    "double": "double",
    "string": "string",
    "date32[day]": "date",
    "timestamp[ms]": "timestamp",
}


def expected_keys() -> set[str]:
    """The layout of the workshop, spelled out."""
    keys = {f"sisdb/sisdemo/{table}/LOAD00000001.parquet" for table in schema.SIS}
    for table, names, days in (
        ("account_dim", ["account_dim"], FALL[:1]),
        ("user_dim", ["faculty", "students"], FALL[:1]),
        *((t, [t], [FALL[0], SPRING[0]]) for t in ("assignment_dim", "assignment_fact")),
        *((t, [t], [FALL[0], SPRING[0]]) for t in ("enrollment_dim", "enrollment_fact")),
        ("course_dim", ["course_dim"], [FALL[0], SPRING[0]]),
        *((t, [t], FALL + SPRING) for t in ("submission_dim", "submission_fact")),
        ("requests", ["general", "submissions"], FALL + SPRING),
    ):
        keys |= {f"lmsapi/{table}/process_date={d}/{name}.csv" for d in days for name in names}
    return keys


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("lake")
    seeds.generate(made)
    return made


@pytest.fixture(scope="module")
def lake(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for table in schema.SIS:
            path = folder / "sisdb/sisdemo" / table / "*.parquet"
            connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{path}')")
        for table in schema.LMS:
            path = folder / "lmsapi" / table / "*" / "*.csv"
            connection.execute(
                f"CREATE TABLE {table} AS FROM read_csv('{path}', header = true, quote = '', "
                "hive_partitioning = true, hive_types_autocast = false, "
                "auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR'])"
            )
        yield connection


def one(lake: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = lake.execute(sql).fetchone()
    assert row is not None
    return row[0]


def bodies(objects: Iterator[seeds.Object] | list[seeds.Object]) -> dict[str, bytes]:
    made = {}
    for key, write in objects:
        sink = io.BytesIO()
        write(sink)
        made[key] = sink.getvalue()
    return made


# --- the objects --------------------------------------------------------------------------------


def test_there_are_153_objects() -> None:
    keys = [key for key, _ in seeds.objects()]
    assert len(keys) == 153
    assert set(keys) == expected_keys()
    assert sum(key.startswith("lmsapi/") for key in keys) == 141


def test_files_lie_where_the_keys_say(folder: Path) -> None:
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == expected_keys()


def test_the_default_is_under_120_mb_and_takes_little_of_the_processor(tmp_path: Path) -> None:
    start = time.process_time()
    paths = seeds.generate(tmp_path)
    assert time.process_time() - start < 30
    assert 100e6 < sum(path.stat().st_size for path in paths) < 120e6


def test_only_the_tables_asked_for(tmp_path: Path) -> None:
    paths = seeds.generate(tmp_path, 0.05, tables=["student", "account_dim"])
    assert [path.parent.name for path in paths] == ["student", "process_date=2020-08-17"]


# --- the same bytes -----------------------------------------------------------------------------


def test_the_default_data_is_the_golden_one() -> None:
    sums = {source: hashlib.sha256() for source in GOLDEN}
    for key, body in bodies(seeds.objects()).items():
        if key.endswith(".parquet"):
            sink = io.BytesIO()
            files.write_csv(iter([pq.read_table(io.BytesIO(body))]), sink)
            body = sink.getvalue()
        sums[key.split("/")[0]].update(key.encode() + b"\n" + body)
    assert {source: total.hexdigest() for source, total in sums.items()} == GOLDEN


def test_two_runs_give_the_same_bytes() -> None:
    assert bodies(seeds.objects(0.1)) == bodies(seeds.objects(0.1))


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_threads_do_not_change_the_bytes(tmp_path: Path, threads: int) -> None:
    paths = seeds.generate(tmp_path, 0.1, threads=threads)
    made = {str(path.relative_to(tmp_path)): path.read_bytes() for path in paths}
    assert made == bodies(seeds.objects(0.1))


def test_another_process_with_another_hash_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    command = [sys.executable, "-m", "seeds", str(tmp_path), "--scale", "0.05"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    made = {str(p.relative_to(tmp_path)): p.read_bytes() for p in tmp_path.rglob("*.*")}
    assert made == bodies(seeds.objects(0.05))


@pytest.mark.parametrize("path", sorted((ROOT / "seeds").glob("*.py")), ids=lambda path: path.stem)
def test_numpy_and_pyarrow_are_enough(path: Path) -> None:
    """The generator also runs in a Lambda function, which has no more than these two."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module, "imports are absolute"
            imported.add(node.module.split(".")[0])
    assert imported <= {"numpy", "pyarrow", "seeds", *sys.stdlib_module_names}


def test_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "seeds", str(tmp_path), "--scale", "0.05", "--table", "school"]
    subprocess.run(command, cwd=ROOT, check=True)
    (path,) = (p for p in tmp_path.rglob("*") if p.is_file())
    assert pq.read_table(path).column("school_id").to_pylist() == [1, 2, 3, 4]


# --- the shape of the files ---------------------------------------------------------------------


@pytest.mark.parametrize("table", schema.LMS)
def test_csv_is_plain(folder: Path, table: str) -> None:
    """A header, the same number of commas in each line, and never a quote."""
    for path in (folder / "lmsapi" / table).rglob("*.csv"):
        text = path.read_bytes()
        assert b'"' not in text
        assert b"'" not in text
        assert b"\r" not in text
        header, *lines = text.decode().splitlines()
        assert header == ",".join(schema.LMS[table])
        assert lines
        assert {line.count(",") for line in lines} == {len(schema.LMS[table]) - 1}
        assert text.endswith(b"\n")


@pytest.mark.parametrize("table", schema.SIS)
def test_parquet_has_the_types_of_the_catalog(folder: Path, table: str) -> None:
    found = pq.read_schema(folder / "sisdb/sisdemo" / table / "LOAD00000001.parquet")
    assert found.equals(schema.SIS[table])


def test_the_columns_of_the_workshop() -> None:
    widths = {table: len(fields) for table, fields in schema.SIS.items()}
    assert widths == {
        "student": 24,
        "course": 6,
        "course_outcome": 5,
        "course_registration": 7,
        "course_schedule": 9,
        "degree_plan": 6,
        "department": 4,
        "ed_level": 3,
        "faculty": 9,
        "school": 4,
        "semester": 6,
        "university": 3,
    }
    assert len(schema.LMS["requests"]) == 21
    assert {"assignment_id", "all_day_date"} <= set(schema.LMS["assignment_dim"])
    assert {"id", "assignment_id", "user_id", "submitted_at"} <= set(schema.LMS["submission_dim"])


def test_requests_have_the_types_of_the_workshop(lake: duckdb.DuckDBPyConnection) -> None:
    numbers = {"timestamp_year", "timestamp_month", "timestamp_day", "timestamp_hour"}
    numbers |= {"user_id", "course_id", "assignment_id", "interaction_micros"}
    types = {name: kind for name, kind, *_ in lake.execute("DESCRIBE requests").fetchall()}
    assert {name for name, kind in types.items() if kind == "BIGINT"} == numbers


def test_columns_that_stay_empty(lake: duckdb.DuckDBPyConnection) -> None:
    empty = ["root_account_id", "course_account_id", "quiz_id", "discussion_id", "conversation_id"]
    counts = ", ".join(f"count({name})" for name in empty)
    assert lake.execute(f"SELECT {counts} FROM requests").fetchone() == (0, 0, 0, 0, 0)


def test_a_row_of_requests_has_about_the_bytes_of_the_original(folder: Path) -> None:
    path = folder / "lmsapi/requests/process_date=2020-08-31/general.csv"
    text = path.read_bytes()
    assert 200 < len(text) / text.count(b"\n") < 225


def test_each_row_lies_in_the_folder_of_its_week(lake: duckdb.DuckDBPyConnection) -> None:
    for table, column in (("requests", "timestamp"), ("submission_dim", "submitted_at")):
        stray = f"""SELECT count(*) FROM {table}
            WHERE CAST({column}[:10] AS DATE) - CAST(process_date AS DATE) NOT BETWEEN 0 AND 6"""
        assert one(lake, stray) == 0
    parts = "concat_ws('-', timestamp_year, timestamp_month, timestamp_day, timestamp_hour)"
    wrong = f"""SELECT count(*) FROM requests
        WHERE strftime(CAST(timestamp AS TIMESTAMP), '%Y-%-m-%-d-%-H') <> {parts}"""
    assert one(lake, wrong) == 0


# --- keys ---------------------------------------------------------------------------------------

KEYS = [
    ("student", "department_id", "department", "department_id"),
    ("student", "admit_semester_id", "semester", "semester_id"),
    ("student", "planned_grad_semester_id", "semester", "semester_id"),
    ("student", "parent_highest_ed", "ed_level", "ed_level_id"),
    ("course", "department_id", "department", "department_id"),
    ("course", "school_id", "school", "school_id"),
    ("course_outcome", "student_id", "student", "student_id"),
    ("course_outcome", "semester_id", "semester", "semester_id"),
    ("course_registration", "student_id", "student", "student_id"),
    ("course_registration", "course_id", "course", "course_id"),
    ("course_registration", "semester_id", "semester", "semester_id"),
    ("course_schedule", "course_id", "course", "course_id"),
    ("course_schedule", "staff_id", "faculty", "faculty_id"),
    ("degree_plan", "student_id", "student", "student_id"),
    ("degree_plan", "course_id", "course", "course_id"),
    ("department", "school_id", "school", "school_id"),
    ("faculty", "department_id", "department", "department_id"),
    ("school", "university_id", "university", "university_id"),
    ("requests", "user_id", "student", "student_id"),
    ("requests", "course_id", "course_dim", "id"),
    ("requests", "assignment_id", "assignment_dim", "assignment_id"),
    ("submission_dim", "user_id", "student", "student_id"),
    ("submission_dim", "assignment_id", "assignment_dim", "assignment_id"),
    ("submission_dim", "grader_id", "faculty", "faculty_id"),
    ("submission_fact", "submission_id", "submission_dim", "id"),
    ("submission_fact", "course_id", "course", "course_id"),
    ("submission_fact", "course_account_id", "account_dim", "id"),
    ("assignment_dim", "course_id", "course_dim", "id"),
    ("assignment_fact", "assignment_id", "assignment_dim", "assignment_id"),
    ("assignment_fact", "course_account_id", "account_dim", "id"),
    ("course_dim", "id", "course", "course_id"),
    ("course_dim", "account_id", "account_dim", "id"),
    ("course_dim", "enrollment_term_id", "semester", "semester_id"),
    ("enrollment_dim", "user_id", "user_dim", "id"),
    ("enrollment_dim", "course_id", "course_dim", "id"),
    ("enrollment_fact", "enrollment_id", "enrollment_dim", "id"),
    ("enrollment_fact", "user_id", "user_dim", "id"),
    ("student", "student_id", "user_dim", "id"),
    ("faculty", "faculty_id", "user_dim", "id"),
    ("account_dim", "parent_account_id", "account_dim", "id"),
]


@pytest.mark.parametrize(("child", "column", "parent", "key"), KEYS, ids=lambda part: str(part))
def test_foreign_keys_hold(
    lake: duckdb.DuckDBPyConnection, child: str, column: str, parent: str, key: str
) -> None:
    orphans = f"""SELECT count(*) FROM {child}
        WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {parent})"""
    assert one(lake, orphans) == 0
    assert one(lake, f"SELECT count({column}) FROM {child}") > 0  # type: ignore[operator]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("course", "course_id"),
        ("semester", "semester_id"),
        ("user_dim", "id"),
        ("account_dim", "id"),
        ("assignment_dim", "assignment_id"),
        ("enrollment_dim", "id"),
        ("submission_dim", "id"),
        ("submission_fact", "submission_id"),
    ],
)
def test_primary_keys_are_unique(lake: duckdb.DuckDBPyConnection, table: str, key: str) -> None:
    assert one(lake, f"SELECT count(*) - count(DISTINCT {key}) FROM {table}") == 0


def test_the_sis_and_the_lms_agree(lake: duckdb.DuckDBPyConnection) -> None:
    """Who is enrolled on the LMS is registered in the SIS, with the same score; so who clicks."""
    unlike = """SELECT count(*) FROM enrollment_dim d
        JOIN enrollment_fact f ON f.enrollment_id = d.id
        LEFT JOIN course_outcome o ON o.student_id = f.user_id AND o.course_id = f.course_id
        WHERE d.type = 'StudentEnrollment'
        AND (o.student_id IS NULL OR o.score IS DISTINCT FROM f.computed_final_score)"""
    assert one(lake, unlike) == 0
    strangers = """SELECT count(*) FROM requests r ANTI JOIN enrollment_dim e
        ON e.user_id = r.user_id AND e.course_id = r.course_id"""
    assert one(lake, strangers) == 0
    assert one(lake, "SELECT count(*) FROM requests WHERE http_method = 'POST'") == one(
        lake, "SELECT count(*) FROM submission_dim"
    )


# --- flaws --------------------------------------------------------------------------------------

DICTIONARY = (ROOT / "seeds/README.md").read_text("utf-8")
FLAW_ROWS = re.findall(
    r"^\| (\d+) \| (\w+) \| (\w+) \| (\d+) \| .* \| `(SELECT .*)` \|$", DICTIONARY, re.M
)


@pytest.mark.parametrize(
    ("count", "sql"),
    [(int(count), sql) for *_, count, sql in FLAW_ROWS],
    ids=[f"{number}-{table}.{column}" for number, table, column, *_ in FLAW_ROWS],
)
def test_each_flaw_is_found_as_often_as_the_dictionary_says(
    lake: duckdb.DuckDBPyConnection, count: int, sql: str
) -> None:
    assert one(lake, sql) == count


def test_of_other_students_others_have_the_flaws(tmp_path: Path) -> None:
    whose = []
    for seed in (0, 7, 11):
        [path] = seeds.generate(tmp_path / str(seed), scale=0.25, tables=["student"], seed=seed)
        rows = pq.read_table(path).to_pylist()
        whose.append({row["student_id"] for row in rows if row["parent_highest_ed"] is None})
    assert [len(some) for some in whose] == [4, 4, 4]
    assert len(set.union(*whose)) == 12


HERE = {"school": 0, "below": 0, "twice": 1, "shared": 0, "zeros": 0, "nowhere": 1}
ELSEWHERE = {"school": 1, "below": 1, "twice": 3, "shared": 1, "zeros": 4, "nowhere": 6}


@pytest.mark.parametrize("elsewhere", [False, True])
def test_of_other_students_more_values_cannot_be(tmp_path: Path, elsewhere: bool) -> None:
    wanted = ["student", "course_outcome"]
    paths = seeds.generate(tmp_path, scale=0.25, tables=wanted, seed=7 * elsewhere)
    student, outcome = (pq.read_table(path).to_pandas() for path in sorted(paths)[::-1])
    once = student.drop_duplicates()
    assert {
        "school": (student.high_school_gpa > 4).sum(),
        "below": (student.cumulative_gpa < 0).sum(),
        "twice": len(student) - len(once),
        "shared": once.email_address.duplicated().sum(),
        "zeros": (outcome.score == 0).sum(),
        "nowhere": (outcome.course_id == 9999).sum(),
    } == (ELSEWHERE if elsewhere else HERE)


def test_of_other_students_some_stay_away_and_what_some_hand_in_is_delivered_twice(
    tmp_path: Path,
) -> None:
    paths = seeds.generate(tmp_path, scale=0.25, tables=["requests"], seed=7)
    [last] = [path for path in paths if "2021-05-03/general" in path.as_posix()]
    users = csv.read_csv(last).column("user_id").to_pylist()
    assert not [user for user in users if user % 10 == 3]
    [week] = [path for path in paths if "2020-10-19/submissions" in path.as_posix()]
    ids = csv.read_csv(week).column("id").to_pylist()
    assert len(ids) - len(set(ids)) == 2


@pytest.mark.parametrize("seed", [0, 7])
def test_of_other_students_some_come_after_the_deadline_and_on_its_day(
    tmp_path: Path, seed: int
) -> None:
    wanted = ["assignment_dim", "submission_dim"]
    seeds.generate(tmp_path, scale=0.25, tables=wanted, seed=seed)
    tables = {
        one: f"read_csv('{tmp_path}/lmsapi/{one}/*/*.csv', all_varchar=true)" for one in wanted
    }
    [(late, on_the_day)] = duckdb.sql(
        f"""SELECT count(*), count_if(submitted_at[:10] = all_day_date)
        FROM {tables["submission_dim"]} JOIN {tables["assignment_dim"]} USING (assignment_id)
        WHERE submitted_at > due_at"""
    ).fetchall()
    assert late > on_the_day
    assert (on_the_day > 50) == bool(seed)


def test_the_dictionary_lists_every_flaw() -> None:
    listed = sorted((table, column) for _, table, column, *_ in FLAW_ROWS)
    planted = [(flaw.table.split("/")[0], flaw.column) for flaw in flaws.FLAWS]
    planted += [(table.split("/")[0], "all") for table in flaws.TWICE]
    assert listed == sorted(planted)


def test_the_dictionary_counts_every_row(lake: duckdb.DuckDBPyConnection) -> None:
    listed = dict(re.findall(r"^### (\w+) \(([\d,]+) rows\)$", DICTIONARY, re.M))
    tables = [*schema.SIS, *schema.LMS]
    assert listed == {t: f"{one(lake, f'SELECT count(*) FROM {t}'):,}" for t in tables}


@pytest.mark.parametrize("table", [*schema.SIS, *schema.LMS])
def test_the_dictionary_lists_every_column(
    lake: duckdb.DuckDBPyConnection, folder: Path, table: str
) -> None:
    """SIS columns with their types; of the LMS those that are not empty throughout."""
    section = re.split(r"^### ", DICTIONARY, flags=re.M)
    (text,) = (part for part in section if part.startswith(f"{table} ("))
    listed = re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.M)
    if table in schema.SIS:
        types = {name: rest.split(" | ")[0] for name, rest in listed}
        assert types == {field.name: CATALOG[str(field.type)] for field in schema.SIS[table]}
        return
    counts = ", ".join(f"count({name})" for name in schema.LMS[table])
    filled = lake.execute(f"SELECT {counts} FROM {table}").fetchone() or ()
    pairs = zip(schema.LMS[table], filled, strict=True)
    assert [name for name, _ in listed] == [name for name, count in pairs if count]


# --- stories ------------------------------------------------------------------------------------


def test_outcomes(lake: duckdb.DuckDBPyConnection) -> None:
    sql = """SELECT CASE letter_grade WHEN 'A' THEN 'distinction' WHEN 'F' THEN 'fail'
        WHEN 'W' THEN 'withdrawn' ELSE 'pass' END AS outcome,
        100.0 * count(*) / sum(count(*)) OVER () FROM course_outcome GROUP BY 1"""
    shares = dict(lake.execute(sql).fetchall())
    expected = {"pass": 37.8, "withdrawn": 31.2, "fail": 21.6, "distinction": 9.3}
    assert {name: round(share, 1) for name, share in shares.items()} == expected


def test_withdrawal_falls_with_prior_education(lake: duckdb.DuckDBPyConnection) -> None:
    sql = """SELECT 100.0 * count(*) FILTER (letter_grade = 'W') / count(*)
        FROM course_outcome JOIN (SELECT DISTINCT student_id, parent_highest_ed FROM student)
        USING (student_id) WHERE parent_highest_ed IS NOT NULL
        GROUP BY parent_highest_ed ORDER BY parent_highest_ed"""
    rates = [rate for (rate,) in lake.execute(sql).fetchall()]
    assert [round(rate, 1) for rate in rates] == [42.9, 35.5, 29.2, 27.5, 25.0]


def test_clicks_have_the_stated_quartiles(lake: duckdb.DuckDBPyConnection) -> None:
    sql = """SELECT quantile_cont(clicks, [0.25, 0.5, 0.75]), max(clicks)
        FROM (SELECT count(DISTINCT id) AS clicks FROM requests WHERE http_method = 'GET'
        GROUP BY user_id, course_id)"""
    quartiles, most = lake.execute(sql).fetchone() or ([], 0)
    assert [round(each) for each in quartiles] == [252, 721, 1739]
    assert most == 24_139


def test_who_clicks_more_does_better(lake: duckdb.DuckDBPyConnection) -> None:
    sql = """SELECT avg(score) FROM (SELECT score, ntile(4) OVER (ORDER BY clicks) AS quarter
        FROM (SELECT user_id, course_id, count(*) AS clicks FROM requests GROUP BY ALL)
        JOIN enrollment_fact USING (user_id, course_id) JOIN course_outcome o
        ON o.student_id = user_id AND o.course_id = enrollment_fact.course_id)
        GROUP BY quarter ORDER BY quarter"""
    quarters = [score for (score,) in lake.execute(sql).fetchall()]
    assert quarters == sorted(quarters)
    assert quarters[3] - quarters[0] > 12


def test_the_week_has_a_rhythm(lake: duckdb.DuckDBPyConnection) -> None:
    sql = """SELECT EXTRACT(dayofweek FROM CAST(timestamp AS TIMESTAMP)) AS weekday,
        timestamp_hour, count(*) FROM requests GROUP BY ALL"""
    heat = {(weekday, hour): count for weekday, hour, count in lake.execute(sql).fetchall()}
    days = [sum(heat[day, hour] for hour in range(24)) for day in range(7)]
    hours = [sum(heat[day, hour] for day in range(7)) for hour in range(24)]
    assert len(heat) == 168
    assert {5, 6} == set(np.argsort(days)[:2].tolist())  # Friday and Saturday rest
    assert int(np.argmax(hours)) in (20, 21)
    assert max(heat, key=lambda spot: heat[spot]) in {(0, 20), (0, 21)}  # Sunday evening
    assert hours[21] > 20 * hours[4]


def test_activity_surges_before_a_deadline(lake: duckdb.DuckDBPyConnection) -> None:
    """Mean page views of a course on the day of a deadline, against days far from the next one."""
    sql = """WITH days AS (SELECT course_id, CAST(timestamp[:10] AS DATE) AS day, count(*) AS views
        FROM requests GROUP BY ALL), nearest AS (SELECT course_id, day, any_value(views) AS views,
        min(CAST(all_day_date AS DATE) - day) AS ahead
        FROM days JOIN assignment_dim USING (course_id)
        WHERE CAST(all_day_date AS DATE) >= day AND dayofweek(day) BETWEEN 1 AND 5 GROUP BY ALL)
        SELECT avg(views) FILTER (ahead = 0) / avg(views) FILTER (ahead > 5) FROM nearest"""
    assert 2.5 < one(lake, sql) < 6  # type: ignore[operator]


def test_on_time_scores_better(lake: duckdb.DuckDBPyConnection) -> None:
    sql = """SELECT submitted_at[:10] <= all_day_date AS on_time, count(*), avg(score),
        stddev(score) FROM submission_dim d JOIN submission_fact f ON f.submission_id = d.id
        JOIN assignment_dim a ON a.assignment_id = d.assignment_id GROUP BY 1 ORDER BY 1"""
    (_, late, late_score, _), (_, early, early_score, spread) = lake.execute(sql).fetchall()
    assert 0.74 < early / (early + late) < 0.84
    assert 15 < early_score - late_score < 28
    assert spread > 15  # clear, but noisy


def test_names_are_many(lake: duckdb.DuckDBPyConnection) -> None:
    assert one(lake, "SELECT count(DISTINCT first_name) FROM student") > 100  # type: ignore[operator]
    assert one(lake, "SELECT count(DISTINCT last_name) FROM student") > 120  # type: ignore[operator]


# --- one more week ------------------------------------------------------------------------------


def test_a_week_is_what_the_initial_load_holds_of_it() -> None:
    whole = bodies(seeds.objects(0.1))
    for number in (1, 17, 32):
        part = bodies(seeds.week(number, 0.1))
        folder = f"process_date={seeds.week_date(number)}"
        assert part == {key: body for key, body in whole.items() if folder in key}


def test_weeks_go_on_after_the_initial_load(lake: duckdb.DuckDBPyConnection) -> None:
    made = bodies(seeds.week(33))
    assert list(made) == [
        "lmsapi/submission_dim/process_date=2021-05-10/submission_dim.csv",
        "lmsapi/submission_fact/process_date=2021-05-10/submission_fact.csv",
        "lmsapi/requests/process_date=2021-05-10/general.csv",
        "lmsapi/requests/process_date=2021-05-10/submissions.csv",
    ]
    ids, taken = [], {str(row[0]) for row in lake.execute("SELECT id FROM requests").fetchall()}
    for body in list(made.values())[2:]:
        header, *lines = body.decode().splitlines()
        assert header == ",".join(schema.LMS["requests"])
        assert all("2021-05-10" <= line.split(",")[1][:10] <= "2021-05-16" for line in lines)
        ids += [line.split(",")[0] for line in lines]
    assert len(ids) == len(set(ids)) > 1000
    assert not taken & set(ids)


def test_a_later_week_may_have_a_new_column() -> None:
    plain, wide = seeds.week(34), seeds.week(34, new_column=True)
    for old, new in zip(bodies(plain).items(), bodies(wide).items(), strict=True):
        if "/requests/" not in old[0]:
            assert old == new
            continue
        lines = new[1].decode().splitlines()
        assert lines[0] == ",".join([*schema.LMS["requests"], "device"])
        assert {line.rsplit(",", 1)[1] for line in lines[1:]} <= {"desktop", "phone", "tablet"}
        assert [line.rsplit(",", 1)[0] for line in lines] == old[1].decode().splitlines()


def test_weeks_far_ahead_still_have_rows() -> None:
    for number in (40, 85, 300):
        for key, body in bodies(seeds.week(number)).items():
            assert body.count(b"\n") > 1, key


@pytest.mark.parametrize("number", [1, 16, 17, 32, 33, 60])
def test_a_date_names_its_week(number: int) -> None:
    assert seeds.week_number(seeds.week_date(number)) == number


# --- scale --------------------------------------------------------------------------------------


def test_scale_multiplies_students_and_requests() -> None:
    small, large = Activity(People(1)), Activity(People(8))
    assert len(large.student) == 8 * len(small.student)
    assert large.clicks.sum() / small.clicks.sum() == pytest.approx(8, rel=0.03)


def test_a_large_week_comes_in_small_blocks() -> None:
    activity = Activity(People(20))
    sizes = [len(block) for block in log.views(activity, 5)]
    assert sum(sizes) == activity.views(5).sum() > 300_000
    assert max(sizes) < log.BLOCK_ROWS * 1.1


@pytest.mark.parametrize("scale", [0.01, 0.3, 2.5])
def test_any_scale_has_all_objects(scale: float, tmp_path: Path) -> None:
    kept = ["student", "course_outcome", "submission_dim", "enrollment_dim", "user_dim"]
    paths = seeds.generate(tmp_path, scale, tables=kept)
    assert all(path.stat().st_size for path in paths)
    students = pq.read_table(tmp_path / "sisdb/sisdemo/student/LOAD00000001.parquet")
    assert len(set(students.column("student_id").to_pylist())) == max(16, round(400 * scale))


# --- bad input ----------------------------------------------------------------------------------


def test_bad_input_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="above 0"):
        list(seeds.objects(0))
    with pytest.raises(ValueError, match="No table named pupils"):
        seeds.generate(tmp_path, tables=["pupils"])
    with pytest.raises(ValueError, match="counted from 1"):
        seeds.week(0)
    with pytest.raises(ValueError, match="names no week"):
        seeds.week_number(date(2021, 1, 11))
    with pytest.raises(KeyError, match="has no column colour"):
        files.named({"colour": [1]}, ["id"])


def test_a_value_with_a_comma_is_refused() -> None:
    with pytest.raises(pa.ArrowInvalid):
        files.write_csv(iter([pa.table({"name": ["Oslo, Norway"]})]), io.BytesIO())


@pytest.mark.parametrize("module", [draws, terms, times], ids=lambda module: module.__name__)
def test_examples_in_the_docstrings(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
