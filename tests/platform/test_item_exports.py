"""DynamoDB exports a table as it is to S3, in files that Athena reads; the past is refused."""

import base64
import datetime
import gzip
import hashlib
import json

import pytest
from botocore.exceptions import ClientError

ITEMS = [
    {"id": {"S": "a"}, "n": {"N": "1.50"}, "raw": {"B": b"\x00\xff"}, "l": {"L": [{"BOOL": True}]}},
    {"id": {"S": "é"}, "m": {"M": {"x": {"NULL": True}}}, "s": {"SS": ["x", "y"]}},
]
SAID = [
    '{"Item":{"id":{"S":"a"},"n":{"N":"1.50"},"raw":{"B":"AP8="},"l":{"L":[{"BOOL":true}]}}}',
    '{"Item":{"id":{"S":"é"},"m":{"M":{"x":{"NULL":true}}},"s":{"SS":["x","y"]}}}',
]
PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def table(aws, fresh):
    name, dynamodb = fresh("t"), aws("dynamodb")
    made = dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    for item in ITEMS:
        dynamodb.put_item(TableName=name, Item=item)
    yield made["TableDescription"]["TableArn"]
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def bucket(aws, fresh):
    name = fresh("exports")
    aws("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def export(aws, table, bucket):
    def ask(**asked):
        asked = {"TableArn": table, "S3Bucket": bucket} | asked
        made = aws("dynamodb").export_table_to_point_in_time(**asked)["ExportDescription"]
        return aws("dynamodb").describe_export(ExportArn=made["ExportArn"])["ExportDescription"]

    return ask


def test_an_export_and_its_manifests(aws, table, bucket, export):
    told = export(S3Prefix="ex")

    def read(key):
        return aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read()

    def checked(key):
        content = read(key)
        digest = base64.b64encode(hashlib.md5(content).digest())
        assert read(key.replace(".json", ".md5")) == digest
        return json.loads(content)

    assert (told["ExportStatus"], told["ItemCount"]) == ("COMPLETED", 2)
    summary = checked(told["ExportManifest"])
    assert (summary["tableArn"], summary["itemCount"], summary["s3Prefix"]) == (table, 2, "ex")
    files = checked(summary["manifestFilesS3Key"])
    content = read(files["dataFileS3Key"])
    assert base64.b64encode(hashlib.md5(content).digest()).decode() == files["md5Checksum"]
    assert sorted(gzip.decompress(content).decode().splitlines()) == sorted(SAID)
    assert told["ExportManifest"].startswith("ex/AWSDynamoDB/")
    listed = aws("dynamodb").list_exports(TableArn=table)["ExportSummaries"]
    assert [each["ExportArn"] for each in listed] == [told["ExportArn"]]


def test_a_token_asks_for_one_export(export, fresh):
    token = fresh("token")
    assert export(ClientToken=token) == export(ClientToken=token)
    with pytest.raises(ClientError, match="ExportConflictException"):
        export(ClientToken=token, S3Prefix="other")


def test_an_export_to_no_bucket_fails(export, fresh):
    told = export(S3Bucket=fresh("none"))
    assert (told["ExportStatus"], told["FailureCode"]) == ("FAILED", "S3NoSuchBucket")


REFUSED = {
    "a moment before the last change": ({"ExportTime": PAST}, "items may have changed since"),
    "a moment to come": ({"ExportTime": PAST.replace(year=2100)}, "InvalidExportTimeException"),
    "Ion": ({"ExportFormat": "ION"}, "not Ion"),
    "changes": ({"ExportType": "INCREMENTAL_EXPORT"}, "changes of items are not kept"),
    "a table that is not there": ({"TableArn": "{}-none"}, "TableNotFoundException"),
}


@pytest.mark.parametrize(("asked", "words"), REFUSED.values(), ids=REFUSED)
def test_an_export_that_is_refused(export, table, asked, words):
    filled = {k: v.format(table) if isinstance(v, str) else v for k, v in asked.items()}
    with pytest.raises(ClientError, match=words):
        export(**filled)


def test_a_table_is_not_restored_as_it_never_was(aws, table, fresh):
    name = table.split("/")[1]
    asked = {"SourceTableName": name, "TargetTableName": fresh("t"), "RestoreDateTime": PAST}
    with pytest.raises(ClientError, match="items may have changed since"):
        aws("dynamodb").restore_table_to_point_in_time(**asked)
    asked = asked | {"UseLatestRestorableTime": True}
    del asked["RestoreDateTime"]
    aws("dynamodb").restore_table_to_point_in_time(**asked)
    found = aws("dynamodb").scan(TableName=asked["TargetTableName"])["Items"]
    aws("dynamodb").delete_table(TableName=asked["TargetTableName"])
    assert sorted(map(str, found)) == sorted(map(str, ITEMS))


def test_recovery_must_be_on(aws, table, export):
    aws("dynamodb").update_continuous_backups(
        TableName=table.split("/")[1],
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False},
    )
    with pytest.raises(ClientError, match="PointInTimeRecoveryUnavailableException"):
        export()
