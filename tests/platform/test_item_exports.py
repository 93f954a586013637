"""DynamoDB exports a table as it is to S3, and makes one of files; the past is refused."""

import base64
import datetime
import gzip
import hashlib
import json

import pytest
from botocore.exceptions import ClientError

ITEMS = [
    {"id": {"S": "a"}, "n": {"N": "1.5"}, "raw": {"B": b"\x00\xff"}, "l": {"L": [{"BOOL": True}]}},
    {"id": {"S": "é"}, "m": {"M": {"x": {"NULL": True}}}, "s": {"SS": ["x", "y"]}},
]
SAID = [
    '{"Item":{"id":{"S":"a"},"n":{"N":"1.5"},"raw":{"B":"AP8="},"l":{"L":[{"BOOL":true}]}}}',
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


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"S3Bucket": "none-of-it"}, "NoSuchBucket"), ({"S3BucketOwner": "1" * 12}, "AccessDenied")],
)
def test_an_export_to_no_bucket_fails(export, asked, code):
    told = export(**asked)
    assert (told["ExportStatus"], told["FailureCode"]) == ("FAILED", f"S3{code}")


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


LINES = "\n".join(f'{{"Item":{{"id":{{"S":"{at}"}},"n":{{"N":"{at}"}}}}}}' for at in range(60))
IMPORTS = {
    "JSON": ({"InputFormat": "DYNAMODB_JSON"}, "\n".join(SAID), {}, 2, 0, ITEMS),
    "many": ({"InputFormat": "DYNAMODB_JSON"}, LINES, {"id": "S"}, 60, 0, None),
    "gzip": (
        {"InputFormat": "DYNAMODB_JSON", "InputCompressionType": "GZIP"},
        gzip.compress(SAID[0].encode()),
        {},
        1,
        0,
        ITEMS[:1],
    ),
    "CSV": (
        {"InputFormat": "CSV"},
        'id,n,t\r\na,1,"x, ""y""\nz"\r\nb,2,\r\n',
        {},
        1,
        1,
        [{"id": {"S": "a"}, "n": {"S": "1"}, "t": {"S": 'x, "y"\nz'}}],
    ),
    "CSV without a header": (
        {
            "InputFormat": "CSV",
            "InputFormatOptions": {"Csv": {"Delimiter": ";", "HeaderList": ["t", "id"]}},
        },
        "x;1\ny;two\n",
        {"id": "N"},
        1,
        1,
        [{"t": {"S": "x"}, "id": {"N": "1"}}],
    ),
    "items without their key": (
        {"InputFormat": "DYNAMODB_JSON"},
        SAID[0] + '\n{"Item":{"x":{"S":"a"}}}\n{"Item":',
        {},
        1,
        2,
        ITEMS[:1],
    ),
}


@pytest.fixture
def imported(aws, bucket, fresh):
    def ask(body, key="S", **asked):
        name, dynamodb = fresh("t"), aws("dynamodb")
        aws("s3").put_object(Bucket=bucket, Key="in/a", Body=body)
        made = dynamodb.import_table(
            **{"S3BucketSource": {"S3Bucket": bucket, "S3KeyPrefix": "in/"}} | asked,
            TableCreationParameters={
                "TableName": name,
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": key}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )["ImportTableDescription"]
        assert made["ImportStatus"] == "IN_PROGRESS"
        names.append(name)
        return name, wait_for(dynamodb, made["ImportArn"])

    names = []
    yield ask
    for name in names:
        aws("dynamodb").delete_table(TableName=name)


def wait_for(dynamodb, arn):
    while True:
        told = dynamodb.describe_import(ImportArn=arn)["ImportTableDescription"]
        if told["ImportStatus"] != "IN_PROGRESS":
            return told


@pytest.mark.parametrize(
    ("asked", "body", "key", "made", "errors", "items"), IMPORTS.values(), ids=IMPORTS
)
def test_an_import(aws, imported, asked, body, key, made, errors, items):
    name, told = imported(body, key.get("id", "S"), **asked)
    assert (told["ImportedItemCount"], told["ErrorCount"]) == (made, errors)
    assert told["ProcessedItemCount"] == made + errors
    assert told["ImportStatus"] == ("FAILED" if errors else "COMPLETED")
    found = aws("dynamodb").scan(TableName=name)["Items"]
    assert len(found) == made
    assert items is None or sorted(map(str, found)) == sorted(map(str, items))
    listed = aws("dynamodb").list_imports(TableArn=told["TableArn"])["ImportSummaryList"]
    assert [each["ImportArn"] for each in listed] == [told["ImportArn"]]


@pytest.mark.parametrize(("owner", "code"), [({}, "NoSuchBucket"), ("1" * 12, "AccessDenied")])
def test_an_import_from_no_bucket_fails(imported, fresh, owner, code):
    source = {"S3Bucket": fresh("none")} | ({"S3BucketOwner": owner} if owner else {})
    _, told = imported(b"", InputFormat="CSV", S3BucketSource=source)
    assert (told["ImportStatus"], told["FailureCode"]) == ("FAILED", f"S3{code}")


def test_imports_of_ion_and_into_a_table_are_refused(imported, aws, table):
    with pytest.raises(ClientError, match="it reads DynamoDB JSON and CSV"):
        imported(b"", InputFormat="ION")
    made = {
        "TableName": table.split("/")[1],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    source = {"S3Bucket": "b-none"}
    with pytest.raises(ClientError, match="ResourceInUseException"):
        aws("dynamodb").import_table(
            S3BucketSource=source, InputFormat="CSV", TableCreationParameters=made
        )
