"""Interactive sessions are records: what is told of one is what it was made with.

moto makes up an error, a progress and a capacity, and tells nothing of a session that it has made;
when a security configuration was made, it tells under a name that no client reads. Sources:
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-interactive-sessions-aws-glue-api-interactive-sessions.html
and https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-security.html
"""

from __future__ import annotations

from typing import Any

import moto.glue.models as models
from botocore import xform_name

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, Context, operation

_MADE_UP = ("ErrorMessage", "Progress", "MaxCapacity")
_KEPT = {
    "IdleTimeout": "idle_timeout",
    "MaxCapacity": "max_capacity",
    "NumberOfWorkers": "number_of_workers",
    "WorkerType": "worker_type",
}
_ASKED = (*_KEPT, "Command", "Connections", "DefaultArguments", "Description", "GlueVersion",
          "RequestOrigin", "Role", "SecurityConfiguration", "Tags", "Timeout")  # fmt: skip


@operation("glue", "CreateSession")
def create_session(context: Context, *, Id: str, **members: Any) -> Answer:
    """A session, told as it was made."""
    backend = context.backend("glue")
    asked = {xform_name(name): members.get(name) for name in _ASKED}
    with context.cloud.changing("glue"):
        backend.create_session(session_id=Id, **asked)
    return {"Session": given(backend.get_session(Id).as_dict())}


@on_start
def tell_sessions(cloud: Cloud) -> None:
    """Let a session, and a security configuration, be told as it was made."""
    sessions: Any = models.FakeSession
    sessions.as_dict = _told
    configurations: Any = models.FakeSecurityConfiguration
    configurations.as_dict = _told_configuration


_as_dict: Any = models.FakeSession.as_dict
_as_configuration: Any = models.FakeSecurityConfiguration.as_dict


def _told_configuration(configuration: Any) -> dict[str, Any]:
    told: dict[str, Any] = _as_configuration(configuration)
    return told | {"CreatedTimeStamp": configuration.created_time}


def _told(session: Any) -> dict[str, Any]:
    told = {name: value for name, value in _as_dict(session).items() if name not in _MADE_UP}
    kept = {name: getattr(session, member) for name, member in _KEPT.items()}
    return told | given(kept)
