"""The Resource Groups Tagging API: the tags of all services' resources, in one place.

A service that is ours lists what it has (`has_tagged`), moto's backends do it for the others. Tags
are given by each service's own call, so that its own rules hold. moto's API leaves out half of the
services, calls types by other names, and tells a key as often as it stands.

Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/overview.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from moto.core.resource_tagging import iter_taggable_backends

from labkit.cloud import loopback, memory, protocol
from labkit.cloud.access.tags import GIVEN, NAMED
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import cut

API = "resourcegroupstaggingapi"
MOST = 100
Tags = dict[str, str]
Tagged = tuple[str, Tags]
"""A resource's ARN and its tags."""
Lister = Callable[[Context], Iterable[Tagged]]
_LISTERS: dict[str, Lister] = {}
# The type of an ARN that tells none.
_TYPES = {"s3": "bucket", "sns": "topic", "sqs": "queue"}
_CLIENTS = {"states": "stepfunctions"}
# The calls that give tags and take them away, where they are not called so.
_CALLS = {
    "firehose": ("TagDeliveryStream", "UntagDeliveryStream"),
    "iam": ("TagPolicy", "UntagPolicy"),
    "kinesis": ("AddTagsToStream", "RemoveTagsFromStream"),
    "redshift": ("CreateTags", "DeleteTags"),
    "sqs": ("TagQueue", "UntagQueue"),
    "ssm": ("AddTagsToResource", "RemoveTagsFromResource"),
}
# How they name the resource, where not by its ARN.
_NAMED: dict[str, Callable[[Context, str], dict[str, str]]] = {
    "firehose": lambda context, arn: {"DeliveryStreamName": arn.rpartition("/")[2]},
    "kinesis": lambda context, arn: {"StreamName": arn.rpartition("/")[2]},
    "sqs": lambda context, arn: {
        "QueueUrl": f"{context.cloud.endpoint}/{context.account}/{arn.rpartition(':')[2]}"
    },
    "ssm": lambda context, arn: {
        "ResourceType": arn.split(":", 5)[5].partition("/")[0].title(),
        "ResourceId": _parameter(context, arn.split(":", 5)[5].partition("/")[2]),
    },
}


def has_tagged(service: str) -> Callable[[Lister], Lister]:
    """Register what lists a service's resources and their tags.

    The context that it is called with is one of the service's own calls.
    """

    def register(lister: Lister) -> Lister:
        _LISTERS[service] = lister
        return lister

    return register


