"""Records of a DynamoDB stream go once they are a day old."""

from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace

import pytest
from moto.core.utils import utcnow
from moto.dynamodb.models.table import StreamRecord, StreamShard

from labkit.cloud.dynamodb import change_streams, item_changes
from labkit.cloud.operations import AwsError

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/then"


def record(hours):
    moment = utcnow() - timedelta(hours=hours)
    made = StreamRecord.__new__(StreamRecord)
    made.record = {"dynamodb": {"ApproximateCreationDateTime": moment}}
    return made


@pytest.fixture
def shard():
    table = SimpleNamespace(
        stream_specification={"StreamEnabled": True}, latest_stream_label="then"
    )
    table.stream_shard = made = StreamShard("123456789012", table)
    made.starting_sequence_number, made.items = 100, [record(h) for h in (26, 24.5, 23, 0)]
    return made


@pytest.mark.parametrize(("oldest", "first", "left"), [(26, 102, 2), (24.5, 100, 4)])
def test_many_go_at_once(shard, oldest, first, left):
    shard.items[0] = record(oldest)
    change_streams.trim(shard)
    assert (shard.starting_sequence_number, len(shard.items)) == (first, left)


def test_what_comes_meanwhile_is_taken_back(shard):
    count = item_changes._count(shard.table)
    change_streams.trim(shard)
    shard.items.append(record(0))
    item_changes._take_back(shard.table, count)
    assert (len(shard.items), item_changes._count(shard.table)) == (2, count)


def test_who_reads_what_is_gone_is_told(shard):
    context = SimpleNamespace(
        backend=lambda _: SimpleNamespace(tables={"t": shard.table}),
        cloud=SimpleNamespace(lock=lambda _: nullcontext()),
    )
    place = {"ShardId": shard.id, "ShardIteratorType": "TRIM_HORIZON"}
    told = change_streams.get_shard_iterator(context, StreamArn=ARN, **place)
    assert len(change_streams.get_records(context, **told)["Records"]) == 4
    change_streams.trim(shard)
    with pytest.raises(AwsError, match="TrimmedDataAccessException"):
        change_streams.get_records(context, **told)
    told = change_streams.get_shard_iterator(context, StreamArn=ARN, **place)
    assert len(change_streams.get_records(context, **told)["Records"]) == 2
