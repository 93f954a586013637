"""Outputs that are tables of the Data Catalog: where their files go, and what the catalog says.

A table that there is not yet is made, of Parquet files compressed by Snappy. One that there is gets
files of its own format, in its folders; where the output overwrites, its columns are those of the
new files. Source: https://docs.aws.amazon.com/databrew/latest/dg/API_DataCatalogOutput.html
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labkit.cloud.databrew.places import check_catalog
from labkit.cloud.databrew.recipe import Column
from labkit.cloud.engine.formats.serdes import CLASSES, SYMLINKS, serde_format
from labkit.cloud.engine.formats.text import value_of
from labkit.cloud.engine.types import parse_type
from labkit.cloud.lake.definitions import parameters_of, table_type_of
from labkit.cloud.lake.metastore import Definition, Metastore, input_of
from labkit.cloud.lake.projection import is_projected, lies_as_written
from labkit.cloud.lake.pruning import NULL_PARTITION
from labkit.cloud.lake.table import is_symlinks
from labkit.cloud.operations import AwsError, not_here
from labkit.cloud.s3.store import split_uri

#: Format of a table's files → the output format and compression that it is given.
FORMATS = {
    "parquet": ("GLUEPARQUET", "SNAPPY"),
    "orc": ("ORC", "SNAPPY"),
    "avro": ("AVRO", "SNAPPY"),
    "json": ("JSON", None),
    "openx-json": ("JSON", None),
}
#: Types of a table's columns that readers take one for another, and what stands for them.
ALIKE = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), "int"),
    **dict.fromkeys(("varchar", "char"), "string"),
}


def output_of(
    catalog: Metastore, target: Mapping[str, Any], columns: Sequence[Column]
) -> Definition:
    """A table's files as an output like any other, with its definition under ``Table``.

    Args:
        catalog: as the job's role may use it.

    Raises:
        AwsError: no such database; or the table's files cannot be written by a job, or the table
            not changed or made by its role.
    """
    check_catalog(catalog.cloud.account, target)
    database, name = target["DatabaseName"].lower(), target["TableName"].lower()
    if catalog.database(database) is None:
        raise AwsError("EntityNotFoundException", f"Database {database} not found.")
    known = catalog.definition(database, name)
    location = _location(target, known)
    keys = [key["Name"] for key in (known or {}).get("PartitionKeys") or []]
    form = _format(known)
    _check_projected(known, location, keys)
    _check_columns(known, columns, overwrites=bool(target.get("Overwrite")))
    table = _input(known, name, location, form, columns, keys)
    catalog.check_change(database, table)
    bucket, key = split_uri(location)
    return {
        "Location": {"Bucket": bucket, "Key": key} if key else {"Bucket": bucket},
        "Format": FORMATS[form][0],
        "CompressionFormat": FORMATS[form][1],
        "Overwrite": target.get("Overwrite", False),
        "PartitionColumns": [_named(key, columns) for key in keys],
        "Table": {
            "DatabaseName": database,
            "Input": table,
            "Overwrite": target.get("Overwrite", False),
        },
    }


def written_to(output: Definition) -> list[Any]:
    """Where and how a table's files are written."""
    return [output[each] for each in ("Location", "Format", "PartitionColumns")]


def partitions_of(location: str, uris: Iterable[str]) -> list[Definition]:
    """The partitions that files below a location have, each once: their values and folders.

    >>> partitions_of("s3://a/t/", ["s3://a/t/y=a%2Fb/p", "s3://a/t/y=a%2Fb/q"])
    [{'Values': ['a/b'], 'Location': 's3://a/t/y=a%2Fb/'}]
    """
    folders = dict.fromkeys(uri.removeprefix(location).rpartition("/")[0] for uri in uris)
    return [
        {
            "Values": [urllib.parse.unquote(part.partition("=")[2]) for part in each.split("/")],
            "Location": f"{location}{each}/",
        }
        for each in folders
        if each
    ]


def check_partitions(catalog: Metastore, tables: Iterable[Mapping[str, Any]]) -> None:
    """Refuse rows that no query would find, and such as would stop every query of their table.

    Raises:
        AwsError: a partition is not in its table's folder, and the output does not overwrite; or
            its value is none of its key's type.
    """
    for table in tables:
        database, definition = table["DatabaseName"], table["Input"]
        stay = [] if table["Overwrite"] else catalog.partitions(database, definition["Name"])
        known = {tuple(each["Values"]): each for each in stay}
        for each in table["Partitions"]:
            storage = known.get(tuple(each["Values"]), {}).get("StorageDescriptor") or {}
            own = (storage.get("Location") or each["Location"]).rstrip("/")
            if split_uri(own) != split_uri(each["Location"].rstrip("/")):
                raise AwsError(
                    "ValidationException",
                    f"A partition of the table {definition['Name']} is at {own}, not at "
                    f"{each['Location']}: only an output that overwrites can move it.",
                )
            _check_values(definition["PartitionKeys"], each["Values"])


def _check_values(keys: Sequence[Definition], values: Sequence[str]) -> None:
    for key, value in zip(keys, values, strict=True):
        kind = parse_type(key.get("Type", "string"))
        plain = kind.base in ("varchar", "char", "timestamptz") or value == NULL_PARTITION
        if not plain and value_of(value, kind) is None:
            raise AwsError(
                "ValidationException",
                f"'{value}' is no {key['Type']}, as the partition key {key['Name']} is.",
            )


