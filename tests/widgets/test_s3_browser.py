"""The storage browser."""

import gzip

import pytest

from labkit.widgets import S3Browser


@pytest.fixture
def browser(lake):
    return S3Browser(lake)


@pytest.fixture
def shown(lake, browser, click, fresh):
    """``shown(b"...")``: the browser with an object of these bytes chosen."""

    def show(content):
        key = f"seen/{fresh('object')}"
        lake.storage.put(content, f"s3://{lake.names.raw_bucket}/{key}")
        click(browser, "open", bucket=lake.names.raw_bucket, prefix="seen/")
        click(browser, "select", key=key)
        return browser.chosen

    return show


def test_buckets_then_folders_then_objects(lake, browser, click):
    bucket = lake.names.raw_bucket
    assert bucket in [b["name"] for b in browser.buckets]
    click(browser, "open", bucket=bucket)
    assert {"lmsapi/", "sisdb/"} <= set(browser.folders)
    assert browser.encryption.startswith("SSE-KMS")
    click(browser, "open", bucket=bucket, prefix="sisdb/sisdemo/student/")
    assert browser.folders == []
    assert [o["name"] for o in browser.objects] == ["LOAD00000001.parquet"]
    assert browser.objects[0]["size"] > 1000


def test_a_parquet_file_shows_its_schema(lake, browser, click):
    click(browser, "open", bucket=lake.names.raw_bucket, prefix="sisdb/sisdemo/student/")
    click(browser, "select", key="sisdb/sisdemo/student/LOAD00000001.parquet")
    assert browser.chosen["preview"]["rows"] == 16
    assert ["student_id", "int32"] in browser.chosen["preview"]["columns"]
    assert browser.chosen["encryption"].startswith("SSE-KMS, key ")
    assert "student_id" in browser.snapshot()


def test_an_object_is_not_shown_in_another_folder(lake, browser, click, monkeypatch):
    look = browser._versions

    def versions(key):
        browser.do_open(bucket=lake.names.raw_bucket, prefix="lmsapi/")
        return look(key)

    monkeypatch.setattr(browser, "_versions", versions)
    click(browser, "open", bucket=lake.names.raw_bucket, prefix="sisdb/sisdemo/student/")
    click(browser, "select", key="sisdb/sisdemo/student/LOAD00000001.parquet")
    assert (browser.prefix, browser.chosen) == ("lmsapi/", {})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"id,name\n1,Ada\n", {"text": "id,name\n1,Ada"}, id="text"),
        pytest.param(gzip.compress(b"a\nb\n"), {"text": "a\nb"}, id="gzip"),
        pytest.param(b"x\n" * 50, {"text": "\n".join(["x"] * 20)}, id="twenty lines"),
        pytest.param("Zürich".encode()[:2], {"text": "Z\ufffd"}, id="cut letter"),
        pytest.param(b"", {"none": "The object is empty."}, id="empty"),
    ],
)
def test_a_look_into_an_object(shown, content, expected):
    assert shown(content)["preview"] == expected


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"\0\1\2", "neither text nor Parquet", id="binary"),
        pytest.param(b"PAR1 but no more", "cannot be read", id="broken parquet"),
        pytest.param(b"\x1f\x8b but no more", "cannot be read", id="broken gzip"),
    ],
)
def test_what_cannot_be_looked_into_says_why(shown, content, word):
    assert word in shown(content)["preview"]["none"]


def test_versions(lake, browser, click, fresh):
    key, bucket = f"seen/{fresh('versions')}", lake.names.raw_bucket
    for text in ("first", "second"):
        lake.storage.put(text, f"s3://{bucket}/{key}")
    lake.storage.delete(f"s3://{bucket}/{key}")
    lake.storage.put("third", f"s3://{bucket}/{key}")
    click(browser, "open", bucket=bucket, prefix="seen/")
    click(browser, "select", key=key)
    versions = browser.chosen["versions"]
    assert sorted(v["kind"] for v in versions) == ["", "", "", "delete marker"]
    assert [v["latest"] for v in versions] == [True, False, False, False]
    oldest = [v["id"] for v in versions if not v["kind"]][-1]
    click(browser, "select", key=key, version=oldest)
    assert browser.chosen["preview"] == {"text": "first"}


def test_a_long_folder_comes_in_pages(lake, browser, click, fresh, monkeypatch):
    monkeypatch.setattr("labkit.widgets.storage.PAGE_OBJECTS", 2)
    folder, bucket = f"{fresh('many')}/", lake.names.raw_bucket
    for name in "abc":
        lake.storage.put(name, f"s3://{bucket}/{folder}{name}")
    click(browser, "open", bucket=bucket, prefix=folder)
    assert [o["name"] for o in browser.objects] == ["a", "b"]
    click(browser, "more")
    assert [o["name"] for o in browser.objects] == ["a", "b", "c"]
    assert browser.token == ""


def test_a_bucket_that_is_not_there_is_told(lake):
    assert S3Browser(lake, bucket="no-such-bucket-here").notice["text"].startswith("NoSuchBucket")


def test_without_the_key_nothing_is_read(lake, browser, click):
    bucket = lake.names.raw_bucket
    click(browser, "open", bucket=bucket, prefix="sisdb/sisdemo/student/")
    lake.storage.remove_key_users(lake.caller)
    try:
        click(browser, "select", key="sisdb/sisdemo/student/LOAD00000001.parquet")
    finally:
        lake.storage.add_key_users()
    assert "AccessDenied" in browser.notice["text"] or "403" in browser.notice["text"]
    assert browser.chosen == {}
