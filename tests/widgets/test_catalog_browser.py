"""The catalog browser."""

import pytest

from labkit.widgets import CatalogBrowser

LMS = "db_raw_lmsdemo"


@pytest.fixture
def browser(lake):
    return CatalogBrowser(lake, database=LMS)


def test_databases_and_tables(browser):
    assert LMS in browser.databases
    assert len(browser.tables) == 10
    requests = next(t for t in browser.tables if t["name"] == "requests")
    assert requests["keys"] == ["process_date"]
    assert requests["columns"][-1]["key"] is True
    assert requests["properties"]["classification"] == "csv"


def test_another_database(browser, click):
    click(browser, "open", table="requests")
    click(browser, "choose", database="db_raw_sisdemo")
    assert len(browser.tables) == 12
    assert browser.table == ""
    assert browser.partitions == []


def test_partitions_of_a_table(browser, click):
    click(browser, "open", table="requests")
    assert len(browser.partitions) == 32
    value, location = browser.partitions[0]
    assert location.endswith(f"process_date={value}/")
    click(browser, "choose")
    assert browser.table == "requests"


def test_a_preview_reads_ten_rows(browser, click):
    click(browser, "open", table="user_dim")
    click(browser, "preview")
    assert browser.run["state"] == "SUCCEEDED"
    assert browser.run["scanned_bytes"] > 0
    assert len(browser.preview["rows"]) == 10
    names = [c["name"] for c in browser.preview["columns"]]
    user_dim = next(t for t in browser.tables if t["name"] == "user_dim")
    assert names == [c["name"] for c in user_dim["columns"]]


def test_a_preview_is_not_shown_below_another_table(browser, click, monkeypatch):
    read = browser.rows

    def rows(run):
        browser.do_open(table="course_dim")
        return read(run)

    monkeypatch.setattr(browser, "rows", rows)
    click(browser, "open", table="user_dim")
    click(browser, "preview")
    assert (browser.table, browser.run, browser.preview) == ("course_dim", {}, {})


def test_a_database_that_is_gone_is_told(lake):
    assert "EntityNotFoundException" in CatalogBrowser(lake, database="nowhere").notice["text"]


def test_the_picture_lists_tables_with_columns(browser):
    html = browser.snapshot()
    assert "requests" in html
    assert "partitioned by process_date" in html
    assert "timestamp_hour" in html