def apply(catalog: Metastore, tables: Iterable[Mapping[str, Any]]) -> None:
    """Let the catalog say what was written; what it says already it says no second time."""
    for table in tables:
        with catalog.cloud.lock("glue"):
            _apply(catalog, table["DatabaseName"], table)


def _apply(catalog: Metastore, database: str, table: Mapping[str, Any]) -> None:
    definition = table["Input"]
    name = definition["Name"]
    if catalog.definition(database, name) is None:
        catalog.create_table(database, definition)
    elif table["Overwrite"]:
        catalog.update_table(database, name, definition)
    known = [list(each["Values"]) for each in catalog.partitions(database, name)]
    stay = [] if table["Overwrite"] else known  # others may lie elsewhere, of other columns
    new = [each for each in table["Partitions"] if each["Values"] not in stay]
    catalog.replace_partitions(
        database,
        name,
        add=[_partition(definition, each) for each in new],
        drop=known if table["Overwrite"] else [],
    )


def _partition(definition: Definition, found: Definition) -> Definition:
    storage = {**definition["StorageDescriptor"], "Location": found["Location"]}
    return {"Values": found["Values"], "StorageDescriptor": storage}


def _location(target: Mapping[str, Any], known: Definition | None) -> str:
    """Where a table's files are, or are to be."""
    given = (target.get("S3Options") or {}).get("Location")
    own = ((known or {}).get("StorageDescriptor") or {}).get("Location", "").rstrip("/")
    asked = f"s3://{given['Bucket']}/{given.get('Key', '')}".rstrip("/") if given else own
    if not asked:
        raise AwsError("ValidationException", "The table is new: S3Options must say its location.")
    if own and asked != own and not target.get("Overwrite"):
        raise AwsError(
            "ValidationException",
            f"The table {target['TableName']} is at {own}, not at {asked}: only an output that "
            "overwrites can move it.",
        )
    return f"{asked}/"


def _format(known: Definition | None) -> str:
    if known is None:
        return "parquet"
    kind = table_type_of(parameters_of(known))
    storage = known.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    form = serde_format(
        serde.get("SerializationLibrary") or "",
        storage.get("InputFormat") or "",
        parameters_of(known),
    )
    if is_symlinks(storage):
        kind = SYMLINKS
    if kind or form not in FORMATS:
        why = f"tables of {kind or form} files cannot be a job's output"
        raise not_here("databrew", "StartJobRun", why)
    return form


def _check_projected(known: Definition | None, location: str, keys: list[str]) -> None:
    """Rows must not go where the table's own projection does not look."""
    parameters = parameters_of(known) if known else {}
    if is_projected(parameters) and not lies_as_written(parameters, location, keys):
        why = "tables whose projection does not read key=value folders cannot be a job's output"
        raise not_here("databrew", "StartJobRun", why)


def _check_columns(
    known: Definition | None, columns: Sequence[Column], *, overwrites: bool
) -> None:
    """A table that stays as it is takes rows of its own columns and types only."""
    if known is None or overwrites:
        return
    keys = known.get("PartitionKeys") or []
    own = {c["Name"].lower() for c in [*known["StorageDescriptor"]["Columns"], *keys]}
    given = {column.name.lower() for column in columns}
    if own != given:
        odd = ", ".join(sorted(own ^ given))
        raise AwsError(
            "ValidationException",
            f"The columns of the table {known['Name']} and of the recipe's result differ: {odd}.",
        )
    kinds = {column.name.lower(): column.type.hive for column in columns}
    odd = ", ".join(
        f"{each['Name']} is {each['Type']} there, {kinds[each['Name'].lower()]} here"
        for each in known["StorageDescriptor"]["Columns"]
        if "Type" in each and not _fits(kinds[each["Name"].lower()], each["Type"])
    )
    if odd and FORMATS[_format(known)][0] != "JSON":
        raise AwsError(
            "ValidationException",
            f"The types of the table {known['Name']} and of the recipe's result differ: {odd}.",
        )


def _fits(kind: str, own: str) -> bool:
    """Whether a column of one type can be read as one of a table's type.

    >>> [_fits("int", own) for own in ("bigint", "decimal(5,1)", "string", "double")]
    [True, True, False, False]
    """
    given, wanted = (re.split(r"[(<]", each.lower())[0] for each in (kind, own))
    given, wanted = ALIKE.get(given, given), ALIKE.get(wanted, wanted)
    return given == wanted or (given, wanted) == ("int", "decimal")


def _named(key: str, columns: Sequence[Column]) -> str:
    """The result's column for a key of the table, whose name is in lower case."""
    return next((c.name for c in columns if c.name.lower() == key.lower()), key)


def _input(
    known: Definition | None,
    name: str,
    location: str,
    form: str,
    columns: Sequence[Column],
    keys: Sequence[str],
) -> Definition:
    """What the catalog is to say of the table."""
    new: Definition = {"TableType": "EXTERNAL_TABLE", "PartitionKeys": []}
    kept = input_of(known) if known else new
    small = [key.lower() for key in keys]
    classes = CLASSES[form]
    storage = {
        "InputFormat": classes.input,
        "OutputFormat": classes.output,
        "SerdeInfo": {"SerializationLibrary": classes.serde, "Parameters": {}},
        **(kept.get("StorageDescriptor") or {}),
        "Location": location,
        "Columns": [
            {"Name": column.name.lower(), "Type": column.type.hive}
            for column in columns
            if column.name.lower() not in small
        ],
    }
    parameters = {"classification": form, **kept.get("Parameters", {})}
    return {**kept, "Name": name, "StorageDescriptor": storage, "Parameters": parameters}
