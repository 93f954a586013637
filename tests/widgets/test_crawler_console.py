"""The crawler console: run, refused, what was made, crawls of others."""

import html
import time

import pytest

from labkit.widgets import CrawlerConsole, crawlers

SIS, LMS = "dataedu-sisdemo-crawler", "dataedu-lmsdemo-crawler"
ROLE = "dataedu-glue-crawler-role"


def crawler(console, name):
    return next(c for c in console.crawlers if c["name"] == name)


def test_the_crawlers_are_listed(lab):
    console = CrawlerConsole(lab)
    assert [c["name"] for c in console.crawlers] == [LMS, SIS]
    assert crawler(console, SIS)["database"] == "db_raw_sisdemo"
    assert crawler(console, SIS)["paths"] == [f"s3://{lab.names.raw_bucket}/sisdb/sisdemo/"]


@pytest.fixture
def own_crawler(lab, fresh):
    """A crawler of one new file."""
    name, glue = fresh("own"), lab.client("glue")
    path = f"s3://{lab.names.raw_bucket}/{name}/"
    lab.storage.put("id,name\n1,Ada\n2,Bo\n", f"{path}people/a.csv")
    glue.create_crawler(
        Name=name, Role=ROLE, DatabaseName=name, Targets={"S3Targets": [{"Path": path}]}
    )
    yield name
    glue.delete_crawler(Name=name)


def test_a_refused_crawl_says_what_to_do_and_that_helps(lab, click, own_crawler):
    lab.storage.remove_key_users(lab.role_arn(ROLE))
    console = CrawlerConsole(lab)
    click(console, "run", name=own_crawler)
    refused = crawler(console, own_crawler)
    assert refused["status"] == "FAILED"
    assert "denied" in refused["message"].lower() or "not authorized" in refused["message"]
    assert ROLE in refused["advice"]
    assert html.escape(refused["message"], quote=False) in console.snapshot()

    exec(refused["code"], {"lab": lab})
    click(console, "run", name=own_crawler)
    assert crawler(console, own_crawler)["status"] == "SUCCEEDED"
    assert crawler(console, own_crawler)["message"] == ""
    assert [t["name"] for t in console.tables[own_crawler]] == ["people"]


def test_a_crawl_shows_its_states_and_the_tables_that_it_made(lab, click):
    lab.catalog.run_crawler(SIS)
    console, states = CrawlerConsole(lab), []
    console.observe(lambda _: states.append(crawler(console, SIS)["state"]), "crawlers")
    for _ in range(5):  # a crawl may have ended before anybody looks
        lab.client("glue").delete_table(DatabaseName="db_raw_sisdemo", Name="student")
        states.clear()
        click(console, "run", name=SIS)
        if states[0] == "RUNNING":
            break
    assert states[0] == "RUNNING"
    assert states[-1] == "READY"
    tables = {t["name"]: t for t in console.tables[SIS]}
    assert len(tables) == 12
    assert [name for name, t in tables.items() if t["change"] == "created"] == ["student"]
    assert {"name": "student_id", "type": "int", "key": False, "comment": ""} in tables["student"][
        "columns"
    ]


def test_the_log_starts_with_the_command_and_ends_with_glues_lines(lake, click):
    console = CrawlerConsole(lake)
    click(console, "run", name=LMS)
    lines = console.lines[LMS]
    assert lines[0] == f"$ aws glue start-crawler --name {LMS}"
    assert "finished running" in lines[-1]
    assert sum("finished running" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("action", "name", "code"),
    [
        pytest.param("run", "nobody", "EntityNotFoundException", id="run unknown"),
        pytest.param("stop", "nobody", "EntityNotFoundException", id="stop unknown"),
        pytest.param("stop", SIS, "CrawlerNotRunningException", id="stop idle"),
    ],
)
def test_a_refused_click_is_a_notice(lake, click, action, name, code):
    console = CrawlerConsole(lake)
    click(console, action, name=name)
    assert console.notice["text"].startswith(code)
    assert console.notice["kind"] == "error"


def test_a_crawl_started_elsewhere_is_seen(lake, monkeypatch):
    monkeypatch.setattr(crawlers, "WATCH_S", 0.05)
    console = CrawlerConsole(lake)
    before = crawler(console, LMS)["crawl"]
    watching = console.hear({"do": "watch"})
    lake.catalog.run_crawler(LMS)
    deadline = time.monotonic() + 120
    while crawler(console, LMS)["crawl"] == before or crawler(console, LMS)["state"] != "READY":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    console.close()
    watching.join(120)
    assert not watching.is_alive()


def test_a_picture_has_no_trace_of_the_time(lake, click):
    console = CrawlerConsole(lake)
    click(console, "run", name=SIS)
    first = console.snapshot()
    click(console, "run", name=SIS)
    assert console.snapshot() == first
    assert "student" in first


@pytest.mark.parametrize(
    ("state", "elapsed_ms", "metrics", "share"),
    [
        pytest.param("RUNNING", 1000, {"StillEstimating": True}, None, id="estimating"),
        pytest.param("RUNNING", 0, {}, None, id="no metrics"),
        pytest.param(
            "RUNNING", 1000, {"StillEstimating": False, "TimeLeftSeconds": 3}, 0.25, id="part"
        ),
        pytest.param(
            "READY", 1000, {"StillEstimating": False, "TimeLeftSeconds": 0}, None, id="idle"
        ),
    ],
)
def test_progress(state, elapsed_ms, metrics, share):
    given = {"Name": "x", "State": state, "CrawlElapsedTime": elapsed_ms}
    assert crawlers.crawler_facts(given, metrics, "arn")["share"] == share
