"""How a schema of the registry evolves: the versions that its compatibility lets in.

"When a new version of a schema is submitted to the registry, the compatibility rule applied to the
schema name is used to determine if the new version can be accepted": one that is not has the
status FAILURE. The modes that end in _ALL compare with each version from the checkpoint on, the
others with the last. Avro's schemas are judged; JSON's and Protobuf's are not.
Source: https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.glue import avro
from labkit.cloud.glue.records import answers, glue
from labkit.cloud.glue.registries import find_schema
from labkit.cloud.glue.words import invalid, not_found
from labkit.cloud.operations import Answer, Context

Members = dict[str, Any]
Judge = Callable[[avro.Schema, avro.Schema], bool]  # of the new version and an old one
_AVAILABLE, _FAILURE = "AVAILABLE", "FAILURE"


def _forward(new: avro.Schema, old: avro.Schema) -> bool:
    return avro.can_read(old, new)


_JUDGES: dict[str, tuple[Judge, ...]] = {
    "BACKWARD": (avro.can_read,),
    "FORWARD": (_forward,),
    "FULL": (avro.can_read, _forward),
}


@answers("RegisterSchemaVersion")
def register_schema_version(
    context: Context, *, SchemaId: Members, SchemaDefinition: str
) -> Answer:
    schema = find_schema(context, SchemaId)
    check_definition(schema.data_format, SchemaDefinition)
    before, latest = {*schema.schema_versions}, schema.latest_schema_version
    told: Members = glue(context).register_schema_version(SchemaId, SchemaDefinition)
    if told["SchemaVersionId"] in before:
        return told
    version = schema.schema_versions[told["SchemaVersionId"]]
    if _lets_in(schema, version):
        schema.latest_schema_version = version.version_number
    else:
        version.schema_version_status = _FAILURE
        schema.latest_schema_version = latest
    answer: Members = version.as_dict()
    return answer


@answers("UpdateSchema")
def update_schema(
    context: Context,
    *,
    SchemaId: Members,
    SchemaVersionNumber: Members | None = None,
    Compatibility: str | None = None,
    Description: str | None = None,
) -> Answer:
    """Change a schema, and move its checkpoint where a version is named."""
    schema = find_schema(context, SchemaId)
    asked = SchemaVersionNumber or {}
    number = asked.get("VersionNumber", schema.schema_checkpoint)
    if asked.get("LatestVersion"):
        number = schema.latest_schema_version
    if not any(each.version_number == number for each in _available(schema)):
        raise not_found(f"Schema version is not found. VersionNumber: {number}")
    schema.schema_checkpoint = number
    glue(context).update_schema(SchemaId, Compatibility, Description)
    names = {"RegistryName": schema.registry_name, "SchemaName": schema.schema_name}
    return names | {"SchemaArn": schema.schema_arn}


@answers("CheckSchemaVersionValidity")
def check_schema_version_validity(
    context: Context, *, DataFormat: str, SchemaDefinition: str
) -> Answer:
    if DataFormat != "AVRO":
        raise invalid(f"Definitions of {DataFormat} are not judged here")
    try:
        avro.parse(SchemaDefinition)
    except ValueError as error:
        return {"Valid": False, "Error": str(error)}
    return {"Valid": True}


def check_definition(form: str, definition: str) -> None:
    """Refuse a definition that is none of its format; moto looks at JSON alone."""
    if not definition:
        raise invalid("Schema definition is required.")
    try:
        if form == "AVRO":
            avro.parse(definition)
    except ValueError as error:
        raise invalid(f"Schema definition of AVRO data format is invalid: {error}") from error


def _lets_in(schema: Any, version: Any) -> bool:
    """Whether a schema's compatibility lets a new version in."""
    if schema.data_format != "AVRO":
        return True
    mode, _, every = schema.compatibility.partition("_")
    earlier = [each for each in _available(schema) if each is not version]
    since = [each for each in earlier if each.version_number >= schema.schema_checkpoint]
    new = avro.parse(version.schema_definition)
    return all(
        judge(new, avro.parse(each.schema_definition))
        for each in (since if every else earlier[-1:])
        for judge in _JUDGES.get(mode, ())
    )


def _available(schema: Any) -> list[Any]:
    every = schema.schema_versions.values()
    return [each for each in every if each.schema_version_status == _AVAILABLE]
