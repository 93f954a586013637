"""EventBridge's rules in a stack, dropped by EventBridge's own calls.

moto takes the targets from the rule that the stack holds. After a restart that is not the one that
EventBridge holds, which then has targets still, and stays.
Source: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from moto.events import models

from labkit.cloud import stacks
from labkit.cloud.stacks.calls import Gone, ask
from labkit.cloud.stacks.kinds import Members

_drop: Any = models.Rule.delete


def teach() -> None:
    """Put it in moto's place."""
    rule: Any = models.Rule
    rule.delete = _delete


def _delete(self: Any, *where: str) -> None:
    try:
        stacks.caller()
    except LookupError:  # an archive's own rule, which no stack has
        _drop(self, *where)
        return
    bus: Members = {"EventBusName": self.event_bus_name} if self.event_bus_name else {}
    with contextlib.suppress(Gone):
        told = ask("events", "ListTargetsByRule", bus | {"Rule": self.name})["Targets"]
        if told:
            ids = [each["Id"] for each in told]
            ask("events", "RemoveTargets", bus | {"Rule": self.name, "Ids": ids})
        ask("events", "DeleteRule", bus | {"Name": self.name})
