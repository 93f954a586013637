"""Lists of functions and of what belongs to them: aliases, mappings and layers, in pages.

moto tells all aliases, whatever version is asked for, and all layers, whatever they are to run on;
it finds the mappings of a function by the text that it was named by when they were made.

Sources: https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html,
https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html,
https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html and
https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labkit.cloud.lambdas.finding import called_arn, find
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

_MOST, _MOST_FUNCTIONS = 100, 50
# https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
_NOT_LISTED = ("State", "LastUpdateStatus")


@operation("lambda", "ListFunctions")
def list_functions(
    context: Context,
    *,
    FunctionVersion: str | None = None,
    Marker: str | None = None,
    MaxItems: int = _MOST_FUNCTIONS,
    **_: Any,
) -> Answer:
    """The functions, or all of their versions, without what is told of one that is asked for."""
    found = context.backend("lambda").list_functions(FunctionVersion)
    return _page("Functions", _glanced(found), min(MaxItems, _MOST_FUNCTIONS), Marker)


@operation("lambda", "ListVersionsByFunction")
def list_versions_by_function(
    context: Context,
    *,
    FunctionName: str,
    Marker: str | None = None,
    MaxItems: int = _MOST_FUNCTIONS,
) -> Answer:
    function = find(context.cloud, FunctionName, None, context.region)
    found = context.backend("lambda").list_versions_by_function(function.function_name)
    return _page("Versions", _glanced(found), min(MaxItems, _MOST_FUNCTIONS), Marker)


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


@operation("lambda", "ListLayers")
def list_layers(
    context: Context,
    *,
    CompatibleRuntime: str | None = None,
    CompatibleArchitecture: str | None = None,
    Marker: str | None = None,
    MaxItems: int = 50,
) -> Answer:
    """The layers of which a version runs on what is asked for, each with the newest such one."""
    backend, told = context.backend("lambda"), []
    for layer in backend.list_layers():
        versions = backend.list_layer_versions(layer["LayerName"])
        if found := _fitting(versions, CompatibleRuntime, CompatibleArchitecture):
            told.append(layer | {"LatestMatchingVersion": found[0]})
    return _page("Layers", told, MaxItems, Marker)


@operation("lambda", "ListLayerVersions")
def list_layer_versions(
    context: Context,
    *,
    LayerName: str,
    CompatibleRuntime: str | None = None,
    CompatibleArchitecture: str | None = None,
    Marker: str | None = None,
    MaxItems: int = 50,
) -> Answer:
    """A layer's versions, the newest first, or those that run on what is asked for."""
    name = LayerName.rpartition(":layer:")[2]  # of an ARN, too
    versions = context.backend("lambda").list_layer_versions(name)
    told = _fitting(versions, CompatibleRuntime, CompatibleArchitecture)
    return _page("LayerVersions", told, MaxItems, Marker)


def _glanced(functions: Iterable[Any]) -> list[Answer]:
    told = [each.get_configuration() for each in functions]
    return [{k: v for k, v in each.items() if k not in _NOT_LISTED} for each in told]


def _fitting(
    versions: Iterable[Any], runtime: str | None, architecture: str | None
) -> list[Answer]:
    found = [
        each
        for each in versions
        if (runtime is None or runtime in each.compatible_runtimes)
        and (architecture is None or architecture in each.compatible_architectures)
    ]
    found.sort(key=lambda each: int(each.version), reverse=True)
    return [each.get_layer_version() for each in found]


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
