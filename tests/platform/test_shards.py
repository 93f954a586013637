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


def test_a_number_has_56_digits(aws, stream):
    kinesis, named = aws("kinesis"), {"StreamName": stream}

    def read(kind, **more):
        asked = {"ShardId": FIRST, "ShardIteratorType": kind, **more}
        return kinesis.get_shard_iterator(**named, **asked)["ShardIterator"]

    latest = read("LATEST")
    first, last = (
        kinesis.put_record(**named, Data=data, PartitionKey="a")["SequenceNumber"]
        for data in (b"a", b"b")
    )
    (shard,) = kinesis.list_shards(**named)["Shards"]
    begins = shard["SequenceNumberRange"]["StartingSequenceNumber"]
    assert [len(each) for each in (begins, first, last)] == [56] * 3
    assert int(begins) < int(first) < int(last)
    for iterator, numbers in (
        (latest, [first, last]),
        (read("TRIM_HORIZON"), [first, last]),
        (read("AT_SEQUENCE_NUMBER", StartingSequenceNumber=last), [last]),
        (read("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=first), [last]),
    ):
        told = kinesis.get_records(ShardIterator=iterator)["Records"]
        assert [each["SequenceNumber"] for each in told] == numbers


def test_a_closed_shard_without_records_is_read(aws, stream):
    kinesis = aws("kinesis")
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST, NewStartingHashKey=str(2**127))
    asked = {"StreamName": stream, "ShardId": FIRST, "ShardIteratorType": "TRIM_HORIZON"}
    told = kinesis.get_records(ShardIterator=kinesis.get_shard_iterator(**asked)["ShardIterator"])
    assert (told["Records"], "NextShardIterator" in told) == ([], False)


def test_a_stream_with_consumers_is_not_deleted_unasked(aws, stream):
    kinesis = aws("kinesis")
    told = kinesis.describe_stream(StreamName=stream)["StreamDescription"]
    assert told["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    kinesis.register_stream_consumer(StreamARN=told["StreamARN"], ConsumerName="a")
    with pytest.raises(ClientError, match="ResourceInUseException"):
        kinesis.delete_stream(StreamName=stream)
    told = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    assert (told["ConsumerCount"], told["OpenShardCount"]) == (1, 1)


@pytest.mark.parametrize("place", ["us-east-1:111111111111", "eu-west-1:123456789012"])
def test_a_stream_elsewhere_is_not_this_one(aws, stream, place):
    kinesis, arn = aws("kinesis"), f"arn:aws:kinesis:{place}:stream/{stream}"
    for call in (kinesis.describe_stream_summary, kinesis.delete_stream):
        with pytest.raises(kinesis.exceptions.ResourceNotFoundException, match=place[-12:]):
            call(StreamARN=arn)


def test_a_consumer_goes_alone(aws, stream):
    kinesis = aws("kinesis")
    arn = kinesis.describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]
    made = [
        kinesis.register_stream_consumer(StreamARN=arn, ConsumerName=name, Tags={"k": name})
        for name in "abc"
    ]
    made = [each["Consumer"] for each in made]
    tags = kinesis.list_tags_for_resource(ResourceARN=made[2]["ConsumerARN"])["Tags"]
    assert tags == [{"Key": "k", "Value": "c"}]
    with pytest.raises(kinesis.exceptions.ResourceNotFoundException):
        kinesis.deregister_stream_consumer(StreamARN=arn, ConsumerName="d")
    kinesis.deregister_stream_consumer(StreamARN=arn, ConsumerName="a")
    kinesis.deregister_stream_consumer(ConsumerARN=made[1]["ConsumerARN"])
    assert [
        c["ConsumerName"] for c in kinesis.list_stream_consumers(StreamARN=arn)["Consumers"]
    ] == ["c"]


SHARDS = {  # a filter → the numbers of the shards that it names, of which the first was split
    "AT_LATEST": ({}, [1, 2]),
    "AT_TRIM_HORIZON": ({}, [0]),
    "FROM_TRIM_HORIZON": ({}, [0, 1, 2]),
    "AFTER_SHARD_ID": ({"ShardId": LOW}, [2]),
}


def test_a_filter_names_shards(aws, stream):
    kinesis = aws("kinesis")
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST, NewStartingHashKey=str(2**127))
    for kind, (more, numbers) in SHARDS.items():
        told = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": kind, **more})
        assert [int(each["ShardId"][-3:]) for each in told["Shards"]] == numbers, kind
    first = kinesis.list_shards(StreamName=stream, MaxResults=2)
    rest = kinesis.list_shards(NextToken=first["NextToken"])["Shards"]
    assert [each["ShardId"] for each in first["Shards"] + rest] == [FIRST, LOW, HIGH]


