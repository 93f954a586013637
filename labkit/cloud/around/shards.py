"""What becomes of a Kinesis stream's records when its shards are split and merged.

Records stay where they are, and new ones go to open shards; of a closed shard that has been read
there is no further iterator, by which readers know to go on with its children. moto puts new
records into the closed shard, copies those of merged shards so that they are read twice, and has no
shard for the last hash key of a range. A consumer's ARN ends with the moment it was registered.
Sequence numbers have 56 digits, of which moto counts the last.

Sources: https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html,
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html,
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html and
https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice, takewhile
from typing import Any

from moto.kinesis.models import Consumer, KinesisBackend, Record, Shard, Stream
from moto.kinesis.utils import decompose_shard_iterator

from labkit.cloud.cloud import Cloud, on_start

_consume: Any = Consumer.__init__
_find: Any = Stream.get_shard_for_key
_get: Any = KinesisBackend.get_records
_merge: Any = Stream.merge_shards
_split: Any = Stream.split_shard
_EARLIEST, _BETWEEN = 495 * 10**53, 10**20  # numbers before the first record of a shard


@on_start
def install(_: Cloud) -> None:
    """Let moto do so."""
    Consumer.__init__ = _make_consumer  # type: ignore[method-assign]
    Stream.get_shard_for_key = _shard_for  # type: ignore[method-assign]
    Stream.merge_shards = _merge_shards  # type: ignore[method-assign]
    Stream.split_shard = _split_shard  # type: ignore[method-assign]
    KinesisBackend.get_records = _get_records  # type: ignore[method-assign]
    Shard.get_max_sequence_number = _last_number  # type: ignore[method-assign]
    Shard.get_min_sequence_number = _first_number  # type: ignore[method-assign]
    Shard.put_record = _put_record  # type: ignore[method-assign]
    Shard.get_records = _read_on  # type: ignore[method-assign]


def unread(shard: Any, number: int) -> list[Any]:
    """moto's records of a shard that come after one, in their order."""
    after = takewhile(lambda each: each.sequence_number > number, reversed(shard.records.values()))
    return [*after][::-1]


def _last_number(self: Any) -> int:
    """As moto's, which lists all records for each that is put."""
    return int(next(reversed(self.records), _begins(self)))


def _first_number(self: Any) -> int:
    """Where a shard begins; one of an earlier state, with the first of its records."""
    return min(_begins(self), next(iter(self.records), _begins(self)))


def _begins(shard: Any) -> int:
    return _EARLIEST + int(shard._shard_id) * _BETWEEN


def _put_record(self: Any, partition_key: str, data: str, explicit_hash_key: str) -> str:
    number = _last_number(self) + 1
    self.records[number] = Record(partition_key, data, number, explicit_hash_key)
    return str(number)


def _read_on(self: Any, last_sequence_id: str, limit: int | None) -> tuple[list[Any], int, int]:
    """As moto's, which looks at all records before the first: their numbers have no gaps."""
    number, kept = int(last_sequence_id), self.records
    begin = max(0, number + 1 - next(iter(kept), 0))
    found = [*islice(kept.values(), begin, begin + limit if limit else None)]
    if not found:
        return [], max(number, _last_number(self)), 0
    behind = kept[_last_number(self)].created_at - found[-1].created_at
    return found, found[-1].sequence_number, int(behind * 1000)


def _make_consumer(self: Any, *args: Any, **options: Any) -> None:
    _consume(self, *args, **options)
    self.consumer_arn += f":{int(self.created.timestamp())}"


def _shard_for(self: Any, partition_key: str, explicit_hash_key: str) -> Any:
    opened = {name: each for name, each in self.shards.items() if each.is_open}
    last = {str(each.ending_hash): each for each in opened.values()}
    if explicit_hash_key in last:
        return last[explicit_hash_key]
    every, self.shards = self.shards, opened
    try:
        return _find(self, partition_key, explicit_hash_key)
    finally:
        self.shards = every


def _split_shard(self: Any, shard_to_split: str, new_starting_hash_key: str) -> None:
    shard = self.shards.get(shard_to_split)
    kept = shard.records if shard else None
    if shard:
        shard.records = OrderedDict()  # moto shares them out
    try:
        _split(self, shard_to_split, new_starting_hash_key)
    finally:
        if shard:
            shard.records = kept


def _merge_shards(self: Any, shard_to_merge: str, adjacent_shard_to_merge: str) -> None:
    named = [shard_to_merge, adjacent_shard_to_merge]
    if all(name in self.shards for name in named):
        named.sort(key=lambda name: self.shards[name].starting_hash)
    _merge(self, *named)
    self.shards[next(reversed(self.shards))].records = OrderedDict()


def _get_records(self: Any, stream_arn: str | None, shard_iterator: str, limit: int | None) -> Any:
    following, records, behind = _get(self, stream_arn, shard_iterator, limit)
    name, shard_id, _ = decompose_shard_iterator(shard_iterator)
    shard = self.describe_stream(stream_arn=stream_arn, stream_name=name).get_shard(shard_id)
    _, _, last = decompose_shard_iterator(following)
    is_read = not shard.is_open and int(last) >= shard.get_max_sequence_number()
    return None if is_read else following, records, behind
