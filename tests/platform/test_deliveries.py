"""Firehose: what it delivers to S3, and what is refused rather than lost."""

import base64
import gzip
import io
import json
import re
import zipfile
from datetime import datetime
from decimal import Decimal

import pyarrow.orc
import pyarrow.parquet
import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for

ROLE = "arn:aws:iam::123456789012:role/firehose"


@pytest.fixture
def lake(aws, fresh):
    bucket = fresh("delivered")
    aws("s3").create_bucket(Bucket=bucket)
    return bucket


def put(aws, fresh, bucket, records, **options):
    """What records become: the stream's name, and bodies by their keys."""
    firehose, s3, name = aws("firehose"), aws("s3"), fresh("delivery")
    where = {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{bucket}"} | options
    firehose.create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration=where
    )
    told = firehose.put_record_batch(
        DeliveryStreamName=name, Records=[{"Data": each} for each in records]
    )
    assert (told["FailedPutCount"], len(told["RequestResponses"])) == (0, len(records))
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    return name, {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def delivered(aws, fresh, bucket, **options):
    """The keys and bodies of what two records become."""
    name, found = put(aws, fresh, bucket, [b"one\n", b"two\n"], **options)
    return name, [*found], [*found.values()]


def test_records_are_an_object_of_the_hour(aws, fresh, lake):
    name, (key,), (body,) = delivered(aws, fresh, lake)
    assert re.fullmatch(rf"\d{{4}}/\d\d/\d\d/\d\d/{name}-1(-\d+){{6}}-[0-9a-f-]+", key)
    assert body == b"one\ntwo\n"


def test_a_prefix_tells_the_time_and_bodies_are_compressed(aws, fresh, lake):
    prefix = "raw/year=!{timestamp:yyyy}/!{timestamp:'d'dd}/!{firehose:random-string}/"
    options = {"Prefix": prefix, "CompressionFormat": "GZIP"}
    name, (key,), (body,) = delivered(aws, fresh, lake, **options)
    assert re.fullmatch(rf"raw/year=\d{{4}}/d\d\d/\w{{11}}/{name}-.*\.gz", key)
    assert gzip.decompress(body) == b"one\ntwo\n"


def processing(**processors):
    """Options of a destination whose records go through processors."""
    told = [
        {
            "Type": kind,
            "Parameters": [{"ParameterName": n, "ParameterValue": v} for n, v in asked.items()],
        }
        for kind, asked in processors.items()
    ]
    return {"ProcessingConfiguration": {"Enabled": True, "Processors": told}}


def keyed(query, **more):
    """Options of a destination whose prefix has values of the records."""
    asked = {"MetadataExtractionQuery": query, "JsonParsingEngine": "JQ-1.6"}
    return processing(MetadataExtraction=asked, **more) | {
        "DynamicPartitioningConfiguration": {"Enabled": True}
    }


def converted(database, table, serializer=None, **deserializer):
    """Options of a destination that writes the columns of a table."""
    return {
        "DataFormatConversionConfiguration": {
            "SchemaConfiguration": {"DatabaseName": database, "TableName": table, "RoleARN": ROLE},
            "InputFormatConfiguration": {"Deserializer": deserializer or {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": serializer or {"ParquetSerDe": {}}},
        }
    }


LOST = {
    "processing": (processing(Decompression={}), "no processor Decompression"),
    "query": (keyed("{id: .id | ascii}"), "no query but of paths"),
    "schema": (converted("none", "none"), "table none.none is not in the catalog"),
    "compression": ({"CompressionFormat": "Snappy"}, "no Snappy"),
    "partition": ({"Prefix": "!{partitionKeyFromQuery:id}/"}, "partitionKeyFromQuery"),
    "pattern": ({"Prefix": "!{timestamp:EEE}/"}, "no EEE in a prefix"),
}


@pytest.mark.parametrize(("options", "words"), LOST.values(), ids=LOST)
def test_what_would_be_delivered_otherwise_is_refused(aws, fresh, lake, options, words):
    with pytest.raises(ClientError, match=words):
        delivered(aws, fresh, lake, **options)


def test_what_would_be_lost_is_refused(aws, fresh, lake):
    firehose, name = aws("firehose"), fresh("delivery")
    place = {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{lake}"}
    with pytest.raises(ClientError, match="no records would flow by MSKAsSource"):
        firehose.create_delivery_stream(
            DeliveryStreamName=name,
            DeliveryStreamType="MSKAsSource",
            S3DestinationConfiguration=place,
        )
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        RedshiftDestinationConfiguration={
            "RoleARN": ROLE,
            "ClusterJDBCURL": "jdbc:redshift://host:5439/dev",
            "CopyCommand": {"DataTableName": "t"},
            "Username": "u",
            "Password": "Passw0rd",
            "S3Configuration": place,
        },
    )
    with pytest.raises(ClientError, match="no records go to Redshift"):
        firehose.put_record(DeliveryStreamName=name, Record={"Data": b"lost"})


def test_values_of_records_are_in_their_prefixes(aws, fresh, lake):
    query = '{who: .user.name, "year": .at | strftime("%Y"), n: .n}'
    prefix = "".join(f"{n}=!{{partitionKeyFromQuery:{n}}}/" for n in ("who", "year", "n"))
    records = [
        b'{"user": {"name": "ada"}, "at": 1565382027, "n": 1}{"user": {"name": "bob"}}',
        b'{"user": {"name": "ada"}, "at": 1577836799, "n": 1}',
    ]
    options = {
        "RecordDeAggregation": {"SubRecordType": "JSON"},
        "AppendDelimiterToRecord": {"Delimiter": "\\n"},
    }
    options = keyed(query, **options) | {
        "Prefix": prefix,
        "ErrorOutputPrefix": "bad/!{firehose:error-output-type}/",
    }
    _, found = put(aws, fresh, lake, records, **options)
    (lost, kept) = found
    assert (lost[:22], kept[:22]) == ("bad/processing-failed/", "who=ada/year=2019/n=1/")
    ada, bob = b"".join(records[:1]).partition(b"}{")[0] + b"}", b'{"user": {"name": "bob"}}'
    assert found[kept].splitlines() == [ada, records[1]]
    told = json.loads(found[lost])
    assert base64.b64decode(told["rawData"]) == bob
    assert told["errorCode"] == "DynamicPartitioning.MetadataExtractionFailed"
    assert told["errorMessage"] == "partitionKeys values must not be null or empty"


FUNCTION = """
import base64, json
def handler(event, context):
    return {"records": [dict(answer(each), recordId=each["recordId"]) for each in event["records"]]}
def answer(record):
    word = base64.b64decode(record["data"]).decode()
    if word == "drop":
        return {"result": "Dropped"}
    if word == "fail":
        return {"result": "ProcessingFailed", "data": record["data"]}
    data = base64.b64encode(word.upper().encode()).decode()
    return {"result": "Ok", "data": data, "metadata": {"partitionKeys": {"first": word[0]}}}
"""


@pytest.fixture(scope="module")
def function(aws):
    code, name = io.BytesIO(), "firehose-upper"
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("code.py", FUNCTION)
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    made = aws("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="code.handler",
        Role=role,
        Code={"ZipFile": code.getvalue()},
    )
    return made["FunctionArn"]


def test_a_function_changes_drops_and_fails_records(aws, fresh, lake, function):
    options = processing(Lambda={"LambdaArn": function}) | {
        "DynamicPartitioningConfiguration": {"Enabled": True},
        "Prefix": "!{partitionKeyFromLambda:first}/",
    }
    _, found = put(aws, fresh, lake, [b"ab", b"drop", b"ac", b"fail", b"x"], **options)
    a, lost, x = found
    assert (a[:2], found[a], x[:2], found[x]) == ("a/", b"ABAC", "x/", b"X")
    assert re.match(r"processing-failed/\d{4}/\d\d/\d\d/\d\d/", lost)
    told = json.loads(found[lost])
    assert (told["errorCode"], told["lambdaArn"]) == ("Lambda.ProcessingFailedStatus", function)


@pytest.fixture(scope="module")
def table(aws):
    """A table of the catalog whose columns records are converted to."""
    glue, name = aws("glue"), "firehose_columns"
    kinds = {"id": "int", "price": "decimal(6,2)", "at": "timestamp", "tags": "array<string>"}
    columns = [{"Name": each, "Type": kind} for each, kind in kinds.items()]
    glue.create_database(DatabaseInput={"Name": name})
    storage = {"Columns": columns, "Location": "s3://nowhere/"}
    keys = [{"Name": "day", "Type": "string"}]
    definition = {"Name": name, "StorageDescriptor": storage, "PartitionKeys": keys}
    glue.create_table(DatabaseName=name, TableInput=definition)
    return name


ROW = {"id": 1, "price": Decimal("2.50"), "at": datetime(2026, 5, 1, 10, 30), "tags": ["a", "b"]}
SERIALIZERS = {
    ".parquet": ({"ParquetSerDe": {"Compression": "GZIP"}}, pyarrow.parquet.read_table),
    ".orc": ({"OrcSerDe": {}}, pyarrow.orc.read_table),
}


@pytest.mark.parametrize("suffix", SERIALIZERS)
def test_records_of_json_become_columns(aws, fresh, lake, table, suffix):
    serializer, read = SERIALIZERS[suffix]
    one = b'{"ID": 1, "price": 2.5,\n "at": "2026-05-01 10:30:00", "tags": ["a", "b"], "more": 0}'
    records = [one + b'{"id": 2}', b'{"id": "many"}', b"no json", b'{"id": 3}\n']
    options = converted(table, table, serializer) | {"Prefix": "rows/", "ErrorOutputPrefix": "e/"}
    _, found = put(aws, fresh, lake, records, **options)
    lost, kept = found
    assert re.match(rf"rows/\d{{4}}/.*\{suffix}$", kept)
    empty = dict.fromkeys(ROW)
    rows = read(io.BytesIO(found[kept])).to_pylist()
    assert rows == [ROW, empty | {"id": 2}, empty | {"id": 3}]
    told = [json.loads(line) for line in found[lost].splitlines()]
    assert [base64.b64decode(each["rawData"]) for each in told] == records[1:3]
    assert {each["dataCatalogTable"]["tableName"] for each in told} == {table}


def test_other_keys_and_formats_of_moments_are_told_to_the_reader(aws, fresh, lake, table):
    mapped = {"ColumnToJsonKeyMappings": {"id": "number"}}
    options = converted(table, table, OpenXJsonSerDe=mapped) | {"S3BackupMode": "Enabled"}
    backup = {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{lake}", "Prefix": "as-it-came/"}
    record = b'{"number": 7}'
    options |= {"S3BackupConfiguration": backup, "Prefix": "rows/"}
    _, found = put(aws, fresh, lake, [record], **options)
    came, rows = found
    assert (came[:11], found[came]) == ("as-it-came/", record)
    assert pyarrow.parquet.read_table(io.BytesIO(found[rows]))["id"].to_pylist() == [7]
    moments = {"TimestampFormats": ["yyyy/MM/dd HH:mm"]}
    _, found = put(
        aws, fresh, lake, [b'{"at": "2026/05/01 10:30"}'],
        **converted(table, table, HiveJsonSerDe=moments) | {"Prefix": "z/"},
    )  # fmt: skip
    *_, last = found.values()
    assert pyarrow.parquet.read_table(io.BytesIO(last))["at"].to_pylist() == [ROW["at"]]


def test_records_of_a_stream_are_delivered_from_its_making_on(aws, fresh, lake):
    firehose, kinesis, s3, name = aws("firehose"), aws("kinesis"), aws("s3"), fresh("delivery")
    arn = f"arn:aws:kinesis:us-east-1:123456789012:stream/{name}"
    follower = {
        "DeliveryStreamName": name,
        "DeliveryStreamType": "KinesisStreamAsSource",
        "KinesisStreamSourceConfiguration": {"KinesisStreamARN": arn, "RoleARN": ROLE},
        "S3DestinationConfiguration": {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{lake}-not"},
    }
    with pytest.raises(ClientError, match=f"Stream {name} under account 123456789012 not found"):
        firehose.create_delivery_stream(**follower)
    kinesis.create_stream(StreamName=name, ShardCount=2)

    def send(*words):
        records = [{"Data": f"{word}\n", "PartitionKey": word} for word in words]
        kinesis.put_records(StreamName=name, Records=records)

    send("before")
    firehose.create_delivery_stream(**follower)
    send("one", "two", "three")  # waits for a bucket that is not there yet
    s3.create_bucket(Bucket=f"{lake}-not")
    send("four")

    def arrived():
        found = s3.list_objects_v2(Bucket=f"{lake}-not").get("Contents", [])
        bodies = [
            s3.get_object(Bucket=f"{lake}-not", Key=each["Key"])["Body"].read() for each in found
        ]
        words = b"".join(bodies).decode().split()
        return len(words) >= 4 and sorted(words)

    assert wait_for(arrived) == ["four", "one", "three", "two"]
    with pytest.raises(ClientError, match="not permitted on KinesisStreamAsSource"):
        firehose.put_record(DeliveryStreamName=name, Record={"Data": b"direct"})


DEFAULTS = {
    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
    "CompressionFormat": "UNCOMPRESSED",
    "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
    "CloudWatchLoggingOptions": {"Enabled": False},
}
UPDATES = {
    "extended": ("ExtendedS3DestinationUpdate", {"Prefix": "b/"}, {"Prefix": "b/"}),
    "as S3": ("S3DestinationUpdate", {"ErrorOutputPrefix": "e/"}, {"ErrorOutputPrefix": "e/"}),
    "its backup": ("ExtendedS3DestinationUpdate", {"S3BackupUpdate": {"Prefix": "kept/"}}, {}),
    "how it buffers": (
        "ExtendedS3DestinationUpdate",
        {"BufferingHints": {"SizeInMBs": 9, "IntervalInSeconds": 60}},
        {"BufferingHints": {"SizeInMBs": 9, "IntervalInSeconds": 60}},
    ),
}


@pytest.mark.parametrize(("kind", "update", "changed"), UPDATES.values(), ids=UPDATES)
def test_an_update_keeps_what_it_does_not_name(aws, fresh, lake, kind, update, changed):
    firehose, name = aws("firehose"), fresh("updated")
    where = {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{lake}", "Prefix": "a/"}
    processing = {"Enabled": True, "Processors": [{"Type": "AppendDelimiterToRecord"}]}
    firehose.create_delivery_stream(
        DeliveryStreamName=name,
        ExtendedS3DestinationConfiguration=where | {"ProcessingConfiguration": processing},
    )
    firehose.update_destination(
        DeliveryStreamName=name,
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        **{kind: update},
    )
    told = firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
    [destination] = told["Destinations"]
    extended = destination["ExtendedS3DestinationDescription"]
    assert destination["S3DestinationDescription"] == DEFAULTS | where | changed
    assert extended.items() >= (DEFAULTS | where | changed).items()
    assert extended["ProcessingConfiguration"] == processing
    backup = extended.get("S3BackupDescription", {}).get("Prefix")
    assert backup == update.get("S3BackupUpdate", {}).get("Prefix")


def test_the_status_of_encryption_is_told(aws, fresh, lake):
    firehose, name = aws("firehose"), fresh("encrypted")

    def status():
        told = firehose.describe_delivery_stream(DeliveryStreamName=name)
        return told["DeliveryStreamDescription"]["DeliveryStreamEncryptionConfiguration"]

    where = {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{lake}"}
    firehose.create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration=where
    )
    assert status() == {"Status": "DISABLED"}
    kind = {"KeyType": "AWS_OWNED_CMK"}
    firehose.start_delivery_stream_encryption(
        DeliveryStreamName=name, DeliveryStreamEncryptionConfigurationInput=kind
    )
    assert status() == kind | {"Status": "ENABLED"}


def test_hints_come_in_pairs(aws, fresh, lake):
    where = {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{lake}"}
    with pytest.raises(ClientError, match="must be specified together"):
        aws("firehose").create_delivery_stream(
            DeliveryStreamName=fresh("hinted"),
            ExtendedS3DestinationConfiguration=where | {"BufferingHints": {"SizeInMBs": 3}},
        )
