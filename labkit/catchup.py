"""Bring a learner to where a lab begins, by doing what the labs before it do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit import names, recipes

if TYPE_CHECKING:
    from labkit.lab import Lab


def catch_up(lab: Lab) -> list[str]:
    """Do the steps of earlier labs that are missing.

    Returns:
        What was done, in words; empty when nothing was missing.
    """
    done = []
    for number, (is_missing, what, do) in STEPS:
        if number < lab.number and is_missing(lab):
            do(lab)
            done.append(what)
    return done


def _no_key(lab: Lab) -> bool:
    return lab.caller not in lab.storage.key_users()


def _no_data(lab: Lab) -> bool:
    found = lab.client("s3").list_objects_v2(Bucket=lab.names.raw_bucket, MaxKeys=1)
    return not found["KeyCount"]


def _no_tables(lab: Lab) -> bool:
    return not {names.RAW_SIS, names.RAW_LMS} <= set(lab.catalog.databases())


def _crawl(lab: Lab) -> None:
    for crawler in (names.SIS_CRAWLER, names.LMS_CRAWLER):
        lab.catalog.run_crawler(crawler)


def _allow(lab: Lab) -> None:
    lab.storage.add_key_users()


def _fill(lab: Lab) -> None:
    lab.storage.fetch_demo_data()


def _no_student_ext(lab: Lab) -> bool:
    return names.STUDENT_EXT not in set(lab.catalog.tables(names.CURATED_SIS)["table"])


def _no_page_views(lab: Lab) -> bool:
    return names.PAGE_VIEWS not in set(lab.catalog.tables(names.CURATED_LMS)["table"])


def _join_students(lab: Lab) -> None:
    """The job of lab 2, with the recipe of the workshop."""
    lab.storage.add_key_users(lab.role_arn(names.DATABREW_ROLE))
    lab.recipe.add_data_set("student", table=f"{names.RAW_SIS}.student")
    lab.recipe.create("student-ext-2", recipes.workshop())
    lab.recipe.publish("student-ext-2")
    lab.recipe.run_job(
        "student-ext-2",
        data_set="student",
        recipe="student-ext-2",
        to=f"s3://{lab.names.curated_bucket}/sisdemo/{names.STUDENT_EXT}/",
        table=f"{names.CURATED_SIS}.{names.STUDENT_EXT}",
    )


def _count_page_views(lab: Lab) -> None:
    """The CTAS of lab 2."""
    place = f"s3://{lab.names.curated_bucket}/lmsdemo/{names.PAGE_VIEWS}/"
    lab.storage.delete(place)  # a table that was dropped has left its files
    lab.query(
        f"""CREATE TABLE "{names.CURATED_LMS}"."{names.PAGE_VIEWS}"
        WITH (external_location = '{place}', format = 'PARQUET', parquet_compression = 'SNAPPY')
        AS SELECT user_id, course_id, timestamp_year, timestamp_month, timestamp_day,
            timestamp_hour, count(id) AS pageview_count
        FROM "{names.RAW_LMS}"."requests"
        GROUP BY user_id, course_id, timestamp_year, timestamp_month, timestamp_day,
            timestamp_hour"""
    )


Step = tuple[Callable[["Lab"], bool], str, Callable[["Lab"], object]]
STEPS: tuple[tuple[int, Step], ...] = (
    (1, (_no_key, "You may use the key.", _allow)),
    (1, (_no_data, "The raw bucket is filled.", _fill)),
    (1, (_no_tables, "The raw data are crawled.", _crawl)),
    (2, (_no_student_ext, "Students are joined with what belongs to them.", _join_students)),
    (2, (_no_page_views, "Page views are counted.", _count_page_views)),
)
