"""Custom resources: a function of Lambda makes, changes and drops them, and tells by HTTP.

CloudFormation sends it a request with an address, to which it PUTs its answer. Here the stack's
call waits for that; a function that has ended and told nothing has failed, where AWS waits for an
hour. Its stack's role invokes it, if it has one, else who asks. Sources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
"""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
import uuid
from dataclasses import replace
from typing import Any, Self

from moto.cloudformation import models
from moto.cloudformation.exceptions import ValidationError

from labkit.cloud import stacks
from labkit.cloud.access import guard
from labkit.cloud.access.trust import role_session
from labkit.cloud.cloud import Cloud
from labkit.cloud.lambdas import invoke
from labkit.cloud.lambdas.finding import find
from labkit.cloud.operations import AwsError, Context
from labkit.cloud.protocol import Reply
from labkit.cloud.stacks import cdk, journal
from labkit.cloud.stacks.cdk.request import Request
from labkit.cloud.stacks.door import DOOR
from labkit.cloud.stacks.failures import on_failure
from labkit.cloud.stacks.kinds import Members
from labkit.cloud.stacks.model import Model

PREFIX, MOST_ANSWER, AFTERWARDS_S = "/labkit/cloudformation/", 4096, 0.5
TYPE = "AWS::CloudFormation::CustomResource"


class _Asked:
    """A request that waits for its answer."""

    def __init__(self) -> None:
        self.told, self.answer = threading.Event(), Members()


_OPEN: dict[str, _Asked] = {}


def teach(types: dict[str, Any]) -> None:
    """Have moto's stacks make custom resources by asking their functions."""
    from moto.cloudformation import parsing

    types[TYPE] = Custom
    parsing.CustomModel = Custom  # type: ignore[misc, assignment]


class Custom(Model):
    """A resource that its function answers for."""

    def __init__(self, definition: Members, logical_id: str, stack_id: str) -> None:
        self.type, self.properties = definition["Type"], _texts(definition["Properties"])
        self.logical_id, self.stack_id = logical_id, stack_id
        self.physical_resource_id, self.data = "", Members()
        self.told = self.properties  # last, whether or not it has answered

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True  # the function's answer tells

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        return self.data.get(attribute_name)

    @classmethod
    def made(cls, definition: Members, name: str, **told: Any) -> Self:
        made = cls(definition, told["LogicalId"], told["StackId"])
        made.physical_resource_id = name  # until its function tells another
        journal.note(made)
        try:
            made.ask("Create")
        except ValidationError:
            if on_failure() != "DO_NOTHING":  # what it has made by then goes
                with contextlib.suppress(ValidationError):
                    made.delete()
            raise
        return made

    @classmethod
    def changed(cls, old: Any, definition: Members, name: str) -> Self:
        """Tell the function of the change; one that names another resource has the old dropped.

        It is told nothing where its properties are those that it was told last: of a change that
        failed it is told that it is put back.
        """
        new = cls(definition, old.logical_id, old.stack_id)
        new.physical_resource_id = old.physical_resource_id
        was = getattr(old, "told", old.properties)  # which earlier versions' have not
        if isinstance(old, cls) and new.properties == was:
            return old
        old.told = new.properties
        new.ask("Update", OldResourceProperties=was)
        old.told = old.properties
        if new.physical_resource_id != old.physical_resource_id:
            stacks.REPLACED.get().append((old, new))
        return new

    def delete(self, *_: str) -> None:
        """Tell the function."""
        self.ask("Delete")

    def ask(self, kind: str, **more: Any) -> None:
        """Send its function a request, and take its answer.

        Raises:
            ValidationError: it failed, or told nothing.
        """
        token, asked, context = secrets.token_urlsafe(24), _Asked(), stacks.caller()
        _OPEN[token] = asked
        event = {
            "RequestType": kind,
            "ServiceToken": self.properties.get("ServiceToken", ""),
            "ResponseURL": f"{context.cloud.endpoint}{PREFIX}{token}",
            "StackId": self.stack_id,
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": self.logical_id,
            "ResourceType": self.type,
            "ResourceProperties": self.properties,
            **({"PhysicalResourceId": self.physical_resource_id} if kind != "Create" else {}),
            **more,
        }
        try:
            with DOOR.open():
                told = _invoke(event) or (asked.told.wait(AFTERWARDS_S) and asked.answer)
        finally:
            del _OPEN[token]
        self._take(told or Members())

    def _take(self, answer: Members) -> None:
        if not answer:
            raise ValidationError(message=_SILENT.format(self.logical_id))
        if answer.get("Status") != "SUCCESS":
            self.physical_resource_id = answer.get("PhysicalResourceId", self.physical_resource_id)
            raise ValidationError(message=_FAILED.format(answer.get("Reason", "")))
        self.physical_resource_id = str(answer.get("PhysicalResourceId") or self.logical_id)
        self.data = answer.get("Data") or {}


_SILENT = (
    "CloudFormation did not receive a response from your Custom Resource {}. "
    "Please check your logs for requestId."
)
_FAILED = "Received response status [FAILED] from custom resource. Message returned: {}"


def _invoke(event: Members) -> Members | None:
    """Run the function that a request is for, or do what it would; that is answered at once.

    Raises:
        ValidationError: there is none, or it may not be run.
    """
    token = event["ServiceToken"]
    if ":lambda:" not in token:
        raise ValidationError(message=f"Invalid service token {token}: a function's ARN is needed.")
    context = replace(stacks.caller(), service="lambda", operation="Invoke")
    if role := _role_of(context, event["StackId"]):
        context = replace(
            context, principal=role_session(role, context.account, "AWSCloudFormation")
        )
    try:
        function = find(context.cloud, token)
        if twin := cdk.twin_of(function):
            invoke.authorize(context, function)
            return cdk.answer(twin, Request(context.cloud, function, event))
        invoke.invoke(context, FunctionName=token, Payload=json.dumps(event).encode())
        return None
    except AwsError as error:
        raise ValidationError(message=error.message) from error


def _role_of(context: Context, stack_id: str) -> str | None:
    """The role that a stack was told to act in, now or before."""
    stack = models.cloudformation_backends[context.account][context.region].stacks.get(stack_id)
    return stacks.asked().get("RoleARN") or getattr(stack, "role_arn", None)


def answer(cloud: Cloud, environ: dict[str, Any]) -> Reply:
    """Take a function's answer: the address is secret, and known for as long as it is asked."""
    guard.check_host(environ)
    asked = _OPEN.get(str(environ["PATH_INFO"]).removeprefix(PREFIX))
    size = int(environ.get("CONTENT_LENGTH") or 0)
    if asked is None or environ["REQUEST_METHOD"] != "PUT":
        raise AwsError("AccessDenied", "Nobody waits for this answer", 403)
    if size > MOST_ANSWER:
        raise AwsError("EntityTooLarge", f"An answer has {MOST_ANSWER} bytes at most")
    try:
        asked.answer = dict(json.loads(environ["wsgi.input"].read(size)))
    except (ValueError, TypeError) as error:
        raise AwsError("InvalidRequest", "The answer is no JSON object") from error
    asked.told.set()
    return Reply(200, {}, b"")


def _texts(value: Any) -> Any:
    """Properties as a function gets them: all plain values are texts."""
    if isinstance(value, dict):
        return {name: _texts(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
