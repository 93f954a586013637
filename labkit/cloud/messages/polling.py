"""Long polling: a client that waits for a queue's messages does not keep others from the queue.

moto waits inside the call, which holds its records of SQS: nobody could send what is waited for.
Here such a call is asked again and again without waiting, until there is something to tell.

Source:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator

from labkit.cloud.cloud import Cloud
from labkit.cloud.protocol import Reply

POLL_S, LONGEST_S = 0.05, 20
WAITING = ("sqs", "ReceiveMessage")
_WAIT = re.compile(rb"&?WaitTimeSeconds=(\d*)")
_NAME = re.compile(rb"QueueUrl=[^&]*(?:/|%2F)([^&]+)", re.IGNORECASE)


def until_told(cloud: Cloud, body: bytes, ask: Callable[[bytes], Reply | None]) -> Reply | None:
    """The first answer that has a message, else the last one."""
    seconds, body = _without_wait(cloud, body)
    reply = ask(body)
    for _ in _looks(seconds):
        if reply is None or reply.status != 200 or b'"MessageId"' in reply.body:
            break
        if b"<MessageId>" in reply.body:
            break
        reply = ask(body)
    return reply


def _looks(seconds: float) -> Iterator[None]:
    """Now and again, until the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(POLL_S)
        yield None


def _without_wait(cloud: Cloud, body: bytes) -> tuple[float, bytes]:
    """How long a request is ready to wait, and the request without it."""
    if body.startswith(b"{"):
        said = json.loads(body)
        wait = said.get("WaitTimeSeconds")
        name = str(said.get("QueueUrl", "")).rpartition("/")[2]
        without = json.dumps(said | {"WaitTimeSeconds": 0}).encode()
    else:
        found, named = _WAIT.search(body), _NAME.search(body)
        wait = found[1].decode() if found else None
        name = named[1].decode() if named else ""
        without = _WAIT.sub(b"", body) + b"&WaitTimeSeconds=0"
    if wait in (None, ""):
        queue = cloud.backend("sqs").queues.get(name)
        wait = queue.receive_message_wait_time_seconds if queue else 0
    seconds = float(wait or 0)
    return (seconds, without) if 0 <= seconds <= LONGEST_S else (0, body)
