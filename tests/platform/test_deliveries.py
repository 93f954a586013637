"""Firehose: what it delivers to S3, and what is refused rather than lost."""

import gzip
import re

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/firehose"


@pytest.fixture
def lake(aws, fresh):
    bucket = fresh("delivered")
    aws("s3").create_bucket(Bucket=bucket)
    return bucket


def delivered(aws, fresh, bucket, **options):
    """The keys and bodies of what two records become."""
    firehose, s3, name = aws("firehose"), aws("s3"), fresh("delivery")
    where = {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{bucket}"} | options
    firehose.create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration=where
    )
    firehose.put_record_batch(
        DeliveryStreamName=name, Records=[{"Data": b"one\n"}, {"Data": b"two\n"}]
    )
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    return name, keys, [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]


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


LOST = {
    "conversion": ({"DataFormatConversionConfiguration": {"Enabled": True}}, "FormatConversion"),
    "processing": ({"ProcessingConfiguration": {"Enabled": True, "Processors": []}}, "Processing"),
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
    source = {
        "KinesisStreamARN": "arn:aws:kinesis:us-east-1:123456789012:stream/s",
        "RoleARN": ROLE,
    }
    with pytest.raises(ClientError, match="would flow from a Kinesis stream"):
        firehose.create_delivery_stream(
            DeliveryStreamName=name,
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration=source,
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
