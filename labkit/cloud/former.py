"""What earlier labkits left in moto's records and cannot be worked with, made right at the start.

They brought the lock of a queue back as nothing, so that nothing could be sent to it, and left the
policy of a key that a stack had made an object, so that nobody could use the key.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Condition
from typing import Any

from moto.kms.models import kms_backends
from moto.sqs.models import sqs_backends

from labkit.cloud.cloud import Cloud, on_start


def _mend_queues(backend: Any) -> None:
    for queue in backend.queues.values():
        queue._messages_lock = queue._messages_lock or Condition()


def _mend_keys(backend: Any) -> None:
    for key in backend.keys.values():
        if isinstance(key.policy, dict):
            key.policy = json.dumps(key.policy)


_MENDED: tuple[tuple[Any, Callable[[Any], None]], ...] = (
    (sqs_backends, _mend_queues),
    (kms_backends, _mend_keys),
)


@on_start
def mend(cloud: Cloud) -> None:
    """Make right what is not."""
    for backends, mend_one in _MENDED:
        for backend in list(backends[cloud.account].values()):
            mend_one(backend)
