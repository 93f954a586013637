"""The workshop's lake crawls into its 12 + 10 tables, with the types that its catalog shows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seeds.lake import generate
from tests.glue.lake import Lake, columns, keys

SCALE = 0.05  # small, so some weeks have a header and no rows: no classifier takes those
SIS = {
    "student": "student_id int, first_name string, last_name string, gender string, "
    "birth_date date, email_address string, admitted smallint, enrolled smallint, "
    "parent_alum smallint, "
    "parent_highest_ed smallint, first_gen_hed_student smallint, high_school_gpa double, "
    "was_hs_athlete_ind smallint, home_state_name string, admit_type string, "
    "private_hs_indicator smallint, multiple_majors_indicator smallint, "
    "secondary_class_percentile smallint, department_id bigint, admit_semester_id bigint, "
    "first_year_gpa double, cumulative_gpa double, enroll_status string, "
    "planned_grad_semester_id bigint",
    "course": "course_id int, course_name string, course_level smallint, course_code string, "
    "school_id bigint, department_id bigint",
    "course_outcome": "student_id bigint, course_id bigint, semester_id bigint, score double, "
    "letter_grade string",
    "course_registration": "date_registered date, date_dropped date, student_id bigint, "
    "course_id bigint, status string, semester_id bigint, update_ts timestamp",
    "course_schedule": "course_id bigint, semester_id bigint, staff_id bigint, "
    "lecture_days string, lecture_start_hour smallint, lecture_duration smallint, lab_days string, "
    "lab_start_hour smallint, lab_duration smallint",
    "degree_plan": "student_id bigint, course_id bigint, course_seq_no smallint, status string, "
    "is_major_ind smallint, semester_seq_no smallint",
    "department": "department_id int, department_name string, department_code string, "
    "school_id bigint",
    "ed_level": "ed_level_id int, ed_level_code string, ed_level_desc string",
    "faculty": "faculty_id int, first_name string, last_name string, gender string, "
    "department_id bigint, tenure_years smallint, is_tenured smallint, title string, "
    "dept_chair smallint",
    "school": "school_id int, school_name string, relative_website_url string, "
    "university_id bigint",
    "semester": "semester_id int, start_date date, end_date date, term_name string, "
    "semester_year smallint, school_year_name string",
    "university": "university_id int, university_name string, website_url string",
}
REQUESTS = (
    "id string, timestamp string, timestamp_year bigint, timestamp_month bigint, "
    "timestamp_day bigint, timestamp_hour bigint, user_id bigint, course_id bigint, "
    "root_account_id string, course_account_id string, quiz_id string, discussion_id string, "
    "conversation_id string, assignment_id bigint, url string, user_agent string, "
    "http_method string, remote_ip string, interaction_micros bigint, "
    "web_application_controller string, session_id string"
)
LMS = (
    "account_dim assignment_dim assignment_fact course_dim enrollment_dim enrollment_fact "
    "requests submission_dim submission_fact user_dim"
).split()


@pytest.fixture(scope="module")
def raw(
    client: Callable[[str], Any], role: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Lake]:
    """The raw bucket, filled; a crawler's lake by the crawler's name."""
    folder = tmp_path_factory.mktemp("seeds")
    lake = Lake(client, "workshop", role)
    for path in generate(folder, SCALE):
        lake.put(path.relative_to(folder).as_posix(), path.read_bytes())

    def crawler(name: str) -> Lake:
        made = Lake(client, "workshop", role)
        made.crawler, made.database = f"dataedu-{name}-crawler", f"db_raw_{name}"
        made.folder = folder
        return made

    return crawler


def test_sis(raw: Callable[[str], Lake]) -> None:
    lake = raw("sisdemo")
    lake.crawl("sisdb/sisdemo/")
    found = {name: columns(table) for name, table in lake.tables().items()}
    assert found == {name: dict(c.split() for c in text.split(", ")) for name, text in SIS.items()}
    assert [name for name in found if keys(lake.table(name))] == []


def test_lms(raw: Callable[[str], Lake]) -> None:
    lake = raw("lmsdemo")
    lake.crawl("lmsapi/")
    tables = lake.tables()
    found = {name: int(table["Parameters"]["objectCount"]) for name, table in tables.items()}
    assert found == {name: len(_filled(lake.folder, name)) for name in LMS}
    assert len(_filled(lake.folder, "requests")) > 32
    assert {tuple(keys(table)) for table in tables.values()} == {("process_date",)}
    requests = columns(tables["requests"])
    assert requests == dict(column.split() for column in REQUESTS.split(", "))
    for name in LMS:
        dates = {path.parent.name.partition("=")[2] for path in _filled(lake.folder, name)}
        assert set(lake.partitions(name)) == {(date,) for date in dates}
    lake.run()
    assert {name: t["VersionId"] for name, t in lake.tables().items()} == dict.fromkeys(LMS, "0")


def _filled(folder: Path, table: str) -> list[Path]:
    """A table's files that have rows."""
    paths = (folder / "lmsapi" / table).rglob("*.csv")
    return [path for path in paths if path.read_bytes().count(b"\n") > 1]
