"""A Kinesis stream's records are read once, however its shards are split and merged."""

import pytest
from botocore.exceptions import ClientError

FIRST, LOW, HIGH, MERGED = (f"shardId-{number:012}" for number in range(4))


@pytest.fixture
def stream(aws, fresh):
    name, kinesis = fresh("s"), aws("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    yield name
    kinesis.delete_stream(StreamName=name, EnforceConsumerDeletion=True)


def test_records_stay_where_they_are(aws, stream):
    kinesis = aws("kinesis")

    def put(data, key):
        more = {"PartitionKey": "a", "ExplicitHashKey": str(key)}
        return kinesis.put_record(StreamName=stream, Data=data, **more)["ShardId"]

    def read(shard):
        asked = {"StreamName": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        iterator = kinesis.get_shard_iterator(**asked)["ShardIterator"]
        told = kinesis.get_records(ShardIterator=iterator)
        return [each["Data"] for each in told["Records"]], "NextShardIterator" in told

    assert put(b"a", 2**128 - 1) == FIRST
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST, NewStartingHashKey=str(2**127))
    assert read(FIRST) == ([b"a"], False)
    assert (put(b"b", 0), put(b"c", 2**128 - 1)) == (LOW, HIGH)
    kinesis.merge_shards(StreamName=stream, ShardToMerge=HIGH, AdjacentShardToMerge=LOW)
    assert put(b"d", 2**127) == MERGED
    assert [read(each) for each in (LOW, HIGH, MERGED)] == [
        ([b"b"], False),
        ([b"c"], False),
        ([b"d"], True),
    ]


def test_a_stream_with_consumers_is_not_deleted_unasked(aws, stream):
    kinesis = aws("kinesis")
    told = kinesis.describe_stream(StreamName=stream)["StreamDescription"]
    assert told["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    kinesis.register_stream_consumer(StreamARN=told["StreamARN"], ConsumerName="a")
    with pytest.raises(ClientError, match="ResourceInUseException"):
        kinesis.delete_stream(StreamName=stream)
    told = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    assert (told["ConsumerCount"], told["OpenShardCount"]) == (1, 1)
