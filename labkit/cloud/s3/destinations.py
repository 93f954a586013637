"""Where a bucket may send its notifications, its log and its copies: S3 looks before it takes them.

A queue, a topic or a function has to be there, in the bucket's region, and its policy has to let
S3 in, unless the client asks not to look. moto looks at the region alone, when it has
taken the configuration already. A log goes to a bucket of the same region, which lets it in or not
when it comes; copies go to a bucket with versions.

Sources:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from labkit.cloud.access.admission import refusal
from labkit.cloud.cloud import Cloud
from labkit.cloud.lambdas.invoke import admits
from labkit.cloud.operations import AwsError
from labkit.cloud.s3 import overlaps
from labkit.cloud.s3.documents import Document, invalid, malformed
from labkit.cloud.s3.notices import SENDER

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request


def are_named(request: Request) -> bool:
    """Whether a request configures where something of a bucket goes."""
    return request.method == "PUT" and not request.key and bool(_CHECKS.keys() & set(request.query))


def check(cloud: Cloud, request: Request, bucket: Any, body: bytes) -> None:
    """Raise unless what a bucket sends can go where its new configuration sends it.

    Raises:
        AwsError: ``InvalidArgument``, with each place and what is wrong with it;
            ``InvalidTargetBucketForLogging``, ``CrossLocationLoggingProhibitted``,
            ``InvalidRequest``.
    """
    for name in _CHECKS.keys() & set(request.query):
        _CHECKS[name](cloud, request, bucket, body)


def _check_notifications(cloud: Cloud, request: Request, bucket: Any, body: bytes) -> None:
    overlaps.check(Document(body))
    named = list(_destinations(body))
    for _, arn in named:
        if arn.split(":")[3] != bucket.region_name:
            words = "The notification destination service region is not valid for the bucket"
            raise AwsError("InvalidArgument", f"{words} location constraint")
    if (request.header("x-amz-skip-destination-validation") or "").lower() == "true":
        return
    failed = [told for kind, arn in named if (told := _FAILURES[kind](cloud, bucket, arn))]
    if failed:
        words = "Unable to validate the following destination configurations"
        raise AwsError("InvalidArgument", words, 400, **_numbered(failed))


def _check_log(cloud: Cloud, _: Request, bucket: Any, body: bytes) -> None:
    document = Document(body)
    if document.root.find("LoggingEnabled") is None:
        return
    if document.text("PartitionDateSource") not in ("", "EventTime", "DeliveryTime"):
        raise malformed()
    name = document.text("TargetBucket")
    target = cloud.backend("s3").buckets.get(name)
    if target is None:
        words = "The target bucket for logging does not exist"
        raise AwsError("InvalidTargetBucketForLogging", words, TargetBucket=name)
    if target.region_name != bucket.region_name:
        words = "Cross S3 location logging not allowed. "
        places = {"SourceBucketLocation": bucket, "TargetBucketLocation": target}
        told = {member: each.region_name for member, each in places.items()}
        raise AwsError("CrossLocationLoggingProhibitted", words, 403, **told)


def _check_copies(cloud: Cloud, _: Request, bucket: Any, body: bytes) -> None:
    if bucket.versioning_status != "Enabled":
        words = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        raise AwsError("InvalidRequest", words)
    for arn in Document(body).texts("Bucket"):
        target = cloud.backend("s3").buckets.get(arn.rpartition(":")[2])
        if target is None or target.versioning_status != "Enabled":
            wants = "have versioning enabled" if target else "exist"
            raise AwsError("InvalidRequest", f"Destination bucket must {wants}.")


_CHECKS: dict[str, Callable[[Cloud, Request, Any, bytes], None]] = {
    "logging": _check_log,
    "notification": _check_notifications,
    "replication": _check_copies,
}


def _destinations(body: bytes) -> Iterator[tuple[str, str]]:
    for each in Document(body).root.iter():
        kind, arn = each.tag, (each.text or "").strip()
        if kind not in _FAILURES:
            continue
        if arn.count(":") < 5:
            raise invalid("The ARN could not be parsed", kind, arn)
        if arn.split(":")[2] != _SERVICES[kind]:
            raise AwsError("InvalidArgument", "The ARN is not well formed")
        yield kind, arn


def _numbered(failed: list[tuple[str, str]]) -> dict[str, str]:
    told: dict[str, str] = {}
    for number, (name, value) in enumerate(failed, 1):
        told |= {f"ArgumentName{number}": name, f"ArgumentValue{number}": value}
    return told


# What is wrong with a place, and how its name is told; ``None`` where nothing is ------------------

_GONE = "The destination {} does not exist"
_CLOSED = (
    "Permissions on the destination {} do not allow S3 to publish notifications from this bucket"
)


def _of_queue(cloud: Cloud, bucket: Any, arn: str) -> tuple[str, str] | None:
    region, account, name = arn.split(":")[3:6]
    found = account == cloud.account and name in cloud.backend("sqs", region).queues
    return _may_be_told(cloud, bucket, arn, "queue") if found else (arn, _GONE.format("queue"))


def _of_topic(cloud: Cloud, bucket: Any, arn: str) -> tuple[str, str] | None:
    found = arn in cloud.backend("sns", arn.split(":")[3]).topics
    return _may_be_told(cloud, bucket, arn, "topic") if found else (arn, _GONE.format("topic"))


def _may_be_told(cloud: Cloud, bucket: Any, arn: str, what: str) -> tuple[str, str] | None:
    refused = refusal(cloud, SENDER, bucket.arn, arn)
    return (arn, _CLOSED.format(what)) if refused else None


def _of_function(cloud: Cloud, bucket: Any, arn: str) -> tuple[str, str] | None:
    try:
        admitted = admits(cloud, SENDER, bucket.arn, arn)
    except AwsError:  # there is no such function
        admitted = False
    return None if admitted else (f"{arn}, null", f"Not authorized to invoke function [{arn}]")


_SERVICES = {"Queue": "sqs", "Topic": "sns", "CloudFunction": "lambda"}
_FAILURES: dict[str, Callable[[Cloud, Any, str], tuple[str, str] | None]] = {
    "Queue": _of_queue,
    "Topic": _of_topic,
    "CloudFunction": _of_function,
}
