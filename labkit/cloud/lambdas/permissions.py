"""The policy of a function, and those of its versions and aliases: each has one of its own.

moto keeps the statements of all in one, tells all for each, and takes away the first of an id. Who
is let in stands there as Lambda writes it: an account by its root, an organization in a condition.

Sources: https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html and
https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from moto.awslambda.policy import Policy

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.lambdas.finding import (
    aliases_of,
    find,
    no_resource,
    plain_arn,
    qualifier_in,
    unqualified,
)
from labkit.cloud.operations import Answer, AwsError, Context, operation

Members = dict[str, Any]
_PRINCIPAL = re.compile(r"[\w.-]+\.amazonaws\.com|\d{12}|arn:[\w-]+:(?:iam|sts):.*|\*")
_ALIAS = re.compile(r"(?!\d+$)[\w-]+")

_decoded: Any = Policy.decode_policy


@on_start
def write_statements_as_lambda(cloud: Cloud) -> None:
    """Let moto write whom a function or a layer lets in as Lambda does."""
    Policy.principal_formatter = _principal  # type: ignore[assignment, method-assign]
    Policy.decode_policy = _decode  # type: ignore[assignment, method-assign]


def _principal(_: Any, named: Any) -> Any:
    if not isinstance(named, str) or named == "*":
        return named
    if named.endswith(".amazonaws.com"):
        return {"Service": named}
    return {"AWS": f"arn:aws:iam::{named}:root" if named.isdigit() else named}


# What a statement's call says beside whom it lets do what → the condition that it becomes.
_CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "OrganizationId": ("StringEquals", "aws:PrincipalOrgID"),  # as a layer calls it
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


def _decode(policy: Any, said: Members) -> Any:
    """A statement with all of its conditions: moto has one of a kind, and drops a token."""
    conditions: dict[str, Members] = {}
    for member, (operator, key) in _CONDITIONS.items():
        if (value := said.pop(member, None)) is not None:
            told = str(value).lower() if isinstance(value, bool) else value
            conditions.setdefault(operator, {})[key] = told
    made = _decoded(policy, said)
    if conditions:
        said["Condition"] = conditions
    return made


def check_new(context: Context, parameters: Members) -> None:
    """Raise for a statement whose id is taken, that lets nobody, or that is for $LATEST."""
    if parameters.get("Qualifier") == "$LATEST":
        raise _invalid("We currently do not support adding policies for $LATEST.")
    if not _PRINCIPAL.fullmatch(parameters["Principal"]):
        raise _invalid(
            "The provided principal was invalid. Please check the principal and try again."
        )
    name = parameters["StatementId"]
    known = _statements(context, parameters["FunctionName"], parameters.get("Qualifier"))
    if any(each["Sid"] == name for each in known):
        raise taken(name)


@operation("lambda", "AddPermission", alone=True)
def add_permission(
    context: Context,
    *,
    FunctionName: str,
    Qualifier: str | None = None,
    RevisionId: str | None = None,
    **said: Any,
) -> Answer:
    """A statement more, on the policy of the function, or of the version or alias named."""
    function = _found(context, FunctionName, Qualifier)
    if RevisionId not in (None, _revision(context, FunctionName, Qualifier)):
        raise stale("GetFunction/GetAlias")
    asked = Qualifier or qualifier_in(FunctionName)
    with context.cloud.changing(context.service):
        statement, _ = function.policy.add_statement(json.dumps(said), asked)
        _renew(context, FunctionName, Qualifier)
    return {"Statement": json.dumps(statement)}


@operation("lambda", "GetPolicy")
def get_policy(context: Context, *, FunctionName: str, Qualifier: str | None = None) -> Answer:
    """The policy of a function, or of the version or alias that is named."""
    find(context.cloud, unqualified(FunctionName), None, context.region)  # whether there is one
    statements = _statements(context, FunctionName, Qualifier)
    if not statements:
        raise no_resource()
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    revision = _revision(context, FunctionName, Qualifier)
    return {"Policy": json.dumps(policy), "RevisionId": revision}


@operation("lambda", "RemovePermission", alone=True)
def remove_permission(
    context: Context,
    *,
    FunctionName: str,
    StatementId: str,
    Qualifier: str | None = None,
    RevisionId: str | None = None,
) -> Answer:
    with context.cloud.changing(context.service):
        _found(context, FunctionName, Qualifier, "No policy found for")
        policy = find(context.cloud, unqualified(FunctionName), None, context.region).policy
        known = _statements(context, FunctionName, Qualifier)
        found = [each for each in known if each["Sid"] == StatementId]
        if not found:
            missing = f"Statement {StatementId} is not found in resource policy."
            words = missing if known else "No policy is associated with the given resource."
            raise AwsError("ResourceNotFoundException", words, 404)
        if RevisionId not in (None, _revision(context, FunctionName, Qualifier)):
            raise stale("GetFunction/GetAlias")
        policy.statements = [each for each in policy.statements if each not in found]
        _renew(context, FunctionName, Qualifier)
    return {}


def taken(name: str) -> AwsError:
    """What is said of a statement whose id another one has."""
    return AwsError(
        "ResourceConflictException",
        f"The statement id ({name}) provided already exists. Please provide a new statement "
        "id, or remove the existing statement.",
        409,
    )


def stale(call: str) -> AwsError:
    """What is said of a change to what is not as the client saw it last."""
    words = (
        "The Revision Id provided does not match the latest Revision Id. Call the "
        f"{call} API to retrieve the latest Revision Id"
    )
    return AwsError("PreconditionFailedException", words, 412)


def _found(
    context: Context, name: str, qualifier: str | None, lost: str = "Function not found"
) -> Any:
    """The function, version or alias whose policy changes; of an alias Lambda says which it is."""
    try:
        return find(context.cloud, name, qualifier, context.region)
    except AwsError as error:
        where = error.message.removeprefix("Function not found")
        named = _ALIAS.fullmatch(qualifier or qualifier_in(name))
        words = "Cannot find alias arn" if named else lost
        raise AwsError(error.code, words + where, error.status) from error


def _statements(context: Context, name: str, qualifier: str | None) -> list[Members]:
    """Those of a function's policy, or of its version's or alias's."""
    function = find(context.cloud, unqualified(name), None, context.region)
    asked = qualifier or qualifier_in(name)
    resource = plain_arn(function) + (f":{asked}" if asked else "")
    return [each for each in function.policy.statements if each.get("Resource") == resource]


def _revision(context: Context, name: str, qualifier: str | None) -> str:
    """The revision of what has a policy: an alias has its own."""
    function = find(context.cloud, name, qualifier, context.region)
    alias = aliases_of(context.cloud, function).get(qualifier or qualifier_in(name))
    return str(alias.revision_id if alias else function.get_configuration()["RevisionId"])


def _renew(context: Context, name: str, qualifier: str | None) -> None:
    """Another revision for an alias whose policy has changed; a function's is made of its own."""
    function = find(context.cloud, name, qualifier, context.region)
    if alias := aliases_of(context.cloud, function).get(qualifier or qualifier_in(name)):
        alias.revision_id = str(uuid.uuid4())


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidParameterValueException", words)
