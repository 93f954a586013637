"""Tables and partitions as a crawler writes them into the catalog.

What a crawler notes in ``Parameters`` (on the table, on its StorageDescriptor and, with their own
figures, on each partition's): https://docs.aws.amazon.com/glue/latest/dg/table-properties-crawler.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.formats.guess import settled
from labkit.cloud.engine.types import Type
from labkit.cloud.glue.grouping import Draft, Found, Part
from labkit.cloud.glue.names import partition_values
from labkit.cloud.glue.shape import BY_INDEX, Shape, merge, type_of

Definition = dict[str, Any]
# Figures, not schema: a change of these alone makes no new version of a table.
FIGURES = ("averageRecordSize", "objectCount", "recordCount", "sizeKey")
# What a table's definition cannot read otherwise.
_FORM = ("classification", "compressionType", "delimiter")
DEPRECATED = "DEPRECATED_BY_CRAWLER"
OWNER = "UPDATED_BY_CRAWLER"


def table_input(
    draft: Draft, *, name: str, bucket: str, crawler: str, exclusions: Sequence[str]
) -> Definition:
    """The ``TableInput`` of a draft."""
    parameters = _parameters(draft.shape, draft.objects, crawler)
    if exclusions:
        parameters["exclusions"] = json.dumps(list(exclusions))
    descriptor = _descriptor(draft.shape, location(bucket, draft.folder), parameters)
    if draft.keys:
        parameters = parameters | {"partition_filtering.enabled": "true"}
    return {
        "Name": name,
        "Owner": "owner",
        "Retention": 0,
        "StorageDescriptor": descriptor,
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in draft.keys],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
    }


def partition_inputs(draft: Draft, *, bucket: str, crawler: str) -> list[Definition]:
    """The ``PartitionInput`` of each of a draft's partitions, with the partition's own schema."""
    if not draft.keys:
        return []
    return [_partition(draft, part, bucket, crawler) for part in draft.parts]


def _partition(draft: Draft, part: Part, bucket: str, crawler: str) -> Definition:
    shape = merge([found.shape for found in part.objects])
    asked = {k: v for k, v in draft.shape.serde_parameters.items() if k == BY_INDEX}
    shape = replace(shape, serde_parameters=shape.serde_parameters | asked)
    parameters = _parameters(shape, part.objects, crawler)
    return {
        "Values": partition_values(part.names, draft.keys),
        "StorageDescriptor": {
            **_descriptor(shape, location(bucket, part.folder), parameters),
            "Columns": _columns(shape, dict(draft.shape.columns)),
        },
        "Parameters": parameters,
    }


def location(bucket: str, folder: str) -> str:
    """The address of a folder.

    >>> location("lake", "raw/orders/")
    's3://lake/raw/orders/'
    """
    return f"s3://{bucket}/{folder}"


def _parameters(shape: Shape, objects: Sequence[Found], crawler: str) -> dict[str, str]:
    return {
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        OWNER: crawler,
        "averageRecordSize": str(shape.average_size),
        "classification": shape.classification,
        "compressionType": shape.compression,
        "objectCount": str(len(objects)),
        "recordCount": str(shape.records),
        "sizeKey": str(sum(found.size for found in objects)),
        "typeOfData": "file",
        **shape.parameters,
    }


def _descriptor(shape: Shape, where: str, parameters: dict[str, str]) -> Definition:
    return {
        "Columns": _columns(shape, {}),
        "Location": where,
        "InputFormat": shape.input_format,
        "OutputFormat": shape.output_format,
        "Compressed": shape.compression not in ("none", ""),
        "NumberOfBuckets": -1,
        "SerdeInfo": {
            "SerializationLibrary": shape.serde,
            "Parameters": dict(shape.serde_parameters),
        },
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": dict(parameters),
        "StoredAsSubDirectories": False,
    }


def _columns(shape: Shape, table: Mapping[str, str]) -> list[Definition]:
    """Names and types; where files have nothing but NULL, the type is the table's, or a string."""
    return [
        {"Name": name, "Type": _settled(type_of(kind), type_of(table.get(name, kind))).hive}
        for name, kind in shape.columns
    ]


def _settled(kind: Type, table: Type) -> Type:
    return kind if settled(kind) == kind else settled(table)


# Comparing ----------------------------------------------------------------------------------------


def schema_of(definition: Definition) -> Definition:
    """A definition without its figures, to tell a changed schema from more data."""
    descriptor = dict(definition.get("StorageDescriptor", {}))
    descriptor["Parameters"] = _without_figures(descriptor.get("Parameters", {}))
    return {
        "StorageDescriptor": descriptor,
        "PartitionKeys": definition.get("PartitionKeys", []),
        "Parameters": _without_figures(definition.get("Parameters", {})),
    }


def _without_figures(parameters: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in parameters.items() if k not in FIGURES}


def with_new_columns(old: Definition, new: Definition) -> Definition:
    """What is in the catalog as it is, with the new columns after its own and the new figures.

    Source: "Add new columns only" of
    https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
    """
    mine, theirs = old.get("StorageDescriptor"), new["StorageDescriptor"]
    if not mine:
        return new
    known = list(mine.get("Columns") or ())
    names = {column["Name"] for column in known}
    is_text = new["Parameters"].get("classification") == "csv"  # which is read by places
    added = theirs["Columns"][len(known) if is_text else 0 :]
    serde, found = mine.get("SerdeInfo") or {}, theirs["SerdeInfo"]
    descriptor = {
        **theirs,
        **mine,
        "Columns": [*known, *(c for c in added if c["Name"] not in names)],
        "SerdeInfo": {**found, **serde, "Parameters": _both(serde, found)},
        "Parameters": _both(mine, theirs),
    }
    merged = {**new, **old, "StorageDescriptor": descriptor, "Parameters": _both(old, new)}
    return merged if key_names(old) == key_names(new) else with_keys(merged, new)


def _both(old: Definition, new: Definition) -> dict[str, str]:
    """The parameters of a table that is there still."""
    parameters = {**(old.get("Parameters") or {}), **(new.get("Parameters") or {})}
    return {name: value for name, value in parameters.items() if name != DEPRECATED}


def has_other_form(old: Definition, new: Definition) -> bool:
    """Whether a table's files have become others, which its own definition cannot read."""
    told = old.get("Parameters") or {}
    return any(told.get(name) not in (None, new["Parameters"].get(name)) for name in _FORM)


def key_names(definition: Definition) -> list[str]:
    """The names of a table's partition keys."""
    return [key["Name"] for key in definition.get("PartitionKeys") or []]


def with_keys(definition: Definition, other: Definition) -> Definition:
    """A definition with another's partition keys."""
    return {**definition, "PartitionKeys": other.get("PartitionKeys") or []}


def inheriting(partition: Definition, table: Definition) -> Definition:
    """A partition that takes its schema and its format from its table."""
    mine, theirs = partition["StorageDescriptor"], table["StorageDescriptor"]
    own = {"Location": mine["Location"], "Parameters": mine["Parameters"]}
    return {**partition, "StorageDescriptor": {**theirs, **own}}