@operation(API, "GetResources")
def get_resources(
    context: Context,
    *,
    PaginationToken: str = "",
    ResourcesPerPage: int = MOST,
    TagFilters: list[dict[str, Any]] | None = None,
    ResourceTypeFilters: list[str] | None = None,
    ResourceARNList: list[str] | None = None,
    **_: Any,
) -> Answer:
    """Resources that have tags, by those tags, their types or ARNs; in order of their ARNs."""
    asked = (TagFilters, ResourceTypeFilters, ResourceARNList)
    if not all(each.get("Key") for each in TagFilters or ()):
        raise AwsError("InvalidParameterException", "A tag filter must have a key.")
    found = [
        {"ResourceARN": arn, "Tags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]}
        for arn, tags in sorted(_tagged(context).items())
        if all(_has(tags, **each) for each in TagFilters or ())
        and (not ResourceTypeFilters or _names(arn) & {*ResourceTypeFilters})
        and (not ResourceARNList or arn in ResourceARNList)
    ]
    return _page("ResourceTagMappingList", found, PaginationToken, ResourcesPerPage, asked)


@operation(API, "GetTagKeys")
def get_tag_keys(context: Context, *, PaginationToken: str = "") -> Answer:
    keys = sorted({key for tags in _tagged(context).values() for key in tags})
    return _page("TagKeys", keys, PaginationToken, MOST, "keys")


@operation(API, "GetTagValues")
def get_tag_values(context: Context, *, Key: str, PaginationToken: str = "") -> Answer:
    values = sorted({tags[Key] for tags in _tagged(context).values() if Key in tags})
    return _page("TagValues", values, PaginationToken, MOST, Key)


@operation(API, "TagResources")
def tag_resources(context: Context, *, ResourceARNList: list[str], Tags: Tags) -> Answer:
    return _each(ResourceARNList, lambda arn: _change(context, arn, 0, Tags))


@operation(API, "UntagResources")
def untag_resources(context: Context, *, ResourceARNList: list[str], TagKeys: list[str]) -> Answer:
    return _each(ResourceARNList, lambda arn: _change(context, arn, 1, TagKeys))


# What there is ------------------------------------------------------------------------------------


def _tagged(context: Context) -> dict[str, Tags]:
    """All resources of the account and region that have tags."""
    found: dict[str, Tags] = {}
    for backend in iter_taggable_backends(context.account, context.region):
        found |= {each.arn: each.tags for each in backend.iter_tagged_resources()}
    for service, lister in _LISTERS.items():
        found |= dict(lister(replace(context, service=service)))
    return {arn: tags for arn, tags in found.items() if tags}


def _has(tags: Tags, *, Key: str, Values: Iterable[str] = ()) -> bool:
    return Key in tags and (not Values or tags[Key] in Values)


def _names(arn: str) -> set[str]:
    """What a filter of types may call a resource.

    >>> sorted(_names("arn:aws:glue:us-east-1:123456789012:crawler/c"))
    ['glue', 'glue:crawler']
    """
    _, _, service, _, _, rest = arn.split(":", 5)
    kind, separator, _ = re.sub("[:/]", ":", rest, count=1).partition(":")
    return {service, f"{service}:{kind if separator else _TYPES.get(service, kind)}"}


def _page(member: str, found: list[Any], token: str, size: int, asked: object) -> Answer:
    gone = AwsError("PaginationTokenExpiredException", "The pagination token is not valid.")
    page, following = cut(found, token or None, size, gone, question=asked)
    return {member: page, "PaginationToken": following or ""}


@has_tagged("events")
def _rules(context: Context) -> Iterator[Tagged]:
    backend = context.backend("events")
    for bus in backend.event_buses.values():
        for rule in bus.rules.values():
            yield rule.arn, backend.tagger.get_tag_dict_for_resource(rule.arn)


@has_tagged("stepfunctions")
def _activities(context: Context) -> Iterator[Tagged]:
    backend = context.backend("stepfunctions")
    for arn in backend.activities:
        yield arn, backend.tagger.get_tag_dict_for_resource(arn)


@has_tagged("scheduler")
def _groups(context: Context) -> Iterator[Tagged]:
    backend = context.backend("scheduler")
    for group in backend.schedule_groups.values():
        yield group.arn, backend.tagger.get_tag_dict_for_resource(group.arn)


@has_tagged("kinesis")
def _streams(context: Context) -> Iterator[Tagged]:
    return ((each.arn, each.tags) for each in context.backend("kinesis").streams.values())


@has_tagged("iam")
def _policies(context: Context) -> Iterator[Tagged]:
    for policy in context.backend("iam").managed_policies.values():
        if policy.arn.startswith(f"arn:aws:iam::{context.account}:"):
            yield policy.arn, {key: each["Value"] for key, each in policy.tags.items()}


# Changes ------------------------------------------------------------------------------------------


def _each(arns: list[str], change: Callable[[str], None]) -> Answer:
    """Change each; those whose service refuses are told, the others are changed."""
    failed = {}
    for arn in arns:
        try:
            change(arn)
        except AwsError as error:
            failed[arn] = _failure(error.status, error.code, error.message)
        except ClientError as error:
            said = error.response["Error"]
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            failed[arn] = _failure(status, said["Code"], said["Message"])
    return {"FailedResourcesMap": failed}


def _failure(status: int, code: str, message: str) -> dict[str, Any]:
    kind = "InternalServiceException" if status >= 500 else "InvalidParameterException"
    return {"StatusCode": status, "ErrorCode": kind, "ErrorMessage": f"{code}: {message}"}


def _change(context: Context, arn: str, which: int, given: Tags | list[str]) -> None:
    """Have a resource's service give it tags (0), or take those with these keys away (1)."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise AwsError("InvalidParameterException", f"{arn} is not a valid ARN")
    service = _CLIENTS.get(parts[2], parts[2])
    if service == "s3":
        with context.cloud.lock(API):
            _change_bucket(context, parts[5], given)
        return
    model = protocol.service_model(service)
    name = _CALLS.get(service, ("TagResource", "UntagResource"))[which]
    if model is None or name not in model.operation_names:
        _change_in_moto(context, arn, which, given)
        return
    shape: Any = model.operation_model(name).input_shape
    member = next(each for each in (GIVEN, NAMED)[which] if each in shape.members)
    if service in _NAMED:
        named = _NAMED[service](context, arn)
    else:
        named = {next(each for each in shape.required_members if each != member): arn}
    asked = named | {member: _written(shape.members[member], given)}
    _call(context, service, name, asked)


def _written(shape: Any, given: Tags | list[str]) -> Any:
    """Tags as a call's member has them: an object, or a list of a key and a value each."""
    if isinstance(given, list) or shape.type_name == "map":
        return given
    key, value = shape.member.members
    return [{key: name, value: each} for name, each in given.items()]


def _change_bucket(context: Context, bucket: str, given: Tags | list[str]) -> None:
    """A bucket's tags are put all at once."""
    try:
        told = _call(context, "s3", "GetBucketTagging", {"Bucket": bucket})["TagSet"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        told = []
    tags = {each["Key"]: each["Value"] for each in told}
    kept = {key: tags[key] for key in tags if key not in given}
    kept |= given if isinstance(given, dict) else {}
    put = {"TagSet": [{"Key": key, "Value": value} for key, value in kept.items()]}
    _call(context, "s3", "PutBucketTagging", {"Bucket": bucket, "Tagging": put})


def _call(context: Context, service: str, name: str, asked: dict[str, Any]) -> Any:
    client = loopback.client(context.cloud, service, context.region)
    return getattr(client, xform_name(name))(**asked)


def _change_in_moto(context: Context, arn: str, which: int, given: Tags | list[str]) -> None:
    backends: Iterable[Any] = iter_taggable_backends(context.account, context.region)
    backend: Any = next((each for each in backends if each.owns_arn(arn)), None)
    try:
        (backend.tag_resource, backend.untag_resource)[which](arn, given)
    except (AttributeError, NotImplementedError) as error:
        what = "The local AWS does not tag this type of resource."
        raise AwsError("InternalServiceException", what, 501) from error
    context.cloud.keep(*memory.changed_beside(API))


def _parameter(context: Context, path: str) -> str:
    """The name of a parameter by its ARN, which does not say whether it begins with a slash."""
    return path if context.backend("ssm").get_parameter(path) else f"/{path}"
