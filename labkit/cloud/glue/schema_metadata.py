"""What is noted of a schema's versions: values by key, found by any of them.

moto takes notes in and tells none.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_QuerySchemaVersionMetadata.html
"""

from __future__ import annotations

import datetime
from typing import Any

from labkit.cloud.glue.records import answers, glue
from labkit.cloud.glue.registries import find_schema
from labkit.cloud.glue.words import not_found, page
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, Context

Members = dict[str, Any]
_MOST = 50


@answers("PutSchemaVersionMetadata")
def put_schema_version_metadata(
    context: Context, *, MetadataKeyValue: Members, **which: Any
) -> Answer:
    """Note a value, and when it was noted."""
    _version(context, **which)
    told: Answer = glue(context).put_schema_version_metadata(
        which.get("SchemaId"),
        which.get("SchemaVersionNumber"),
        which.get("SchemaVersionId"),
        MetadataKeyValue,
    )
    version = _version(context, **which)
    now = datetime.datetime.now(datetime.UTC)
    moment = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z"
    version.noted = _moments(version) | {_pair(MetadataKeyValue): moment}
    return told


@answers("QuerySchemaVersionMetadata")
def query_schema_version_metadata(
    context: Context,
    *,
    MetadataList: list[Members] | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    **which: Any,
) -> Answer:
    """Keys with their values, the last one noted first, of those keys and values that are asked."""
    version = _version(context, **which)
    asked = [
        key
        for key in sorted(version.metadata)
        if not MetadataList or any(_fits(version, key, each) for each in MetadataList)
    ]
    found, token = page(asked, NextToken, MaxResults, most=_MOST)
    told = {"MetadataInfoMap": {key: _told(version, key) for key in found}}
    return told | given({"SchemaVersionId": version.schema_version_id, "NextToken": token})


@answers("RemoveSchemaVersionMetadata")
def remove_schema_version_metadata(
    context: Context, *, MetadataKeyValue: Members, **which: Any
) -> Answer:
    version = _version(context, **which)
    key, value = _pair(MetadataKeyValue)
    if value not in version.metadata.get(key, ()):
        raise not_found(f"Metadata {key}:{value} is not found in the schema version.")
    version.metadata[key].remove(value)
    if not version.metadata[key]:
        del version.metadata[key]
    version.noted = {pair: at for pair, at in _moments(version).items() if pair != (key, value)}
    told = {
        "SchemaArn": version.schema_arn,
        "SchemaName": version.schema_name,
        "RegistryName": version.registry_name,
        "VersionNumber": version.version_number,
        "SchemaVersionId": version.schema_version_id,
    }
    return told | MetadataKeyValue


def _version(
    context: Context,
    *,
    SchemaId: Members | None = None,
    SchemaVersionNumber: Members | None = None,
    SchemaVersionId: str = "",
) -> Any:
    """A version by its id, or by its number in a schema.

    Raises:
        AwsError: there is none, as EntityNotFoundException.
    """
    if SchemaId:
        schema = find_schema(context, SchemaId)
        asked = SchemaVersionNumber or {}
        number = asked.get("VersionNumber") or schema.latest_schema_version
        known = {each.version_number: each for each in schema.schema_versions.values()}
        found = known.get(number)
    else:
        schemas = (
            each for one in glue(context).registries.values() for each in one.schemas.values()
        )
        ids = (each.schema_versions.get(SchemaVersionId) for each in schemas)
        found = next(filter(None, ids), None)
    if found is None:
        raise not_found("Schema version is not found.")
    return found


def _fits(version: Any, key: str, asked: Members) -> bool:
    value = asked.get("MetadataValue")
    is_key = asked.get("MetadataKey") in (None, key)
    return is_key and (value is None or value in version.metadata[key])


def _told(version: Any, key: str) -> Members:
    moments = _moments(version)
    first, *others = [
        given({"MetadataValue": value, "CreatedTime": moments.get((key, value))})
        for value in reversed(version.metadata[key])
    ]
    return first | ({"OtherMetadataValueList": others} if others else {})


def _moments(version: Any) -> dict[tuple[str, str], str]:
    """When each pair of a version was noted; nothing of those that are older than this."""
    moments: dict[tuple[str, str], str] = getattr(version, "noted", {})
    return moments


def _pair(asked: Members) -> tuple[str, str]:
    return asked["MetadataKey"], asked["MetadataValue"]
