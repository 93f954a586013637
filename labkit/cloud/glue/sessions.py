"""Interactive sessions are records: what is told of one is what it was made with.

moto makes up an error, a progress and a capacity.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-interactive-sessions-aws-glue-api-interactive-sessions.html
"""

from __future__ import annotations

from typing import Any

import moto.glue.models as models

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.members import given

_MADE_UP = ("ErrorMessage", "Progress", "MaxCapacity")
_KEPT = {
    "IdleTimeout": "idle_timeout",
    "MaxCapacity": "max_capacity",
    "NumberOfWorkers": "number_of_workers",
    "WorkerType": "worker_type",
}


@on_start
def tell_sessions(cloud: Cloud) -> None:
    """Let a session be told as it was made."""
    sessions: Any = models.FakeSession
    sessions.as_dict = _told


_as_dict: Any = models.FakeSession.as_dict


def _told(session: Any) -> dict[str, Any]:
    told = {name: value for name, value in _as_dict(session).items() if name not in _MADE_UP}
    kept = {name: getattr(session, member) for name, member in _KEPT.items()}
    return told | given(kept)
