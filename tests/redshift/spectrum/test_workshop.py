"""The statements of the workshop's warehouse lab, on its crawled lake."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labkit.warehouses.results import split as statements
from seeds import schema
from seeds.lake import generate
from tests.glue.lake import READ, Lake
from tests.redshift.spectrum.conftest import Spectrum
from tests.roles import make_role

LMS = ("submission_dim", "assignment_dim", "requests")
JOIN = """
    SELECT TO_DATE(ad.due_at, 'YYYY-MM-DD') AS due_date,
           TO_DATE(sd.submitted_at, 'YYYY-MM-DD') AS submitted_date,
           DATEDIFF(day, due_date, submitted_date) AS days_late, *
    FROM lmsraw.submission_dim sd
    JOIN sis.student s ON sd.user_id = s.student_id
    JOIN lmsraw.assignment_dim ad ON sd.assignment_id = ad.assignment_id
"""
REQUEST_INFO = """
    CREATE VIEW sis_lms.request_info_view AS
    SELECT r.id, r.user_id, r.course_id, r.timestamp_hour,
           EXTRACT(dayofweek FROM r.timestamp::timestamp) AS weekday, s.gender, s.home_state_name
    FROM lmsraw.requests r JOIN sis.student s ON r.user_id = s.student_id
    WITH NO SCHEMA BINDING
"""
SUBMIT_DATE = """
    CREATE VIEW sis_lms.submit_date_view AS
    SELECT s.student_id, s.gender, s.high_school_gpa, s.first_gen_hed_student,
           TO_DATE(ad.due_at, 'YYYY-MM-DD') AS due_date,
           TO_DATE(sd.submitted_at, 'YYYY-MM-DD') AS submitted_date,
           CASE WHEN DATEDIFF(day, due_date, submitted_date) <= 0 THEN 1 ELSE 0 END AS on_time
    FROM lmsraw.submission_dim sd
    JOIN sis.student s ON sd.user_id = s.student_id
    JOIN lmsraw.assignment_dim ad ON sd.assignment_id = ad.assignment_id
    WITH NO SCHEMA BINDING
"""


@pytest.fixture(scope="module")
def lab(cloud: Any, role: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Spectrum]:
    """The crawled lake, the external schemas on it, and the twelve tables in the warehouse."""
    folder = tmp_path_factory.mktemp("seeds")
    crawler = make_role(cloud.client("iam"), "spectrum-crawler", "glue", READ)
    lake = Lake(cloud.client, "spectrum-workshop", crawler)
    for path in generate(folder, 0.02, [*schema.SIS, *LMS]):
        lake.put(path.relative_to(folder).as_posix(), path.read_bytes())
    for name, prefix in (("sisdemo", "sisdb/sisdemo/"), ("lmsdemo", "lmsapi/")):
        lake.crawler, lake.database = f"spectrum-{name}", f"db_spectrum_{name}"
        lake.crawl(prefix)
    return _warehouse(cloud, role, folder)


def _warehouse(cloud: Any, role: str, folder: Path) -> Spectrum:
    found = Spectrum(cloud.client("redshift-data"))
    found.database = "workshop"
    assert found.run("CREATE DATABASE workshop", Database="dev")["Status"] == "FINISHED"
    for name in ("sis", "lms"):
        found.done(
            f"CREATE EXTERNAL SCHEMA {name}raw FROM DATA CATALOG DATABASE 'db_spectrum_{name}demo' "
            f"REGION 'us-east-1' IAM_ROLE '{role}'"
        )
    found.done("CREATE SCHEMA sis", "CREATE SCHEMA sis_lms")
    found.done(*(f"CREATE TABLE sis.{name} AS SELECT * FROM sisraw.{name}" for name in schema.SIS))
    found.done("DROP SCHEMA sisraw")
    return found


def test_twelve_tables_are_in_the_warehouse(lab):
    found = lab.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'sis' ORDER BY 1")
    assert [name for (name,) in found] == sorted(schema.SIS)
    assert lab.rows("SELECT count(*) FROM sis.student")[0][0] > 5


def test_the_join_of_lake_and_warehouse(lab):
    (rows, matching), *_ = lab.rows(f"SELECT count(*), sum(CASE WHEN days_late = submitted_date "
                                    f"- due_date THEN 1 ELSE 0 END) FROM ({JOIN}) q")  # fmt: skip
    assert rows > 5
    assert matching == rows
    first = lab.run(f"{JOIN} ORDER BY sd.id LIMIT 5")
    assert first["Status"] == "FINISHED", first.get("Error")
    told = lab.client.get_statement_result(Id=first["Id"])
    names = [column["name"] for column in told["ColumnMetadata"]]
    assert names[:4] == ["due_date", "submitted_date", "days_late", "id"]
    assert names.count("assignment_id") == 2
    assert [c["typeName"] for c in told["ColumnMetadata"][:3]] == ["date", "date", "int8"]


def test_the_two_views(lab):
    lab.done(REQUEST_INFO, SUBMIT_DATE)
    days = lab.rows("SELECT weekday, count(*) FROM sis_lms.request_info_view GROUP BY 1 ORDER BY 1")
    assert {day for day, _ in days} <= set(range(7))
    assert sum(count for _, count in days) > 100
    expected = lab.rows(
        "SELECT EXTRACT(dayofweek FROM r.timestamp::timestamp), count(*) FROM lmsraw.requests r "
        "JOIN sis.student s ON r.user_id = s.student_id GROUP BY 1 ORDER BY 1"
    )
    assert days == expected
    on_time = lab.rows(
        "SELECT gender, sum(on_time), count(*) FROM sis_lms.submit_date_view GROUP BY 1"
    )
    assert 0 < sum(row[1] for row in on_time) <= sum(row[2] for row in on_time)


def test_a_star_schema(lab):
    """A table of facts with keys and measures, and dimensions around it."""
    text = (Path(__file__).parent / "star.sql").read_text()
    *made, weekly, late = statements(text)
    lab.done(*made)
    kept = lab.rows("SELECT count(*) FROM star.fact_request")
    lake = lab.rows("SELECT count(*) FROM lmsraw.requests")
    assert kept == lake
    found = lab.rows(weekly)
    assert found
    [[of_known]] = lab.rows(
        "SELECT count(*) FROM star.fact_request f JOIN star.dim_student USING (student_id) "
        "JOIN star.dim_course USING (course_id)"
    )
    assert sum(row[-1] for row in found) == of_known > 100
    assert all(0 <= float(share) <= 1 for *_, share in lab.rows(late))
    joins = [line for (line,) in lab.rows(f"EXPLAIN {weekly}") if " Join " in line]
    assert len(joins) == 3
    assert all("DS_DIST_ALL_NONE" in line or "DS_DIST_NONE" in line for line in joins)
