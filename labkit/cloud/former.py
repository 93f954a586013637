"""What earlier labkits left in moto's records and is in the way, made right at the start.

They brought the lock of a queue back as nothing, so that nothing could be sent to it, left the
policy of a key that a stack had made an object, so that nobody could use the key, and kept of each
message of a topic a certificate, which nobody could fetch and each later message wrote again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Condition
from typing import Any

from moto.kms.models import kms_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from labkit.cloud.cloud import Cloud, on_start


def _mend_queues(backend: Any) -> None:
    for queue in backend.queues.values():
        queue._messages_lock = queue._messages_lock or Condition()


def _mend_keys(backend: Any) -> None:
    for key in backend.keys.values():
        if isinstance(key.policy, dict):
            key.policy = json.dumps(key.policy)


def _mend_topics(backend: Any) -> None:
    backend._message_public_keys.clear()


_MENDED: tuple[tuple[Any, Callable[[Any], None]], ...] = (
    (sqs_backends, _mend_queues),
    (kms_backends, _mend_keys),
    (sns_backends, _mend_topics),
)


@on_start
def mend(cloud: Cloud) -> None:
    """Make right what is not."""
    for backends, mend_one in _MENDED:
        for backend in list(backends[cloud.account].values()):
            mend_one(backend)
