"""Crawls by S3's events: a queue tells which places have changed since the last crawl.

The first crawl lists its targets; a later one looks again where events have come from, and changes
nothing without any. Messages go when the crawl has succeeded, so a failed one is made good for.

Source: https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-event-notifications.html
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from labkit.cloud.access.service_roles import Untrusting, client_as
from labkit.cloud.access.trust import trusted_role
from labkit.cloud.cloud import Cloud
from labkit.cloud.glue.places import Place
from labkit.cloud.glue.runs import runs_of
from labkit.cloud.glue.trust import SERVICE
from labkit.cloud.glue.words import invalid
from labkit.cloud.json_text import object_in
from labkit.cloud.operations import AwsError

MODE = "CRAWL_EVENT_MODE"
MOST_MESSAGES = 100_000


def check_event_mode(targets: dict[str, Any]) -> None:
    """Raise unless each target has a queue.

    Raises:
        AwsError: ``InvalidInputException``.
    """
    several = [each for kind in ("S3Targets", "CatalogTargets") for each in targets.get(kind) or ()]
    if len(several) != 1 or not several[0].get("EventQueueArn"):
        raise invalid("A crawl by S3 events wants one S3 or catalog target, with an EventQueueArn.")


class Events:
    """The events of a crawler's queue.

    Args:
        cloud: the workspace's local AWS.
        region: the crawler's.
        role: its role's name.
        queue: the queue's ARN.
    """

    def __init__(self, cloud: Cloud, region: str, role: str, queue: str) -> None:
        found = trusted_role(cloud, role, SERVICE)
        try:
            self._sqs = client_as(cloud, found.arn if found else role, SERVICE, "sqs", region)
            _, _, _, _, owner, name = queue.split(":")
            asked = {"QueueName": name, "QueueOwnerAWSAccountId": owner}
            self._url = self._sqs.get_queue_url(**asked)["QueueUrl"]
        except (ClientError, Untrusting, ValueError) as error:
            raise _unread(queue, error) from error
        self._receipts: list[str] = []

    def changed(self, places: list[Place]) -> list[Place]:
        """The places that events tell of.

        Raises:
            AwsError: the queue cannot be read.
        """
        found = list(self._objects())
        return [
            place
            for place in places
            if any(b == place.root[0] and key.startswith(place.root[1]) for b, key in found)
        ]

    def forget(self) -> None:
        """Delete the messages that were read."""
        for receipt in self._receipts:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=receipt)

    def _objects(self) -> Iterator[tuple[str, str]]:
        """Bucket and key of the objects that the messages tell of."""
        while len(self._receipts) < MOST_MESSAGES:
            try:
                asked = {"QueueUrl": self._url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0}
                messages = self._sqs.receive_message(**asked).get("Messages", [])
            except ClientError as error:
                raise _unread(self._url, error) from error
            if not messages:
                return
            for each in messages:
                self._receipts.append(each["ReceiptHandle"])
                yield from _told(each["Body"])


def has_crawled(cloud: Cloud, region: str, crawler: str) -> bool:
    """Whether a crawl has succeeded, so that events tell what is new."""
    return any(run["state"] == "COMPLETED" for run in runs_of(cloud, region, crawler))


def _told(body: str) -> Iterator[tuple[str, str]]:
    """The objects of a message: S3's own, one that a topic passed on, or EventBridge's."""
    said = object_in(body)
    if said and isinstance(said.get("Message"), str):
        yield from _told(said["Message"])
    elif said is not None:
        for each in said.get("Records") or [{"s3": said.get("detail") or {}}]:
            place = each.get("s3", {})
            if {"bucket", "object"} <= set(place):
                key = str(place["object"]["key"])
                yield (
                    place["bucket"]["name"],
                    urllib.parse.unquote_plus(key) if "Records" in said else key,
                )


def _unread(queue: str, error: Exception) -> AwsError:
    return invalid(f"The events of {queue} cannot be read: {error}")
