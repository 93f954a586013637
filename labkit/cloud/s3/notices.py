"""What S3 tells others of its objects: functions, queues, topics and EventBridge, once each.

moto tells inside the request, so that a PUT waits for a function; it tells a completed multipart
upload twice, every PUT as a tagging besides, and of versions nothing. Here each becomes one
delivery, made later.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
and https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

import datetime
import json
import time
import urllib.parse
import uuid
from collections.abc import Callable
from typing import Any

import moto.s3.notifications as notifications

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.delivery import deliver
from labkit.cloud.events.rules import aws_event, publish
from labkit.cloud.s3.asked import asked
from labkit.cloud.s3.objects import Gone

SENDER = "s3.amazonaws.com"
# Notification of S3 → the event's type on EventBridge, and the reason it gives.
KINDS = {
    "s3:ObjectCreated:Put": ("Object Created", "PutObject"),
    "s3:ObjectCreated:Post": ("Object Created", "POST Object"),
    "s3:ObjectCreated:Copy": ("Object Created", "CopyObject"),
    "s3:ObjectCreated:CompleteMultipartUpload": ("Object Created", "CompleteMultipartUpload"),
    "s3:ObjectRemoved:Delete": ("Object Deleted", "DeleteObject"),
    "s3:ObjectRemoved:DeleteMarkerCreated": ("Object Deleted", "DeleteObject"),
    "s3:ObjectRestore:Post": ("Object Restore Initiated", None),
    "s3:ObjectRestore:Completed": ("Object Restore Completed", None),
    "s3:ObjectAcl:Put": ("Object ACL Updated", None),
    "s3:ObjectTagging:Put": ("Object Tags Added", None),
    "s3:ObjectTagging:Delete": ("Object Tags Deleted", None),
}
_RESTORE, _RESTORED = "s3:ObjectRestore", "s3:ObjectRestore:Completed"
_ABOUT = ("s3:ObjectTagging", "s3:ObjectAcl")  # what changes nothing that is stored
#: Who else hears of each event: with its name, the bucket's and the key's.
LISTENERS: list[Callable[[Cloud, str, str, str], None]] = []


@on_start
def install(cloud: Cloud) -> None:
    """Take moto's place as the one who tells."""

    def send_event(account_id: str, event_name: Any, bucket: Any, key: Any) -> None:
        name = str(getattr(event_name, "value", event_name))
        if name.startswith("s3:ObjectTagging") and asked("tagging") is None:
            return
        if name.startswith("s3:ObjectRemoved") and not isinstance(key, Gone):
            return
        if name == "s3:ObjectCreated:Put" and asked("form") is not None:
            name = "s3:ObjectCreated:Post"
        tell(cloud, name, bucket, key)

    def send_test_event(account_id: str, bucket: Any) -> None:
        wanted = bucket.notification_configuration
        for arn in sorted({each.arn for each in (*wanted.queue, *wanted.topic)}):
            test = notifications._get_test_event(bucket.name) | _ids("RequestId", "HostId")
            _send(cloud, bucket, arn, test)

    notifications.send_event = send_event
    notifications.send_test_event = send_test_event


def tell(cloud: Cloud, name: str, bucket: Any, key: Any) -> None:
    """Queue what a bucket's configuration says of an event.

    Args:
        name: such as ``s3:ObjectCreated:Put``.
        bucket: moto's record.
        key: moto's record of the object, or what is gone.
    """
    wanted = bucket.notification_configuration
    for listener in LISTENERS:
        listener(cloud, name, bucket.name, key.name)
    if wanted is None or bucket.name is None:
        return
    for each in (*wanted.cloud_function, *wanted.queue, *wanted.topic):
        if each.matches(name, key.name):
            _send(cloud, bucket, each.arn, _notification(cloud, name, bucket, key, each.id))
    if wanted.event_bridge is not None and name in KINDS:
        publish(cloud, _event(cloud, name, bucket, key), bucket.region_name)


def _send(cloud: Cloud, bucket: Any, arn: str, told: dict[str, Any]) -> None:
    target, text = {"Arn": arn}, json.dumps(told)
    deliver(cloud, service=SENDER, source=bucket.arn, target=target, text=text)


def _notification(
    cloud: Cloud, name: str, bucket: Any, key: Any, configuration: str
) -> dict[str, Any]:
    found = _object(name, bucket, key)
    found["key"] = urllib.parse.quote_plus(found["key"], safe="/")
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    record = {
        "eventVersion": "2.3" if name.startswith(_ABOUT) else "2.1",
        "eventSource": "aws:s3",
        "awsRegion": bucket.region_name,
        "eventTime": now.replace("+00:00", "Z"),
        "eventName": name.removeprefix("s3:"),
        "userIdentity": {"principalId": f"AWS:{cloud.account}"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": _ids("x-amz-request-id", "x-amz-id-2"),
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration,
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": {"principalId": cloud.account},
                "arn": bucket.arn,
            },
            "object": {_SAID.get(member, member): value for member, value in found.items()},
        },
    }
    if name == _RESTORED:
        told = {
            "lifecycleRestorationExpiryTime": f"{key._expiry:%Y-%m-%dT%H:%M:%S.000Z}",
            "lifecycleRestoreStorageClass": key.storage_class,
        }
        record["glacierEventData"] = {"restoreEventData": told}
    return {"Records": [record]}


def _ids(request: str, host: str) -> dict[str, str]:
    """A request's two ids, under these names."""
    return {request: uuid.uuid4().hex[:16].upper(), host: uuid.uuid4().hex}


def _event(cloud: Cloud, name: str, bucket: Any, key: Any) -> dict[str, Any]:
    kind, reason = KINDS[name]
    marker = name.endswith("DeleteMarkerCreated")
    deletion = "Delete Marker Created" if marker else "Permanently Deleted"
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": _object(name, bucket, key),
        "request-id": uuid.uuid4().hex[:16].upper(),
        "requester": cloud.account,
        "source-ip-address": "127.0.0.1",
        **({"reason": reason} if reason else {}),
        **({"deletion-type": deletion} if kind == "Object Deleted" else {}),
    }
    if name.startswith(_RESTORE):
        detail["source-storage-class"] = key.storage_class
        del detail["object"]["sequencer"]
    if name == _RESTORED:
        detail["restore-expiry-time"] = f"{key._expiry:%Y-%m-%dT%H:%M:%SZ}"
    return aws_event(
        cloud, source="aws.s3", kind=kind, detail=detail, resources=[bucket.arn], moment=time.time()
    )


_SAID = {"etag": "eTag", "version-id": "versionId"}  # in notifications


def _object(name: str, bucket: Any, key: Any) -> dict[str, Any]:
    """What is told of an object, by its names on EventBridge."""
    unnumbered = name.startswith("s3:ObjectCreated") and bucket.versioning_status == "Suspended"
    found = {"key": key.name}
    if name.startswith(("s3:ObjectCreated", "s3:ObjectRestore")):
        found["size"] = key.contentsize
    if etag := key.etag.strip('"'):
        found["etag"] = etag
    if key.version_id not in (None, "null") and not unnumbered:
        found["version-id"] = key.version_id
    return found if name.startswith(_ABOUT) else found | {"sequencer": f"{time.time_ns():018X}"}
