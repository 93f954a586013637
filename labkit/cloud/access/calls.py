"""Whether a caller's policies let it make a call: of an IAM user, or of a role that it took on.

S3, KMS, STS and the invocation of functions ask for themselves, as their resources have policies.
What services, functions and jobs call in their own roles is asked where ``LABKIT_ROLES`` says so.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.access import identities, tags
from labkit.cloud.access.identities import EVERYTHING, identity_documents
from labkit.cloud.access.named import resources
from labkit.cloud.access.policy_conditions import UNKNOWN, Question, is_like
from labkit.cloud.access.policy_language import Document, read_document
from labkit.cloud.access.service_roles import SERVICES_KEYS
from labkit.cloud.operations import AwsError, Context

# Machines, functions and schedules that were written for other local clouds have roles that may do
# nothing, and their queues no policies, so what they call is answered, and what they send arrives;
# "strict" refuses as AWS does.
VARIABLE = "LABKIT_ROLES"
_ASK_THEMSELVES = {"kms", "s3", "sts"}
# How policies call a service that they do not call as its requests are signed.
_PREFIXES = {"cloudwatch": "cloudwatch", "resourcegroupstaggingapi": "tag"}
# What a call is in policies, where it is not called so.
_ACTIONS = {
    ("dynamodb", "TransactGetItems"): "GetItem",
    ("dynamodb", "TransactWriteItems"): "PutItem",
    ("s3control", "DeletePublicAccessBlock"): "PutAccountPublicAccessBlock",
    ("s3control", "GetPublicAccessBlock"): "GetAccountPublicAccessBlock",
    ("s3control", "PutPublicAccessBlock"): "PutAccountPublicAccessBlock",
    ("sns", "PublishBatch"): "Publish",
    ("sqs", "ChangeMessageVisibilityBatch"): "ChangeMessageVisibility",
    ("sqs", "DeleteMessageBatch"): "DeleteMessage",
    ("sqs", "SendMessageBatch"): "SendMessage",
}
_CODES = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError", "sqs": "AccessDenied"}
# The resources that have policies of their own, in moto's records, by their ARN.
_POLICIES: dict[str, Callable[[Any, str], Any]] = {
    "secretsmanager": lambda records, arn: next(
        (each for each in records.secrets.values() if is_like(arn, each.arn)), None
    ),
    "sns": lambda records, arn: records.topics.get(arn),
    "sqs": lambda records, arn: records.queues.get(arn.rpartition(":")[2]),
}
#: Calls that say what they do in a language of their own: the actions, each with its members.
TAKEN: dict[tuple[str, str], Callable[[Mapping[str, Any]], Iterable[tuple[str, Any]]]] = {}
# Where a call gives a role that a service is to take on, which its caller must be allowed to pass.
_GIVES_ROLE = re.compile(r"(?!Remove)\w*(r|R)oles?(ARN|Arn)?")


def is_strict() -> bool:
    """Whether what was written for other local clouds is refused as AWS refuses it."""
    return os.environ.get(VARIABLE) == "strict"


def authorize(context: Context, asked: Mapping[str, Any]) -> None:
    """Raise unless the caller may make this call.

    Args:
        asked: its parameters.

    Raises:
        AwsError: ``AccessDeniedException``, or as the service calls it.
    """
    cloud = context.cloud
    keys = identities.global_keys(cloud, context.principal) | {
        "aws:requestedregion": context.region,
        **tags.in_call(asked),
    }
    for action, resource, more in _asks(context, asked):
        question = Question(context.principal, action, resource, keys | more)
        if why := identities.why_refused(cloud, question, _policy_of(context, resource)):
            told = question if resource else replace(question, resource="*")
            raise denied(context.service, identities.sentence(told, why))


def concerns(context: Context, access_key: str) -> bool:
    """Whether a caller's policies are asked: the workspace's learner may do everything."""
    invokes = context.service == "lambda" and context.operation.startswith("Invoke")
    if invokes or context.service in _ASK_THEMSELVES:
        return False
    if access_key in SERVICES_KEYS and not is_strict():
        return False
    return identity_documents(context.cloud, context.principal) != ([EVERYTHING], [])


def prefix_of(service: str) -> str:
    """How policies call a service, such as ``states``."""
    return _PREFIXES.get(service) or str(_model(service).signing_name)


def _policy_of(context: Context, resource: str) -> Document | None:
    """A resource's own policy, which may let in whom no other policy does, or keep out."""
    find = _POLICIES.get(context.service)
    found = find(context.backend(context.service), resource) if find else None
    text = getattr(found, "policy", None)
    return read_document(text) if text else None


def denied(service: str, message: str) -> AwsError:
    """A service's refusal of who may not make a call."""
    spoken = _model(service).metadata["protocol"]
    usual = "AccessDeniedException" if "json" in spoken else "AccessDenied"
    return AwsError(_CODES.get(service, usual), message, 400 if spoken == "json" else 403)


def _asks(
    context: Context, asked: Mapping[str, Any]
) -> Iterator[tuple[str, str, dict[str, str | list[str]]]]:
    """Actions, each with the resource that it is taken on, and its own condition keys."""
    service = context.service
    prefix = prefix_of(service)
    name = _ACTIONS.get((service, context.operation), context.operation)
    taken = TAKEN.get((service, context.operation))
    for action, members in taken(asked) if taken else [(name, asked)]:
        about = replace(context, operation=action) if taken else context
        for resource in resources(about, prefix, members) or [UNKNOWN]:
            tagged = resource and service != "iam"
            more = tags.of_resource(context, prefix, resource) if tagged else {}
            yield f"{prefix}:{action}", resource, more
    if service == "iam":
        return
    for role in roles_given(context, asked):
        if service == "glue" and not role.startswith("arn:"):
            role = f"arn:aws:iam::{context.account}:role/{role}"
        if ":role/" in role:
            yield "iam:PassRole", role, {"iam:passedtoservice": f"{prefix}.amazonaws.com"}


def roles_given(context: Context, asked: Mapping[str, Any]) -> Iterator[str]:
    """The roles that a call gives to a service, by their ARNs, or as Glue takes them by names."""
    yield from _roles(_model(context.service).operation_model(context.operation).input_shape, asked)


def _roles(shape: Any, value: Any, member: str = "") -> Iterator[str]:
    """The roles that a call gives, however deep, in members that the service's model calls so."""
    kind = getattr(shape, "type_name", None)
    if kind == "structure":
        for name, inner in shape.members.items():
            if (value or {}).get(name) is not None:
                yield from _roles(inner, value[name], name)
    elif kind == "list":
        for each in value:
            yield from _roles(shape.member, each, member)
    elif kind == "string" and _GIVES_ROLE.fullmatch(member):
        yield value


def _model(service: str) -> Any:
    return protocol.service_model(service)
