"""`lab.storage`: what stays is told, and what fails in a sentence."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from IPython.core.interactiveshell import InteractiveShell

import labkit
from labkit.errors import AccessDenied, UnknownName


def test_an_object_that_may_not_be_deleted_is_told(lab: labkit.Lab) -> None:
    s3, bucket = lab.client("s3"), "kept-by-policy"
    s3.create_bucket(Bucket=bucket)
    for name in ("a", "kept/b"):
        lab.storage.put(name, f"s3://{bucket}/{name}")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket}/kept/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    with pytest.raises(AccessDenied, match="kept/b stays"):
        lab.storage.delete(f"s3://{bucket}/")
    assert list(lab.storage.objects(f"s3://{bucket}/").key) == ["kept/b"]


def test_what_only_begins_alike_is_not_deleted_with_a_folder(lab: labkit.Lab) -> None:
    bucket = "one-folder-of-three"
    lab.client("s3").create_bucket(Bucket=bucket)
    for name in ("mark", "mark/a/b", "marks/c"):
        lab.storage.put("x", f"s3://{bucket}/{name}")
    folders = lab.storage.folders(f"s3://{bucket}/mark")
    assert list(folders.folder) == ["a/", "mark"]
    assert lab.storage.delete(f"s3://{bucket}/mark") == 2
    assert list(lab.storage.objects(f"s3://{bucket}/mar").key) == ["marks/c"]


@pytest.mark.parametrize(
    ("uri", "error", "sentence"),
    [
        ("s3://no-such-bucket-here/a", ClientError, "NoSuchBucket: An error occurred"),
        ("a.txt", ValueError, "ValueError: An S3 address starts with s3://, not 'a.txt'."),
    ],
    ids=["aws", "argument"],
)
def test_a_notebook_shows_a_failure_without_our_own_code(
    lab: labkit.Lab,
    capsys: pytest.CaptureFixture[str],
    uri: str,
    error: type[Exception],
    sentence: str,
) -> None:
    with pytest.raises(error) as raised:
        lab.storage.head(uri)
    InteractiveShell().showtraceback((raised.type, raised.value, raised.tb))
    assert capsys.readouterr().out.startswith(sentence)


def test_an_answer_that_streams_is_told_with_a_file(lab: labkit.Lab) -> None:
    uri = f"s3://{lab.names.raw_bucket}/told.txt"
    lab.storage.put("said", uri)
    lab.storage.head(uri)
    assert lab.commands()[-1].endswith("--range bytes=0-65535 /dev/stdout")
    with pytest.raises(UnknownName):
        lab.storage.invoke("none", a=1)
    told = "--payload fileb:///dev/stdin /dev/stdout <<< '{\"a\": 1}'"
    assert f"aws lambda invoke --function-name none {told}" in lab.commands()


def test_a_cloud_that_has_ended_is_told_with_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    session = boto3.Session("id", "secret", region_name="us-east-1")
    nowhere = labkit.Lab(1, session, "http://127.0.0.1:9")
    with pytest.raises(EndpointConnectionError) as raised:
        nowhere.catalog.databases()
    InteractiveShell().showtraceback((raised.type, raised.value, raised.tb))
    assert "run the notebook's first cell" in capsys.readouterr().out
