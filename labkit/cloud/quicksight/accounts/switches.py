"""Switches of Amazon Q, all off: what they turn on needs a language model, which is not here.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_UpdateQPersonalizationConfiguration.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight.records import answers
from labkit.cloud.quicksight.words import not_here

SWITCHES = {
    "QPersonalizationConfiguration": "PersonalizationMode",
    "QuickSightQSearchConfiguration": "QSearchStatus",
    "DashboardsQAConfiguration": "DashboardsQAStatus",
}
_OFF = "DISABLED"


def _register(name: str, member: str) -> None:
    @answers(f"Describe{name}")
    def describe(context: Context) -> Answer:
        return {member: _OFF}

    @answers(f"Update{name}")
    def update(context: Context, **members: Any) -> Answer:
        if members[member] != _OFF:
            raise not_here(context.operation, "there is no language model behind it")
        return {member: _OFF}


for switch, its_member in SWITCHES.items():
    _register(switch, its_member)
