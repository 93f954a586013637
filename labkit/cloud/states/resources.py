"""What a task's ``Resource`` names: a function, an activity, or an action of a service.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.cloud.states import integrations
from labkit.cloud.states.integrations import Integration

TOKEN = "waitForTaskToken"
_FUNCTION = re.compile(r"arn:[\w-]+:lambda:[\w-]+:[\w-]*:function:[\w$-]+(:[\w$-]+)?")
_ACTIVITY = re.compile(r"arn:[\w-]+:states:[\w-]+:\d*:activity:.+")
_ACTION = re.compile(
    r"arn:[\w-]+:states:(?:[\w-]*):(?:\d*):(?P<sdk>aws-sdk:)?(?P<service>[\w-]+):"
    r"(?P<action>\w+)(?:\.(?P<pattern>sync:2|sync|waitForTaskToken))?"
)


@dataclass(frozen=True)
class Resource:
    """A task's resource.

    Args:
        kind: ``LambdaFunction``, ``Activity`` or ``Task``: how its events are called.
        arn: as it stands in the definition.
        service: as the history tells it: ``athena``, ``aws-sdk:s3``.
        action: with its pattern: ``startQueryExecution.sync``.
        pattern: ``sync``, ``sync:2``, ``waitForTaskToken`` or empty.
        integration: what is asked of the service.
    """

    kind: str
    arn: str
    service: str = ""
    action: str = ""
    pattern: str = ""
    integration: Integration | None = None

    @property
    def has_token(self) -> bool:
        """Whether the task ends when somebody says so with its token."""
        return self.pattern == TOKEN or self.kind == "Activity"

    @property
    def gives_token(self) -> bool:
        """Whether the task has a token; one that waits for a run may be ended with it, too."""
        return bool(self.pattern) or self.has_token


def read_resource(arn: str) -> Resource | None:
    """What an ARN names; ``None`` when no task can do it."""
    if _FUNCTION.fullmatch(arn):
        return Resource("LambdaFunction", arn)
    if _ACTIVITY.fullmatch(arn):
        return Resource("Activity", arn)
    found = _ACTION.fullmatch(arn)
    if found is None:
        return None
    find = integrations.find_sdk if found["sdk"] else integrations.find
    integration = find(found["service"], found["action"])
    pattern = found["pattern"] or ""
    if integration is None or not _offers(integration, pattern):
        return None
    service = (found["sdk"] or "") + found["service"]
    action = found["action"] + (f".{pattern}" if pattern else "")
    return Resource("Task", arn, service, action, pattern, integration)


def _offers(integration: Integration, pattern: str) -> bool:
    if pattern == TOKEN:
        return integration.callback
    return not pattern or pattern in integration.sync
