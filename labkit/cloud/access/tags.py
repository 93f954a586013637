"""The tags that policies ask for: of who calls, of what is called on, and in the call itself.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.access.policy_conditions import is_like
from labkit.cloud.operations import AwsError, Context, handler_of

Keys = dict[str, str | list[str]]
_MOST = 50
_LIST = "ListTagsForResource"
# Members that hold a call's tags, and those that hold the keys of tags alone.
GIVEN, NAMED = ("Tags", "tags", "TagsToAdd", "TagList"), ("TagKeys", "tagKeys", "TagsToRemove")

# How a service refuses keys: its code, its words for one that is AWS's own, and for twins.
_REFUSALS = {
    "iam": (
        "InvalidInput",
        "Tag keys that begin with aws: are reserved for system use.",
        "Duplicate tag keys found.",
    ),
    "kms": ("TagException", "Tags beginning with aws: are reserved", "Duplicate tag keys"),
}


def check_keys(context: Context, asked: Mapping[str, Any]) -> None:
    """Raise for tags of IAM or KMS whose keys nobody may give, or that stand twice.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html

    Raises:
        AwsError: ``InvalidInput`` of IAM, ``TagException`` of KMS.
    """
    code, reserved, twins = _REFUSALS[context.service]
    keys = [str(each.get("Key", each.get("TagKey"))) for each in asked.get("Tags") or ()]
    if any(key.lower().startswith("aws:") for key in keys):
        raise AwsError(code, reserved)
    if len(keys) > _MOST and code == "TagException":
        raise AwsError(code, "Too many tags")
    any_case = {"RoleName", "UserName"} & {*asked}
    told = [key.lower() if any_case else key for key in keys]
    if len({*told}) < len(told):
        cases = " Please note that Tag keys are case insensitive." if any_case else ""
        raise AwsError(code, twins + cases)


def as_keys(prefix: str, tags: Mapping[str, str]) -> Keys:
    """Tags as condition keys: ``aws:requesttag/team``, in lower case."""
    return {f"{prefix}/{key}".lower(): value for key, value in tags.items()}


def in_call(asked: Mapping[str, Any]) -> Keys:
    """The condition keys of the tags that a call gives or takes away."""
    given: dict[str, str] = {}
    for member in GIVEN:
        given |= read(asked.get(member) or {})
    named = [*given, *(key for member in NAMED for key in asked.get(member) or [])]
    return as_keys("aws:requesttag", given) | ({"aws:tagkeys": named} if named else {})


def of_resource(context: Context, prefix: str, arn: str) -> Keys:
    """The condition keys of the tags that a resource has.

    Args:
        prefix: how policies call the service.
    """
    if prefix == "quicksight":  # an import has its data set's tags, though it shows none
        arn = arn.partition("/ingestion/")[0]
    tags = _kept_by_us(context, arn)
    if tags is None:
        tags = _kept_by_moto(context.backend(context.service), arn)
    return as_keys("aws:resourcetag", tags) | as_keys(f"{prefix}:resourcetag", tags)


def _kept_by_moto(backend: Any, arn: str) -> dict[str, str]:
    if hasattr(backend, "tagger"):
        return read(backend.tagger.get_tag_dict_for_resource(arn))
    tagged: Iterable[Any] = getattr(backend, "iter_tagged_resources", tuple)()
    return next((each.tags for each in tagged if is_like(arn, each.arn)), {})


def _kept_by_us(context: Context, arn: str) -> dict[str, str] | None:
    """A resource's tags where the service is ours, ``None`` where it is moto's."""
    listing = handler_of(context.service, _LIST)
    model: Any = protocol.service_model(context.service)
    if listing is None or _LIST not in model.operation_names:
        return None
    called = model.operation_model(_LIST).input_shape
    try:
        answer: Any = listing(context, **{called.required_members[0]: arn})
    except AwsError:
        return {}
    return next((read(answer[member]) for member in GIVEN if member in answer), {})


def read(tags: Mapping[str, str] | Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags as a mapping: services write them so, or as a list of a key and a value each."""
    if isinstance(tags, Mapping):
        return dict(tags)
    found = [each for each in tags if isinstance(each, Mapping)]
    pairs = [{name.lower(): value for name, value in each.items()} for each in found]
    return {each["key"]: each.get("value", "") for each in pairs if "key" in each}
