"""Lists of what belongs to functions: aliases and event source mappings, in pages.

moto tells all aliases, whatever version is asked for, and finds the mappings of a function by the
text that it was named by when they were made.

Sources: https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html and
https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.lambdas.finding import called_arn, find
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

_MOST = 100


@operation("lambda", "ListAliases")
def list_aliases(
    context: Context,
    *,
    FunctionName: str,
    FunctionVersion: str | None = None,
    Marker: str | None = None,
    MaxItems: int = 50,
) -> Answer:
    """A function's aliases, or those that lead to one of its versions."""
    function = find(context.cloud, FunctionName, None, context.region)
    aliases = context.backend("lambda").list_aliases(function.function_name)
    told = [_alias(each) for each in aliases if FunctionVersion in (None, each.function_version)]
    return _page("Aliases", told, MaxItems, Marker)


@operation("lambda", "ListEventSourceMappings")
def list_event_source_mappings(
    context: Context,
    *,
    EventSourceArn: str | None = None,
    FunctionName: str | None = None,
    Marker: str | None = None,
    MaxItems: int = _MOST,
) -> Answer:
    """The mappings of a source, of a function, or of both; of a version or alias by its name."""
    found = context.backend("lambda").list_event_source_mappings(EventSourceArn, None)
    if FunctionName is not None:
        arn = _arn(context, FunctionName)
        found = [each for each in found if each.function_arn == arn]
    told = [each.get_configuration() for each in found]
    return _page("EventSourceMappings", told, MaxItems, Marker)


def _arn(context: Context, name: str) -> str:
    """What mappings of a function call; of one that is gone, nothing does."""
    try:
        return called_arn(find(context.cloud, name, None, context.region), name, None)
    except AwsError:
        return ""


def _alias(alias: Any) -> Answer:
    return {name: value for name, value in alias.to_json().items() if value is not None}


def _page(member: str, told: list[Answer], most: int, marker: str | None) -> Answer:
    refusal = AwsError("InvalidParameterValueException", "Invalid marker")
    size = min(most or _MOST, _MOST)
    return page(member, told, size, marker, refusal, following="NextMarker")
