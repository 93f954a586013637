"""What keeps a stack from going: its protection, and other stacks that import what it exports.

moto keeps the protection, and deletes the stack all the same.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html
and https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation

_FAILED, FORCED = "DELETE_FAILED", "FORCE_DELETE_STACK"
# States of stacks that have no resources, and so import nothing.
_EMPTY = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")
_FORCING = (
    "Invalid operation on stack [{}]. Specify FORCE_DELETE_STACK only when the stack is in the "
    f"{_FAILED} state."
)
_LEAVING = (
    "Invalid operation on stack [{}]. When you delete a stack, specify which resources to retain "
    f"only when the stack is in the {_FAILED} state."
)


def check_deletion(
    context: Context, *, StackName: str, RetainResources: Collection[str] = (), **told: Any
) -> None:
    """Raise for a stack that is protected, or that others need; one that is not there may go.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
    """
    name, stack = StackName, _find(context, StackName)
    if stack is None:
        return
    if RetainResources and stack.status != _FAILED:
        raise _invalid(_LEAVING.format(stack.stack_id))
    if told.get("DeletionMode") == FORCED and stack.status != _FAILED:
        raise _invalid(_FORCING.format(stack.stack_id))
    if stack.enable_termination_protection:
        words = f"Stack [{name}] cannot be deleted while TerminationProtection is enabled"
        raise _invalid(words)
    for export in stack.exports:
        if users := importers(context, export.name):
            words = f"Cannot delete export {export.name} as it is in use by {', '.join(users)}."
            raise _invalid(f"Delete canceled. {words}")


def check_instances(context: Context, *, RetainStacks: bool = False, **told: Any) -> None:
    """Raise for what is to stay of a stack set: moto deletes its stacks, wherever they are."""
    if RetainStacks:
        raise not_here("cloudformation", context.operation, "stacks of a stack set that stay")
    if told.get("DeploymentTargets"):
        raise not_here("cloudformation", context.operation, "deployment targets")


@operation("cloudformation", "UpdateTerminationProtection")
def update_termination_protection(
    context: Context, *, StackName: str, EnableTerminationProtection: bool
) -> Answer:
    stack = _find(context, StackName)
    if stack is None:
        raise _invalid(f"Stack [{StackName}] does not exist")
    with context.cloud.changing("cloudformation"):
        stack.enable_termination_protection = EnableTerminationProtection
    return {"StackId": stack.stack_id}


@operation("cloudformation", "ListImports")
def list_imports(context: Context, *, ExportName: str, **_: Any) -> Answer:
    """The stacks that import a value.

    Raises:
        AwsError: ``ValidationError``: none does.
    """
    users = importers(context, ExportName)
    if not users:
        raise _invalid(f"Export '{ExportName}' is not imported by any stack.")
    return {"Imports": users}


def _stacks(context: Context) -> list[Any]:
    return list(context.backend("cloudformation").stacks.values())


def _find(context: Context, name: str) -> Any | None:
    return next((each for each in _stacks(context) if name in (each.name, each.stack_id)), None)


def importers(context: Context, export: str) -> list[str]:
    """The names of the stacks that import a value."""
    there = [each for each in _stacks(context) if each.status not in _EMPTY]
    return [each.name for each in there if export in _imported(each)]


def _imported(stack: Any) -> Iterator[Any]:
    """The names of what a stack imports."""
    from moto.cloudformation.parsing import clean_json

    asked = [stack.template_dict]
    while asked:
        match asked.pop():
            case {"Fn::ImportValue": name}:
                yield clean_json(name, stack.resource_map)
            case dict() as members:
                asked.extend(members.values())
            case list() as items:
                asked.extend(items)


def exported(stack_id: str, exports: Mapping[str, Any]) -> dict[str, str]:
    """What a stack of a region exports, by name."""
    own = [each for each in exports.values() if each.exporting_stack_id == stack_id]
    return {each.name: each.value for each in own}


def check_exports(context: Context, was: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Raise for an update that drops what another stack imports, or exports another value.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html

    Raises:
        AwsError: ``ValidationError``.
    """
    for name, value in was.items():
        users = importers(context, name) if now.get(name) != value else []
        if users:
            verb = "updated" if name in now else "deleted"
            raise _invalid(f"Export {name} cannot be {verb} as it is in use by {', '.join(users)}")


def _invalid(words: str) -> AwsError:
    return AwsError("ValidationError", words)
