"""File formats as the catalog names them: a SerDe, an input and an output format.

Source: https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.engine import Column
from labkit.cloud.lake.metastore import Definition

_HIVE = "org.apache.hadoop.hive.ql.io"
_TEXT = ("org.apache.hadoop.mapred.TextInputFormat", f"{_HIVE}.HiveIgnoreKeyTextOutputFormat")
_JSON_TEXT = ("org.apache.hadoop.mapred.TextInputFormat", f"{_HIVE}.IgnoreKeyTextOutputFormat")
LAZY_SIMPLE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"


@dataclass(frozen=True)
class Format:
    """How rows are kept in files."""

    serde: str
    input: str
    output: str
    parameters: dict[str, str] = field(default_factory=lambda: {"serialization.format": "1"})


FORMATS = {
    "TEXTFILE": Format(LAZY_SIMPLE, *_TEXT),
    "PARQUET": Format(
        f"{_HIVE}.parquet.serde.ParquetHiveSerDe",
        f"{_HIVE}.parquet.MapredParquetInputFormat",
        f"{_HIVE}.parquet.MapredParquetOutputFormat",
    ),
    "ORC": Format(
        f"{_HIVE}.orc.OrcSerde", f"{_HIVE}.orc.OrcInputFormat", f"{_HIVE}.orc.OrcOutputFormat"
    ),
    "AVRO": Format(
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
        f"{_HIVE}.avro.AvroContainerInputFormat",
        f"{_HIVE}.avro.AvroContainerOutputFormat",
    ),
    "JSON": Format("org.apache.hive.hcatalog.data.JsonSerDe", *_TEXT),
    "ION": Format(
        "com.amazon.ionhiveserde.IonHiveSerDe",
        "com.amazon.ionhiveserde.formats.IonInputFormat",
        "com.amazon.ionhiveserde.formats.IonOutputFormat",
    ),
    "SEQUENCEFILE": Format(
        LAZY_SIMPLE,
        "org.apache.hadoop.mapred.SequenceFileInputFormat",
        f"{_HIVE}.HiveSequenceFileOutputFormat",
    ),
    "RCFILE": Format(
        "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
        f"{_HIVE}.RCFileInputFormat",
        f"{_HIVE}.RCFileOutputFormat",
    ),
}

_OF_SERDE = {
    **{FORMATS[n].serde: (FORMATS[n].input, FORMATS[n].output) for n in ("PARQUET", "ORC", "AVRO")},
    "org.openx.data.jsonserde.JsonSerDe": _JSON_TEXT,
    "org.apache.hive.hcatalog.data.JsonSerDe": _JSON_TEXT,
}


def format_of(serde: str) -> Format:
    """The files of a table that names its SerDe alone: the SerDe's own, else text.

    The console's and a Cost and Usage Report's statements say no more of Parquet.
    """
    return Format(serde, *_OF_SERDE.get(serde, _TEXT))


def storage_descriptor(
    columns: list[Definition],
    location: str,
    kept: Format,
    *,
    buckets: tuple[list[str], int] = ([], -1),
) -> Definition:
    """A table's ``StorageDescriptor`` as Athena's DDL writes it."""
    return {
        "Columns": columns,
        "Location": location,
        "InputFormat": kept.input,
        "OutputFormat": kept.output,
        "Compressed": False,
        "NumberOfBuckets": buckets[1],
        "SerdeInfo": {"SerializationLibrary": kept.serde, "Parameters": dict(kept.parameters)},
        "BucketColumns": buckets[0],
        "SortColumns": [],
        "Parameters": {},
        "SkewedInfo": {
            "SkewedColumnNames": [],
            "SkewedColumnValues": [],
            "SkewedColumnValueLocationMaps": {},
        },
        "StoredAsSubDirectories": False,
    }


def table_input(
    name: str, storage: Definition, keys: list[Definition], parameters: dict[str, str], **more: Any
) -> Definition:
    """A table's ``TableInput`` as Athena's DDL writes it."""
    stamped = {"EXTERNAL": "TRUE", **parameters, "transient_lastDdlTime": str(int(time.time()))}
    return {
        "Name": name,
        "Owner": "hadoop",
        "Retention": 0,
        "StorageDescriptor": storage,
        "PartitionKeys": keys,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": stamped,
        **more,
    }


def catalog_column(column: Column) -> Definition:
    """A column as the catalog keeps it."""
    comment = {"Comment": column.comment} if column.comment is not None else {}
    return {"Name": column.name, "Type": column.type.hive, **comment}
