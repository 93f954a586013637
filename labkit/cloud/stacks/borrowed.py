"""``Fn::GetStackOutput``: what another stack tells, here or in another region.

It is read when a resource is made, and when its stack is changed: the other stack knows nothing of
that, and may tell another value by then. CDK's new apps refer to other stacks so. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import ValidationError

Said = dict[str, Any]
NAME = "Fn::GetStackOutput"
_NEEDED, _FURTHER = {"StackName", "OutputName"}, {"Region", "RoleArn"}
_FORM = (
    f"Template error: every {NAME} object requires StackName and OutputName, and may have Region "
    "and RoleArn."
)


def told(said: Any, clean: Callable[[Any], Any], resources: Any) -> str:
    """The value of an output.

    Raises:
        ValidationError: there is no such output, or it is to be read in another role.
    """
    if not isinstance(said, dict) or not _NEEDED <= said.keys() <= _NEEDED | _FURTHER:
        raise ValidationError(message=_FORM)
    asked = {name: clean(value) for name, value in said.items()}
    if asked.get("RoleArn"):
        raise ValidationError(message=f"{NAME} in a role is not available in the local AWS.")
    region = asked.get("Region") or resources._region_name
    known = models.cloudformation_backends[resources._account_id][region].stacks.values()
    name, output = asked["StackName"], asked["OutputName"]
    for stack in (each for each in known if name in (each.name, each.stack_id)):
        for each in stack.outputs or ():
            if each["OutputKey"] == output:
                return str(each["OutputValue"])
        raise ValidationError(message=f"Stack [{name}] has no output named {output}.")
    raise ValidationError(message=f"Stack with id {name} does not exist")


def note(resources: Any, said: Said) -> None:
    """Note what a resource that is made or changed takes from other stacks."""
    for asked in _within(said):
        value = parsing.clean_json({NAME: asked}, resources)
        vars(resources).setdefault("borrowed", {})[_key(asked)] = value


def differs(resources: Any, said: Said) -> bool:
    """Whether other stacks now tell a resource other values than it has, or none."""
    had = vars(resources).get("borrowed", {})
    return any(had.get(_key(asked)) != _now(resources, asked) for asked in _within(said))


def _now(resources: Any, asked: Said) -> str | None:
    with contextlib.suppress(ValidationError):
        return str(parsing.clean_json({NAME: asked}, resources))
    return None


def _key(asked: Said) -> str:
    return json.dumps(asked, sort_keys=True)


def _within(value: Any) -> Iterator[Said]:
    for each in value if isinstance(value, list) else ():
        yield from _within(each)
    for name, each in value.items() if isinstance(value, dict) else ():
        if name == NAME and isinstance(each, dict):
            yield each
        else:
            yield from _within(each)
