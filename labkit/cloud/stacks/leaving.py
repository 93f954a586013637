"""What a stack tells of itself when it, or some of its resources, are gone.

moto makes again whatever an output or a list speaks of. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
"""

from __future__ import annotations

import contextlib
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError

from labkit.cloud.stacks.door import LOOKING
from labkit.cloud.stacks.updates import Said, needs


def told_at_end(read: Any) -> Any:
    """Outputs of a stack that is gone, none where it went before they were settled, or is made."""

    def told(stack: Any) -> Any:
        if LOOKING.get() and stack.status.endswith("_IN_PROGRESS"):
            return None
        try:
            return read(stack)
        except ValidationError:
            if stack.status != "DELETE_COMPLETE":
                raise
            return None

    return told


def settled(stack: Any) -> Said:
    """What a stack tells at its end: moto would make its resources again to tell of them."""
    outputs, resources = stack.output_map, stack.resource_map
    told: Said = {}
    for name in outputs.outputs:
        with contextlib.suppress(Exception):
            said = outputs._output_json_map[name] | {"Value": outputs[name].value}
            if export := said.get("Export"):
                said["Export"] = {"Name": parsing.clean_json(export.get("Name"), resources)}
            told[name] = said
    return told


def leave_out_gone(stack: Any) -> None:
    """Have a stack tell nothing of what is dropped: moto would make it again to tell of it."""
    resources, outputs = stack.resource_map, stack.output_map
    said = resources._resource_json_map
    gone = said.keys() - resources._parsed_resources.keys()
    resources._resource_json_map = {n: each for n, each in said.items() if n not in gone}
    told = outputs._output_json_map or {}
    outputs._output_json_map = {n: each for n, each in told.items() if not gone & {*needs(each)}}
