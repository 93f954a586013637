"""The types of what flows: Kinesis' streams and Firehose's, which change though they stay.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html
and https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesisfirehose-deliverystream.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.stacks.calls import ask
from labkit.cloud.stacks.kinds import Kind, Members, Part, kind, renaming

# Of other ones another stream delivers.
_OF_DELIVERIES = ("DeliveryStreamType", "KinesisStreamSourceConfiguration")


def _kept_for(members: Members, hours: Any) -> tuple[str, Members]:
    told = {"StreamName": members["StreamName"], "RetentionPeriodHours": hours}
    return "IncreaseStreamRetentionPeriod", told


def _encrypted(members: Members, said: Members) -> tuple[str, Members]:
    return "StartStreamEncryption", {"StreamName": members["StreamName"]} | said


def _in_shards(members: Members, count: Any) -> tuple[str, Members]:
    told = {"StreamName": members["StreamName"], "TargetShardCount": count}
    return "UpdateShardCount", told | {"ScalingType": "UNIFORM_SCALING"}


def _delivered(to: str) -> Part:
    """Where a stream delivers to, which changes though the stream stays."""

    def put(members: Members, said: Members) -> tuple[str, Members]:
        named = {"DeliveryStreamName": members["DeliveryStreamName"]}
        told = ask("firehose", "DescribeDeliveryStream", named)["DeliveryStreamDescription"]
        known = {
            "CurrentDeliveryStreamVersionId": told["VersionId"],
            "DestinationId": told["Destinations"][0]["DestinationId"],
        }
        changed = renaming({"S3BackupConfiguration": "S3BackupUpdate"})(said)
        return "UpdateDestination", named | known | {f"{to}DestinationUpdate": changed}

    return Part(f"{to}DestinationConfiguration", put, first=False)


FLOWS: dict[str, Kind] = {
    "AWS::Kinesis::Stream": kind(
        "kinesis",
        "Stream",
        change="",
        id="StreamName",
        by={"StreamName": "StreamName"},
        shaped=renaming({"Name": "StreamName"}),
        parts=(
            Part("RetentionPeriodHours", _kept_for),
            Part("StreamEncryption", _encrypted),
            Part("ShardCount", _in_shards, first=False),
        ),
        attributes={"Arn": "arn:aws:kinesis:{Region}:{Account}:stream/{StreamName}"},
    ),
    "AWS::Kinesis::StreamConsumer": Kind(
        "kinesis",
        "RegisterStreamConsumer",
        drop="DeregisterStreamConsumer",
        name="ConsumerName",
        id="Consumer.ConsumerARN",
        by={"ConsumerARN": "Consumer.ConsumerARN"},
        attributes={
            name: f"Consumer.{name}"
            for name in ("ConsumerARN", "ConsumerCreationTimestamp", "ConsumerStatus")
        },
    ),
    "AWS::KinesisFirehose::DeliveryStream": kind(
        "firehose",
        "DeliveryStream",
        change="",
        name="DeliveryStreamName",
        by={name: name for name in ("DeliveryStreamName", *_OF_DELIVERIES)},
        parts=tuple(map(_delivered, ("ExtendedS3", "S3"))),
        attributes={"Arn": "DeliveryStreamARN"},
    ),
}
