"""Kinesis streams as sources: what is put into one goes on to its delivery streams.

How far a delivery stream has read each shard is on disk, and moves on when the records are objects.
So records that a crash or a missing bucket holds up are delivered later, perhaps twice, never not.
Source: https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html
"""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from moto.firehose.models import FirehoseBackend, firehose_backends
from moto.kinesis.models import Stream

from labkit.cloud.around.shards import unread
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.firehose.deliveries import Delivery, destination_of
from labkit.cloud.firehose.descriptions import judge_hints
from labkit.cloud.firehose.records import Record
from labkit.cloud.operations import AwsError, Context, not_here

log = logging.getLogger(__name__)
READ = "firehose.read"  # the last record that was delivered, by shard: of each delivery stream
MOST = 500  # records at once
RETRY_S = 5.0
_PUT = threading.Event()
_put_record: Any = Stream.put_record
_create: Any = FirehoseBackend.create_delivery_stream


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a source of which there is no stream, or for sources of other kinds."""
    judge_hints(parameters)
    kind = parameters.get("DeliveryStreamType") or "DirectPut"
    if kind not in ("DirectPut", "KinesisStreamAsSource"):
        raise not_here(context.service, context.operation, f"no records would flow by {kind}")
    source = parameters.get("KinesisStreamSourceConfiguration")
    if source and _stream_at(context.cloud, source["KinesisStreamARN"]) is None:
        name = source["KinesisStreamARN"].rpartition("/")[2]
        message = f"Stream {name} under account {context.cloud.account} not found."
        raise AwsError("ResourceNotFoundException", message)


@on_start
def follow(cloud: Cloud) -> None:
    """Read what is put into streams, and what was when the process ended."""

    def put(stream: Any, *record: Any, **named: Any) -> Any:
        told = _put_record(stream, *record, **named)
        _PUT.set()
        return told

    def create(backend: Any, *args: Any, **options: Any) -> Any:
        arn = _create(backend, *args, **options)
        made = backend.delivery_streams[arn.rpartition("/")[2]]
        if made.source:
            made.source = made.source | {"DeliveryStartTimestamp": datetime.now(UTC).timestamp()}
            stream = _stream_at(cloud, made.source["KinesisStreamARN"])
            read = {name: each.get_max_sequence_number() for name, each in stream.shards.items()}
            cloud.records(READ)[arn] = read
        return arn

    Stream.put_record = put  # type: ignore[method-assign, assignment]
    FirehoseBackend.create_delivery_stream = create  # type: ignore[method-assign, assignment]
    _PUT.set()
    threading.Thread(target=_read, args=(cloud,), name="firehose", daemon=True).start()


def _read(cloud: Cloud) -> None:
    later = None
    while True:
        _PUT.wait(later)
        _PUT.clear()
        stuck = [each for each in _followers(cloud) if not _forward(cloud, each)]
        later = RETRY_S if stuck else None


def _followers(cloud: Cloud) -> Iterator[Any]:
    for backend in list(firehose_backends[cloud.account].values()):
        yield from (each for each in list(backend.delivery_streams.values()) if each.source)


def _forward(cloud: Cloud, follower: Any) -> bool:
    """Deliver what a stream has that is new. Returns whether it could be."""
    read = cloud.records(READ)
    try:
        while new := _new(cloud, follower, read.get(follower.delivery_stream_arn, {})):
            delivery = Delivery(cloud, follower, destination_of(follower))
            delivery.deliver([Record(base64.b64decode(each.data)) for _, each in new])
            moved = {shard: each.sequence_number for shard, each in new}
            before = read.get(follower.delivery_stream_arn, {})
            read[follower.delivery_stream_arn] = before | moved
    except Exception as error:
        log.warning("%s could not deliver: %s", follower.delivery_stream_arn, error)
        return False
    return True


def _new(cloud: Cloud, follower: Any, read: dict[str, Any]) -> list[tuple[str, Any]]:
    """Records that are not delivered yet, with their shards, and no more than go at once."""
    stream = _stream_at(cloud, follower.source["KinesisStreamARN"])
    if stream is None:
        return []
    with cloud.lock("kinesis"):
        rest = (
            (name, each)
            for name, shard in stream.shards.items()
            for each in unread(shard, _position(shard, read.get(name, 0)))
        )
        return list(islice(rest, MOST))


def _position(shard: Any, read: int) -> int:
    """Where to go on; at the beginning of a shard that is another one by now."""
    last: int = shard.get_max_sequence_number()
    return read if read <= last else 0


def _stream_at(cloud: Cloud, arn: str) -> Any:
    backend = cloud.backend("kinesis", arn.split(":")[3])
    return backend.streams.get(arn.rpartition("/")[2])
