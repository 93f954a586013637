"""Stacks that were being made, changed or dropped when the server was killed, seen to their end.

A stack that was being made is rolled back, or left, as its caller wanted; an update that had made
and changed all is completed, any other is rolled back; a deletion goes on. Who asks for stacks
meanwhile waits. Sources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

from labkit.cloud import stacks
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.jobs import Job
from labkit.cloud.operations import Context, Principal

log = logging.getLogger(__name__)
_ENDED = "The local AWS ended meanwhile. "
_GOING: dict[Cloud, Future[Any]] = {}
# By what calls a resource is known, where its service's answer would have told.
_FORETOLD: dict[str, dict[str, str]] = {
    "AWS::IAM::ManagedPolicy": {"Policy": "arn:aws:iam::{account}:policy{Path}{PolicyName}"},
    "AWS::SNS::Topic": {"TopicArn": "arn:aws:sns:{region}:{account}:{Name}"},
    "AWS::SQS::Queue": {"QueueUrl": "{endpoint}/{account}/{QueueName}"},
    "AWS::SecretsManager::Secret": {"ARN": "{Name}"},
    "AWS::StepFunctions::Activity": {
        "activityArn": "arn:aws:states:{region}:{account}:activity:{Name}"
    },
    "AWS::StepFunctions::StateMachine": {
        "stateMachineArn": "arn:aws:states:{region}:{account}:stateMachine:{Name}"
    },
}


@on_start
def begin(cloud: Cloud) -> None:
    """Go on in the background with what was interrupted: services are asked once all are there."""
    if "moto.cloudformation.models" in sys.modules and any(_interrupted()):
        _GOING[cloud] = cloud.jobs.start("cloudformation/mending", lambda job: _mend(cloud, job))


def settle(cloud: Cloud) -> None:
    """Wait until that is done."""
    if going := _GOING.get(cloud):
        with contextlib.suppress(Exception):  # the log tells
            going.result()
        _GOING.pop(cloud, None)


def _interrupted() -> Iterator[tuple[Any, Any]]:
    """Backends, and their stacks that were worked at: those within others before these."""
    from moto.cloudformation.models import cloudformation_backends

    for regions in list(cloudformation_backends.values()):
        for backend in list(regions.values()):
            for stack in reversed(backend.stacks.values()):
                if vars(stack).get("under_way"):
                    yield backend, stack


def _mend(cloud: Cloud, job: Job) -> None:
    stacks.teach()
    with cloud.lock("cloudformation"):
        for backend, stack in list(_interrupted()):
            contextvars.copy_context().run(_mend_one, cloud, job, backend, stack)


def _mend_one(cloud: Cloud, job: Job, backend: Any, stack: Any) -> None:
    from labkit.cloud.stacks import journal
    from labkit.cloud.stacks.failures import put

    said = stack.under_way
    principal = Principal(*said["principal"])
    context = Context(cloud, "cloudformation", said["operation"], said["region"], principal)
    stacks.act_for(context, said["asked"])
    try:
        _ENDINGS[said["verb"]](backend, stack)
    except Exception as error:
        log.exception("a stack could not be mended")
        put(stack, "DELETE_FAILED" if said["verb"] == "DELETE" else "UPDATE_FAILED", str(error))
    if not job.stopping:  # else the next start goes on: services refuse by now
        journal.end(stack)


def _end_making(backend: Any, stack: Any) -> None:
    from labkit.cloud.stacks import proposals, rollback
    from labkit.cloud.stacks.failures import Failed, is_new, on_failure

    broken = _take_pending(stack, "CREATE")
    _drop_strangers(backend, stack)
    failed = Failed(", ".join(broken), "CREATE", _ENDED)
    failed.reason = f"{_ENDED}{failed.reason if broken else ''}"
    if is_new(stack):
        proposals.fail(backend, _change_of(backend, stack), failed)
    else:
        rollback.end_making(backend, stack, failed, on_failure())


def _end_updating(backend: Any, stack: Any) -> None:
    from labkit.cloud.stacks import rollback, updates
    from labkit.cloud.stacks.failures import put

    resources = stack.resource_map
    if not resources.plan.is_made:
        _take_pending(stack, "UPDATE")
        _drop_strangers(backend, stack)
        put(stack, "UPDATE_ROLLBACK_IN_PROGRESS", _ENDED)
        rollback.undo(resources)
        vars(stack).update(stack.before)
        stack.template_dict = resources._template
        if change := _change_of(backend, stack):
            change.execution_status = "EXECUTE_FAILED"
        put(stack, "UPDATE_ROLLBACK_COMPLETE")
        return
    rollback.clean_up(resources)
    updates.complete(stack, _change_of(backend, stack))


def _end_dropping(backend: Any, stack: Any) -> None:
    from labkit.cloud.stacks.leaving import leave_out_gone

    leave_out_gone(stack)
    stack.output_map._output_json_map = {}
    backend.delete_stack(stack.stack_id)


_ENDINGS: dict[str, Callable[[Any, Any], None]] = {
    "CREATE": _end_making,
    "UPDATE": _end_updating,
    "DELETE": _end_dropping,
}


def _take_pending(stack: Any, verb: str) -> list[str]:
    """Have a stack know what its services were asked for last; tell the names of that."""
    from labkit.cloud.stacks.events import broken_off

    resources = stack.resource_map
    pending = vars(resources).pop("pending", {})
    for name, (made, is_new) in pending.items():
        broken_off(resources, name, verb, _ENDED)
        if is_new and not _is_known(made):
            continue
        made.logical_resource_id = name
        made.cf_resource_type = resources._resource_json_map[name]["Type"]
        if not is_new or verb == "CREATE" or name in resources.plan.added:
            resources._parsed_resources[name] = made
        else:  # it was to take the place of what is there
            with contextlib.suppress(Exception):
                made.delete(resources._account_id, resources._region_name)
    return list(pending)


def _is_known(made: Any) -> bool:
    """Whether its service can be asked about a resource that may be there."""
    from labkit.cloud.stacks import journal

    kind = getattr(made, "kind", None)
    if kind is None or isinstance(kind, str) or made.answer:
        return True
    if made.type in journal.FINDS:
        found = journal.find(made)
        made.answer = {"UUID": found, "UsageLimitId": found}
        return bool(found)
    if journal.takes_token(kind):
        made.make()
    context = stacks.caller()
    told: dict[str, Any] = {"Path": "/", "account": context.account, "region": context.region}
    told |= {"endpoint": context.cloud.endpoint} | made.members
    made.answer |= {n: f.format(**told) for n, f in _FORETOLD.get(made.type, {}).items()}
    if "Policy" in made.answer and isinstance(made.answer["Policy"], str):
        made.answer["Policy"] = {"Arn": made.answer["Policy"]}
    return bool(made.named_for(kind.drop)) if kind.drop else False


def _drop_strangers(backend: Any, stack: Any) -> None:
    """Drop the stacks within one that it does not know of."""
    known = {id(each) for each in stack.resource_map._parsed_resources.values()}
    for each in list(backend.stacks.values()):
        if getattr(each, "parent_id", None) == stack.stack_id and id(each) not in known:
            backend.delete_stack(each.stack_id)


def _change_of(backend: Any, stack: Any) -> Any:
    """The change set that was executed."""
    asked = stacks.asked().get("ChangeSetName")
    for each in backend.change_sets.values():
        named = asked in (each.change_set_id, each.change_set_name)
        if named and each.stack_id == stack.stack_id:
            return each
    return None
