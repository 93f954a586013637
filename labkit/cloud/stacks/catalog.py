"""The types of what lies in Glue's catalog and its registries; Lake Formation's tags and filters.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Glue.html
"""

from __future__ import annotations

from labkit.cloud.stacks.kinds import Kind, Members, Part, kind, renamed, renaming


def _registry(members: Members) -> Members:
    told = renaming({"Name": "RegistryName"})(members)
    return told | {"RegistryId": {"RegistryName": told["RegistryName"]}}


def _schema(members: Members) -> Members:
    told = renaming({"Name": "SchemaName"})(members)
    said = told.pop("Registry", None) or {"Name": "default-registry"}
    registry = {"RegistryName": said.get("Name") or said["Arn"].rpartition("/")[2]}
    schema = registry | {"SchemaName": told["SchemaName"]}
    return told | {"RegistryId": registry, "SchemaId": schema}


def _function(members: Members) -> Members:
    return {
        "DatabaseName": members.pop("DatabaseName"),
        "FunctionInput": renamed(members, {"ResourceURIs": "ResourceUris"}),
    }


def _add_values(members: Members, value: str) -> tuple[str, Members]:
    return "UpdateLFTag", {"TagKey": members["TagKey"], "TagValuesToAdd": [value]}


def _drop_values(members: Members, value: str) -> tuple[str, Members]:
    return "UpdateLFTag", {"TagKey": members["TagKey"], "TagValuesToDelete": [value]}


_OPTIMIZED = {name: name for name in ("CatalogId", "DatabaseName", "TableName", "Type")}
_FILTERED = ("TableCatalogId", "DatabaseName", "TableName", "Name")

CATALOG: dict[str, Kind] = {
    "AWS::Glue::DataCatalogEncryptionSettings": Kind(
        "glue",
        "PutDataCatalogEncryptionSettings",
        "PutDataCatalogEncryptionSettings",
        name="CatalogId",
    ),
    "AWS::Glue::DataQualityRuleset": kind("glue", "DataQualityRuleset"),
    "AWS::Glue::Partition": kind(
        "glue",
        "Partition",
        name="",
        id="CatalogId|DatabaseName|TableName|PartitionInput.Values",
        by={
            "DatabaseName": "DatabaseName",
            "TableName": "TableName",
            "PartitionValues": "PartitionInput.Values",
            "PartitionValueList": "PartitionInput.Values",
        },
        passed=("CatalogId",),
    ),
    "AWS::Glue::Registry": kind(
        "glue",
        "Registry",
        change="",
        id="RegistryArn",
        by={"RegistryId": "RegistryId"},
        passed=("RegistryId",),
        shaped=_registry,
        attributes={"Arn": "RegistryArn"},
    ),
    "AWS::Glue::Schema": kind(
        "glue",
        "Schema",
        id="SchemaArn",
        by={"SchemaId": "SchemaId"},
        passed=("SchemaId", "CheckpointVersion"),
        shaped=_schema,
        attributes={"Arn": "SchemaArn", "InitialSchemaVersionId": "SchemaVersionId"},
    ),
    "AWS::Glue::SchemaVersion": Kind(
        "glue",
        "RegisterSchemaVersion",
        name="",
        id="SchemaVersionId",
        shaped=renaming({"Schema": "SchemaId"}),
        attributes={"VersionId": "SchemaVersionId"},
    ),
    "AWS::Glue::TableOptimizer": kind(
        "glue", "TableOptimizer", name="", id="|".join(_OPTIMIZED), by=_OPTIMIZED
    ),
    "AWS::Glue::UserDefinedFunction": kind(
        "glue",
        "UserDefinedFunction",
        name="FunctionName",
        by={"DatabaseName": "DatabaseName", "FunctionName": "FunctionInput.FunctionName"},
        shaped=_function,
    ),
    "AWS::LakeFormation::DataCellsFilter": kind(
        "lakeformation",
        "DataCellsFilter",
        change="",
        name="",
        id="TableData.Name",
        shaped=lambda members: {"TableData": members},
        by={name: f"TableData.{name}" for name in _FILTERED},
    ),
    "AWS::LakeFormation::Tag": kind(
        "lakeformation",
        "LFTag",
        change="",
        name="TagKey",
        passed=("CatalogId",),
        parts=(Part("TagValues", _add_values, _drop_values, first=False),),
    ),
    "AWS::LakeFormation::TagAssociation": Kind(
        "lakeformation",
        "AddLFTagsToResource",
        drop="RemoveLFTagsFromResource",
        name="",
        by={name: name for name in ("Resource", "LFTags")},
    ),
}
