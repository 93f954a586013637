"""A workspace that is opened again: whole, damaged, or written by another version."""

import contextlib
import http.client
import json
import shutil
import sqlite3

import boto3
import pytest

from labkit import process
from labkit.errors import CloudNotStarted
from tests.conftest import connect, kill_cloud, start_cloud, stop_cloud
from tests.roles import lets_in


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    yield folder
    process.down(folder)


def test_what_was_there_works_after_a_kill(home):
    """STS makes the IAM of every partition; a topic's message is in a queue, which has locks."""
    server = start_cloud(home)
    cloud = connect(home, server)
    said = cloud.client("sts").get_caller_identity()["Arn"]
    cloud.client("iam").create_user(UserName="other")
    wanted = {"QueueName": "told", "Attributes": lets_in("sns")}
    queue = cloud.client("sqs").create_queue(**wanted)["QueueUrl"]
    sns = cloud.client("sns")
    topic = sns.create_topic(Name="told")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=topic.replace(":sns:", ":sqs:"))
    sns.publish(TopicArn=topic, Message="before")
    versions = make_versions(cloud.client("s3"))
    kill_cloud(server)
    server = start_cloud(home)
    try:
        cloud = connect(home, server)
        assert cloud.client("sts").get_caller_identity()["Arn"] == said
        names = [u["UserName"] for u in cloud.client("iam").list_users()["Users"]]
        assert "other" in names
        assert told_versions(cloud.client("s3")) == versions
        sqs = cloud.client("sqs")
        sqs.send_message(QueueUrl=queue, MessageBody="after")
        told = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=2)["Messages"]
        assert [json.loads(told[0]["Body"])["Message"], told[1]["Body"]] == ["before", "after"]
    finally:
        stop_cloud(server)


def make_versions(s3):
    """Versions of a key, of which one is changed later, one is gone, and one is of no number."""
    s3.create_bucket(Bucket="versions")
    named = {"Bucket": "versions", "Key": "k"}
    for status, bodies in (("Enabled", (b"1", b"2", b"3")), ("Suspended", (b"4", b"5"))):
        configuration = {"Status": status}
        s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration=configuration)
        put = [s3.put_object(**named, Body=body).get("VersionId") for body in bodies]
        if status == "Enabled":
            s3.put_object_acl(**named, VersionId=put[0], ACL="public-read")
            s3.delete_object(**named, VersionId=put[1])
            s3.delete_object(**named)
    return told_versions(s3)


def told_versions(s3):
    """Content and count of grants of each version, and the markers; the newest first."""
    listed = s3.list_object_versions(Bucket="versions")
    told = []
    for version in listed["Versions"]:
        named = {"Bucket": "versions", "Key": "k", "VersionId": version["VersionId"]}
        grants = s3.get_object_acl(**named)["Grants"]
        told.append((s3.get_object(**named)["Body"].read(), len(grants)))
    assert told == [(b"5", 1), (b"3", 1), (b"1", 2)]
    return told, [each["VersionId"] for each in listed["DeleteMarkers"]]


@pytest.fixture
def used(home):
    """A workspace that was used and put away: one bucket with an object in it."""
    server = start_cloud(home)
    s3 = connect(home, server).client("s3")
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="a", Body=b"1")
    stop_cloud(server)
    return home


def test_making_ones_bucket_again_keeps_what_is_in_it(used):
    """In us-east-1 S3 answers 200 to it, and changes nothing."""
    s3 = _s3(process.up(used))
    s3.create_bucket(Bucket="kept")
    assert s3.list_objects_v2(Bucket="kept")["KeyCount"] == 1


def test_a_workspace_that_was_moved_has_all_that_was_in_it(used):
    moved = used.rename(used.with_name("moved"))
    try:
        assert _s3(process.up(moved)).get_object(Bucket="kept", Key="a")["Body"].read() == b"1"
    finally:
        process.down(moved)


def damage(home):
    """Write over the first page of the state, where SQLite says what it is."""
    with (home / "state.db").open("r+b") as file:
        file.write(bytes(4096))


def age(home):
    """Let the state be another moto's."""
    with contextlib.closing(sqlite3.connect(home / "state.db")) as state, state:
        state.execute("UPDATE meta SET value = '4.0.0' WHERE name = 'moto'")


@pytest.mark.parametrize(
    ("harm", "words"),
    [(damage, "cannot be read"), (age, "written with moto 4.0.0")],
    ids=["damaged", "another moto's"],
)
def test_a_state_that_cannot_be_used_is_left_alone(used, harm, words, monkeypatch):
    harm(used)
    monkeypatch.setattr(process, "LEAST_ROOM", 1 << 60)
    before = (used / "state.db").read_bytes()
    with pytest.raises(CloudNotStarted) as caught:
        process.up(used)
    assert words in str(caught.value)
    assert "labkit reset" in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert str(caught.value).endswith("The disk is full.")
    assert (used / "state.db").read_bytes() == before


def test_a_reset_deletes_what_a_workspace_holds_and_nothing_else(used):
    process.up(used)
    (used / "thesis").mkdir()
    (used / "thesis" / "state.db").write_text("mine")
    (used / "data").symlink_to(used.parent, target_is_directory=True)
    assert process.reset(used) == ["data", "test.log", "thesis"]
    assert (used / "thesis" / "state.db").read_text() == "mine"
    (used / "data").unlink()
    (used / "test.log").unlink()
    shutil.rmtree(used / "thesis")
    assert process.reset(used) == []
    assert not used.exists()


def test_a_shell_of_ascii_and_of_optimised_python_changes_nothing(used, monkeypatch):
    """The server has UTF-8, and all of Python, whatever the shell's settings are."""
    said = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONOPTIMIZE": "2"}
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    s3 = _s3(process.up(used))
    s3.put_object(Bucket="kept", Key="\u00fc", Body=b"1")
    assert [o["Key"] for o in s3.list_objects_v2(Bucket="kept")["Contents"]] == ["a", "\u00fc"]


def test_a_web_page_is_no_client(used):
    """Neither a page of another site nor a name that was bound to this machine gets in."""
    cloud = process.up(used)
    address = cloud.endpoint.removeprefix("http://")
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        assert _status(address, "GET", "/", headers) == 403
    assert _status(address, "POST", "/moto-api/reset", {}) == 403
    assert [b["Name"] for b in _s3(cloud).list_buckets()["Buckets"]] == ["kept"]


def _status(address, method, path, headers):
    with contextlib.closing(http.client.HTTPConnection(address)) as link:
        link.request(method, path, headers=headers)
        return link.getresponse().status


def _s3(cloud):
    return boto3.client(
        "s3",
        endpoint_url=cloud.endpoint,
        region_name=cloud.region,
        aws_access_key_id=cloud.access_key,
        aws_secret_access_key=cloud.secret_key,
    )
