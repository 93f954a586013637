"""Crawls that go wrong say so: in LastCrawl, in the log and in the history."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import Running, connect, start_cloud, stop_cloud
from tests.glue.lake import READ, Lake, columns, make_role
from tests.roles import policy

A = "id,name\n1,x\n"


def test_object_instead_of_a_folder(lake: Lake) -> None:
    lake.put("data/orders/a.csv", A)
    lake.define("data/orders/a.csv")
    last = lake.run()
    assert last["Status"] == "FAILED"
    assert "is an object" in last["ErrorMessage"]
    assert lake.uri("data/orders/") in last["ErrorMessage"]


@pytest.mark.parametrize(
    "key", [None, "data/", "data/_SUCCESS"], ids=["nothing", "marker", "hidden"]
)
def test_nothing_to_crawl(lake: Lake, key: str | None) -> None:
    if key:
        lake.put(key, b"")
    last = lake.crawl("data/")
    assert "no table was made" in last["ErrorMessage"]
    assert lake.tables() == {}


def test_what_lies_in_glacier_is_left_out(lake: Lake) -> None:
    lake.put("data/a.csv", A)
    other = "data/b.csv"
    lake.s3.put_object(Bucket=lake.bucket, Key=other, Body=b"x,y,z\n", StorageClass="GLACIER")
    lake.crawl("data/")
    assert columns(lake.table("data")) == {"id": "bigint", "name": "string"}
    told = f"storage class retrieving file at {lake.uri(other)}. Tables created did not infer"
    assert any(told in line for line in lake.lines())


def test_missing_bucket(lake: Lake) -> None:
    targets = {"S3Targets": [{"Path": "s3://no-such-bucket-anywhere/data/"}]}
    lake.define(Targets=targets)
    last = lake.run()
    assert last["Status"] == "FAILED"
    assert "NoSuchBucket" in last["ErrorMessage"]


def test_mixed_formats_are_told(lake: Lake) -> None:
    lake.put("data/a.csv", A)
    lake.put("data/b.json", '{"k": 1}\n')
    last = lake.crawl("data/")
    assert "share a folder" in last["ErrorMessage"]
    assert lake.table("a_csv")["StorageDescriptor"]["Location"] == lake.uri("data/a.csv")


def test_more_tables_than_allowed(lake: Lake) -> None:
    lake.put("data/x/a.csv", A)
    lake.put("data/y/b.csv", "k;v;w\n1;2.5;3\n")
    lake.define(Configuration={"CrawlerOutput": {"Tables": {"TableThreshold": 1}}})
    last = lake.run()
    assert last["Status"] == "FAILED"
    assert "detected by crawler: 2 is greater than" in last["ErrorMessage"]


DENIALS = [
    ("list", {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}, "s3:ListBucket"),
    ("read", {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}, "s3:GetObject"),
]


@pytest.mark.parametrize(
    ("allowed", "action"), [row[1:] for row in DENIALS], ids=[row[0] for row in DENIALS]
)
def test_denied_role_fails_the_crawl(
    lake: Lake, client: Callable[[str], Any], allowed: dict[str, Any], action: str
) -> None:
    lake.put("data/a.csv", A)
    lake.role = make_role(client("iam"), f"{lake.name}-role", "glue", allowed)
    lake.define()
    last = lake.run()
    assert last["Status"] == "FAILED"
    assert "Status Code: 403; Error Code: AccessDenied" in last["ErrorMessage"]
    assert action in last["ErrorMessage"]
    history = lake.glue.list_crawls(CrawlerName=lake.crawler)["Crawls"]
    assert [crawl["State"] for crawl in history] == ["FAILED"]
    assert any("ERROR" in line and action in line for line in lake.lines())


def test_crawler_without_the_key_is_denied_until_it_gets_it(
    lake: Lake, client: Callable[[str], Any]
) -> None:
    """The lab's first lesson: an encrypted lake needs its key."""
    lake.role = make_role(
        client("iam"),
        f"{lake.name}-role",
        "glue",
        {"Effect": "Allow", "Action": ["s3:*", "glue:*"], "Resource": "*"},
    )
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    lake.s3.put_object(
        Bucket=lake.bucket,
        Key="data/a.csv",
        Body=A.encode(),
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=key,
    )
    lake.define()
    last = lake.run()
    assert last["Status"] == "FAILED"
    assert "kms:Decrypt" in last["ErrorMessage"]
    statements = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    user = {
        "Effect": "Allow",
        "Principal": {"AWS": client("iam").get_role(RoleName=lake.role)["Role"]["Arn"]},
        "Action": "kms:*",
        "Resource": "*",
    }
    kms.put_key_policy(
        KeyId=key, PolicyName="default", Policy=policy(*statements["Statement"], user)
    )
    assert lake.run()["Status"] == "SUCCEEDED"
    assert set(lake.tables()) == {"data"}


def test_stop_in_the_middle(lake: Lake) -> None:
    for number in range(60):
        lake.put(f"data/t{number}/a.csv", "".join(f"{i},{i},{i}\n" for i in range(20_000)))
    lake.define()
    lake.glue.start_crawler(Name=lake.crawler)
    with pytest.raises(ClientError, match="CrawlerRunningException"):
        lake.glue.start_crawler(Name=lake.crawler)
    running = lake.glue.get_crawler(Name=lake.crawler)["Crawler"]
    assert running["State"] == "RUNNING"
    assert "LastCrawl" not in running
    for change in (lake.glue.delete_crawler, lake.glue.update_crawler):
        with pytest.raises(ClientError, match="CrawlerRunningException"):
            change(Name=lake.crawler)
    lake.glue.stop_crawler(Name=lake.crawler)
    assert lake.wait()["Status"] == "CANCELLED"
    assert lake.glue.list_crawls(CrawlerName=lake.crawler)["Crawls"][0]["State"] == "STOPPED"
    with pytest.raises(ClientError, match="CrawlerNotRunningException"):
        lake.glue.stop_crawler(Name=lake.crawler)


def test_killed_in_a_crawl(tmp_path: Any) -> None:
    """After a kill -9 the crawler is READY, its crawl FAILED, and its tables whole or absent."""
    process = start_cloud(tmp_path)
    try:
        lake = _lake(connect(tmp_path, process))
        for table in range(40):
            for day in range(2):
                body = f"k{table},b{table},v{table}\n1,2.5,x\n"
                lake.put(f"data/t{table}/day={day}/a.csv", body)
        lake.define()
        lake.glue.start_crawler(Name=lake.crawler)
        while lake.metrics()["TablesCreated"] < 2:  # the first is on disk by then
            pass
        process.kill()
        process.wait()
        process = start_cloud(tmp_path)
        lake = _lake(connect(tmp_path, process), again=True)
        last = lake.wait()
        assert last["Status"] == "FAILED"
        assert "interrupted" in last["ErrorMessage"]
        tables = lake.tables()
        assert 0 < len(tables) < 40
        assert {len(lake.partitions(name)) for name in tables} == {2}
        assert lake.run()["Status"] == "SUCCEEDED"
        assert len(lake.tables()) == 40
    finally:
        stop_cloud(process)


def _lake(cloud: Running, *, again: bool = False) -> Lake:
    if not again:
        make_role(cloud.client("iam"), "crawls", "glue", READ)
    return Lake(cloud.client, "killed", "crawls")
