"""The schema registry's lists, what is told of a registry, and its tags.

moto leaves out state and moments.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-schema-registry-api.html
"""

from __future__ import annotations

import datetime
from typing import Any

from moto.glue.glue_schema_registry_constants import DEFAULT_REGISTRY_NAME
from moto.glue.glue_schema_registry_utils import validate_registry_id, validate_schema_id

from labkit.cloud.glue.records import answers, glue, lists
from labkit.cloud.glue.words import not_found
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, AwsError, Context

Members = dict[str, Any]
_MOST = 100


@answers("CreateRegistry")
def create_registry(
    context: Context, *, RegistryName: str, Description: str | None = None, Tags: Any = None
) -> Answer:
    """A registry; moto keeps its tags where no call finds them, and makes the default one anew."""
    records = glue(context)
    if RegistryName == DEFAULT_REGISTRY_NAME and RegistryName in records.registries:
        raise AwsError(
            "AlreadyExistsException", f"Registry already exists. RegistryName: {RegistryName}"
        )
    records.create_registry(RegistryName, Description, Tags)
    made = records.registries[RegistryName]
    records.tag_resource(made.registry_arn, Tags or {})
    return given(made.as_dict())


@answers("DeleteRegistry")
def delete_registry(context: Context, *, RegistryId: Members) -> Answer:
    """End a registry, its schemas and their tags."""
    records, registry = glue(context), _find(context, RegistryId)
    records.delete_registry(RegistryId)
    ended = (each.schema_arn for each in registry.schemas.values())
    for arn in (registry.registry_arn, *ended):
        records.tagger.delete_all_tags_for_resource(arn)
    named = {"RegistryName": registry.name, "RegistryArn": registry.registry_arn}
    return named | {"Status": "DELETING"}


@answers("DeleteSchema")
def delete_schema(context: Context, *, SchemaId: Members) -> Answer:
    schema = find_schema(context, SchemaId)
    ended: Answer = glue(context).delete_schema(SchemaId)
    glue(context).tagger.delete_all_tags_for_resource(schema.schema_arn)
    return ended


@answers("GetRegistry")
def get_registry(context: Context, *, RegistryId: Members) -> Answer:
    return _told(_find(context, RegistryId))


@lists("ListRegistries", "Registries", most=_MOST)
def list_registries(context: Context) -> list[Answer]:
    return [_told(each) for each in glue(context).registries.values()]


@answers("UpdateRegistry")
def update_registry(context: Context, *, RegistryId: Members, Description: str) -> Answer:
    registry = _find(context, RegistryId)
    registry.description = Description
    registry.updated_time = datetime.datetime.now(datetime.UTC)
    return {"RegistryName": registry.name, "RegistryArn": registry.registry_arn}


@answers("GetSchema")
def get_schema(context: Context, *, SchemaId: Members) -> Answer:
    schema = find_schema(context, SchemaId)
    told: Members = schema.as_dict()
    return told | _moments(schema)


@lists("ListSchemas", "Schemas", most=_MOST)
def list_schemas(context: Context, *, RegistryId: Members | None = None) -> list[Answer]:
    """The schemas of a registry, or of all."""
    asked = [_find(context, RegistryId)] if RegistryId else glue(context).registries.values()
    return [_told_schema(each) for registry in asked for each in registry.schemas.values()]


@lists("ListSchemaVersions", "Schemas", most=_MOST)
def list_schema_versions(context: Context, *, SchemaId: Members) -> list[Answer]:
    """A schema's versions, the first one first."""
    schema = find_schema(context, SchemaId)
    return [_told_version(each) for each in schema.schema_versions.values()]


def _find(context: Context, asked: Members) -> Any:
    """The registry of a name or an ARN; the default one where none is named."""
    known = glue(context).registries
    name = validate_registry_id(asked, known)
    if name not in known:
        raise not_found(f"Registry is not found. RegistryName: {name}")
    return known[name]


def find_schema(context: Context, asked: Members) -> Any:
    known = glue(context).registries
    registry, name, _ = validate_schema_id(asked, known)
    return known[registry].schemas[name]


def _told(registry: Any) -> Members:
    told = {
        "RegistryName": registry.name,
        "RegistryArn": registry.registry_arn,
        "Description": registry.description,
        "Status": registry.status,
    }
    return given(told) | _moments(registry)


def _told_schema(schema: Any) -> Members:
    told = {
        "RegistryName": schema.registry_name,
        "SchemaName": schema.schema_name,
        "SchemaArn": schema.schema_arn,
        "Description": schema.description,
        "SchemaStatus": schema.schema_status,
    }
    return given(told) | _moments(schema)


def _told_version(version: Any) -> Members:
    return {
        "SchemaArn": version.schema_arn,
        "SchemaVersionId": version.schema_version_id,
        "VersionNumber": version.version_number,
        "Status": version.schema_version_status,
        "CreatedTime": _moments(version)["CreatedTime"],
    }


def _moments(record: Any) -> Members:
    """When a record was made and changed, as the registry writes it."""
    made, changed = (
        f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
        for moment in (record.created_time, record.updated_time)
    )
    return {"CreatedTime": made, "UpdatedTime": changed}
