"""Bring a learner to where a lab begins, by doing what the labs before it do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit import names

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
    return not lab.storage.count(f"s3://{lab.names.raw_bucket}/")


def _no_tables(lab: Lab) -> bool:
    return not {names.RAW_SIS, names.RAW_LMS} <= set(lab.catalog.databases())


def _crawl(lab: Lab) -> None:
    for crawler in (names.SIS_CRAWLER, names.LMS_CRAWLER):
        lab.catalog.run_crawler(crawler)


def _allow(lab: Lab) -> None:
    lab.storage.add_key_users()


def _fill(lab: Lab) -> None:
    lab.storage.fetch_demo_data()


Step = tuple[Callable[["Lab"], bool], str, Callable[["Lab"], object]]
STEPS: tuple[tuple[int, Step], ...] = (
    (1, (_no_key, "You may use the key.", _allow)),
    (1, (_no_data, "The raw bucket is filled.", _fill)),
    (1, (_no_tables, "The raw data are crawled.", _crawl)),
)
