"""What a Map goes through, and what each iteration is told of it.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemspath.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.states.errors import runtime
from labkit.cloud.states.languages import Scope
from labkit.cloud.states.visits import Visit

STATE_DATA = "STATE_DATA"


def items_of(visit: Visit) -> list[Any]:
    """What a Map goes through: a list, or the pairs of an object.

    Raises:
        StateFailed: it is neither.
    """
    found = visit.language.items(visit.state, visit.scope)
    if isinstance(found, dict):
        return pairs(found)
    if not isinstance(found, list):
        path = visit.state.get("ItemsPath", "$").replace("$$", "$")  # as AWS writes it
        raise runtime(f'Reference path "{path}" must point to array.')
    return found


def pairs(found: dict[str, Any]) -> list[Any]:
    """The items of an object."""
    return [{"Key": key, "Value": value} for key, value in found.items()]


def item_context(index: int, item: Any, **more: Any) -> dict[str, Any]:
    """What an iteration adds to the context object."""
    return {"Map": {"Item": {"Index": index, "Value": item, **more}}}


def selected(visit: Visit, index: int, item: Any, **more: Any) -> Any:
    """The input of an iteration: its item, or what ``ItemSelector`` makes of it."""
    context = visit.context(**item_context(index, item, **more))
    scope = Scope(visit.scope.input, context, visit.scope.variables)
    return visit.language.item(visit.state, scope, item)
