"""What all consoles have in common."""

import re
from typing import Any

import pytest

from labkit import widgets
from labkit.lab import Lab
from labkit.widgets import CrawlerConsole, console, picture
from labkit.widgets.refusals import advice

ROLE = "arn:aws:iam::123456789012:role/reader"
KEY_ADVICE = "lab.storage.add_key_users"

CONSOLES: dict[str, dict[str, Any]] = {
    "CrawlerConsole": {},
    "CatalogBrowser": {"database": "db_raw_lmsdemo"},
    "S3Browser": {"prefix": "lmsapi/"},
    "QueryEditor": {"database": "db_raw_lmsdemo", "sql": "SELECT 1"},
}


def made(lab: Any, name: str) -> Any:
    """A console by its name."""
    given = CONSOLES[name] | ({"bucket": lab.names.raw_bucket} if name == "S3Browser" else {})
    return getattr(widgets, name)(lab, **given)


@pytest.mark.parametrize("name", CONSOLES)
def test_a_stored_notebook_shows_a_picture(lake, name):
    bundle, _ = made(lake, name)._repr_mimebundle_()
    assert bundle["text/plain"] == name
    assert bundle["text/html"].startswith("<div")
    assert "Run the cell to use it." in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


@pytest.mark.parametrize("name", CONSOLES)
def test_pictures_are_the_same_each_time(lake, name):
    assert made(lake, name).snapshot() == made(lake, name).snapshot()


@pytest.mark.parametrize("name", CONSOLES)
def test_pictures_run_nothing_and_fetch_nothing(lake, name):
    html = made(lake, name).snapshot()
    assert not re.search(r"<script|<style|\son\w+=|https?:|src=|url\(", html)


@pytest.mark.parametrize("name", CONSOLES)
def test_front_ends_load_nothing(lake, name):
    front_end = str(made(lake, name)._esm) + str(made(lake, name)._css)
    assert not re.search(r"\bimport\b|https?:|fetch\(|url\(|XMLHttp", front_end)


def test_what_all_widgets_share_weighs_less_than_a_widgets_own_rules():
    shared = console.front_end("core.css")  # a page with several widgets has it several times
    assert not re.search(r"(^|, )\.lk [a-z]*\.lk-", shared, re.MULTILINE)


@pytest.mark.parametrize("name", CONSOLES)
def test_an_unknown_action_is_told(lake, click, name):
    shown = made(lake, name)
    click(shown, "explode")
    assert "explode" in shown.notice["text"]
    click(shown, "dismiss")
    assert shown.notice == {}


@pytest.mark.parametrize(
    ("action", "done"), [("dismiss", True), ("stop", False), ("explode", False)]
)
def test_a_form_is_told_whether_it_was_done(lake, click, monkeypatch, action, done):
    shown, sent = CrawlerConsole(lake), []
    monkeypatch.setattr(shown, "send", lambda content, buffers=None: sent.append(content))
    given = {"name": "dataedu-sisdemo-crawler"} if action == "stop" else {}
    click(shown, action, answer_to="view 1", **given)
    assert sent == [{"answered": "view 1", "done": done}]


@pytest.mark.parametrize("name", CONSOLES)
def test_a_cloud_that_does_not_answer_is_told(lake, name):
    away = Lab(1, lake.session, "http://127.0.0.1:9")
    away.__dict__["names"] = lake.names
    assert made(away, name).notice["code"] == "!labkit up"


def test_a_cloud_that_answers_again_is_no_notice(lake, click, monkeypatch):
    shown = CrawlerConsole(lake)
    monkeypatch.setattr(shown, "notice", {"text": "Away", "code": "!labkit up"})
    click(shown, "refresh")
    assert shown.notice == {}


def test_a_fault_of_our_own_is_told(lake, monkeypatch):
    shown = CrawlerConsole(lake)
    monkeypatch.setattr(shown, "do_refresh", lambda: {}["gone"])
    with pytest.raises(KeyError):
        shown.attempt("refresh", {})
    assert shown.notice["text"] == "This console failed. KeyError: 'gone'"


@pytest.mark.parametrize("kind", [widgets.CatalogBrowser, widgets.QueryEditor])
def test_a_database_that_is_gone_is_left(lake, click, kind):
    shown = kind(lake, database="db_raw_lmsdemo")
    shown.database = "gone"
    click(shown, "choose")
    assert (shown.database, shown.notice) == (shown.databases[0], {})


def test_two_consoles_of_a_kind_work_side_by_side(lake, click):
    one, two = CrawlerConsole(lake), CrawlerConsole(lake)
    click(one, "stop", name="dataedu-sisdemo-crawler")
    assert one.notice
    assert two.notice == {}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param("kms:Decrypt denied for assumed-role/crawl/s", "crawl", id="named role"),
        pytest.param("Access Denied (Service: AWSKMS)", "reader", id="who asks"),
    ],
)
def test_a_refused_key_says_who_needs_it(message, expected):
    sentence, code = advice(message, who=ROLE)
    assert sentence
    assert code.startswith(KEY_ADVICE)
    assert f'lab.role_arn("{expected}")' in code


def test_a_user_who_is_refused_adds_himself():
    code = advice("Not allowed: kms:GenerateDataKey", who="arn:aws:iam::1:user/ada")[1]
    assert code == "lab.storage.add_key_users(lab.caller)"


def test_a_session_that_has_ended_took_its_temporary_tables():
    assert (
        "temporary tables" in advice("ValidationException: Session is not available", who=ROLE)[0]
    )


@pytest.mark.parametrize("message", ["EntityNotFoundException: no", "line 1:1: what", ""])
def test_other_errors_have_no_advice(message):
    assert advice(message, who=ROLE) == ("", "")


def test_a_bucket_policy_is_not_mended_by_a_key():
    said = 'User is not authorized on "arn:aws:s3:::lake/a" with an explicit deny in a '
    assert 'Bucket="lake"' in advice(said + "resource-based policy", who=ROLE)[1]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("<b>&", "&lt;b&gt;&amp;", id="escaped"),
        pytest.param(None, ">NULL<", id="null"),
        pytest.param(1234567, "1,234,567", id="number"),
        pytest.param("1234567", ">1234567<", id="text stays"),
    ],
)
def test_cells_of_pictures(value, expected):
    assert expected in picture.table(["a"], [[value]])


def test_the_front_end_is_made_of_files():
    assert "mount" in console.front_end("core.js")