def test_all_metrics_of_a_shard_have_names(aws, stream):
    kinesis, one = aws("kinesis"), ["IncomingBytes"]
    kinesis.enable_enhanced_monitoring(StreamName=stream, ShardLevelMetrics=["ALL"])
    told = kinesis.disable_enhanced_monitoring(StreamName=stream, ShardLevelMetrics=one)
    assert len(told["CurrentShardLevelMetrics"]) == 7
    (shown,) = kinesis.describe_stream(StreamName=stream)["StreamDescription"]["EnhancedMonitoring"]
    assert {*shown["ShardLevelMetrics"], *one} == {*told["CurrentShardLevelMetrics"]}
    assert len(shown["ShardLevelMetrics"]) == 6


def test_streams_and_consumers_have_tags_by_their_arns(aws, stream):
    kinesis = aws("kinesis")
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"][
        "StreamARN"
    ]
    reader = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="a")["Consumer"]
    for each in (arn, reader["ConsumerARN"]):
        kinesis.tag_resource(ResourceARN=each, Tags={"a": "b", "c": "d"})
        kinesis.untag_resource(ResourceARN=each, TagKeys=["a"])
        told = kinesis.list_tags_for_resource(ResourceARN=each)["Tags"]
        assert told == [{"Key": "c", "Value": "d"}]
    assert kinesis.list_tags_for_stream(StreamName=stream)["Tags"] == told
    with pytest.raises(kinesis.exceptions.ResourceNotFoundException):
        kinesis.list_tags_for_resource(ResourceARN=f"{arn}-lost")


def test_open_shards_are_counted(aws, stream):
    kinesis = aws("kinesis")
    before = kinesis.describe_limits()["OpenShardCount"]
    kinesis.split_shard(StreamName=stream, ShardToSplit=FIRST, NewStartingHashKey=str(2**127))
    told = kinesis.describe_limits()
    assert (told["OpenShardCount"], told["ShardLimit"]) == (before + 1, 20_000)


REFUSED = {
    "a token and a stream": ("list_shards", {"NextToken": "a"}, "cannot be provided together"),
    "a filter of no shard": (
        "list_shards",
        {"ShardFilter": {"Type": "AFTER_SHARD_ID"}},
        "ShardId must be provided",
    ),
    "more than double": (
        "update_shard_count",
        {"TargetShardCount": 3, "ScalingType": "UNIFORM_SCALING"},
        "cannot scale up over double your current open shard count",
    ),
    "too many tags": (
        "add_tags_to_stream",
        {"Tags": {str(number): "a" for number in range(51)}},
        "cannot have more than 50 tags",
    ),
    "no moment": (
        "get_shard_iterator",
        {"ShardId": FIRST, "ShardIteratorType": "AT_TIMESTAMP"},
        "Must specify Timestamp",
    ),
}


@pytest.mark.parametrize(("call", "asked", "told"), REFUSED.values(), ids=REFUSED)
def test_calls_that_are_refused(aws, stream, call, asked, told):
    with pytest.raises(ClientError, match=f"InvalidArgumentException.*{told}"):
        getattr(aws("kinesis"), call)(StreamName=stream, **asked)
