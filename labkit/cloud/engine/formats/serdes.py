"""Hive's class names, and the format that each stands for.

A table in the catalog names its SerDe and its input format; statements name formats. Source:
https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labkit.cloud.engine.formats.model import FormatError

TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"


@dataclass(frozen=True)
class Classes:
    """The Java classes of a format: SerDe, input format, output format."""

    serde: str
    input: str = TEXT_INPUT
    output: str = TEXT_OUTPUT


#: Files that name others, whose format the SerDe tells.
SYMLINKS = "SymlinkTextInputFormat"
_IO = "org.apache.hadoop.hive.ql.io."
CLASSES = {
    "csv": Classes("org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"),
    "opencsv": Classes("org.apache.hadoop.hive.serde2.OpenCSVSerde"),
    "json": Classes("org.apache.hive.hcatalog.data.JsonSerDe"),
    "openx-json": Classes("org.openx.data.jsonserde.JsonSerDe"),
    "regex": Classes("org.apache.hadoop.hive.serde2.RegexSerDe"),
    "grok": Classes("com.amazonaws.glue.serde.GrokSerDe"),
    "parquet": Classes(
        f"{_IO}parquet.serde.ParquetHiveSerDe",
        f"{_IO}parquet.MapredParquetInputFormat",
        f"{_IO}parquet.MapredParquetOutputFormat",
    ),
    "orc": Classes(f"{_IO}orc.OrcSerde", f"{_IO}orc.OrcInputFormat", f"{_IO}orc.OrcOutputFormat"),
    "avro": Classes(
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
        f"{_IO}avro.AvroContainerInputFormat",
        f"{_IO}avro.AvroContainerOutputFormat",
    ),
    "esri": Classes(
        "com.esri.hadoop.hive.serde.EsriJsonSerDe",
        "com.esri.json.hadoop.EnclosedEsriJsonInputFormat",
    ),
}
_BY_SERDE = {classes.serde.lower(): name for name, classes in CLASSES.items()} | {
    "org.apache.hadoop.hive.serde2.jsonserde": "json",
    "org.apache.hadoop.hive.contrib.serde2.regexserde": "regex",
    "org.apache.hadoop.hive.serde2.csvserde": "opencsv",
    "com.esri.hadoop.hive.serde.jsonserde": "esri",
}
#: Esri's older name: https://github.com/Esri/spatial-framework-for-hadoop/releases/tag/v2.0.0
_OLDER_INPUTS = {"com.esri.json.hadoop.EnclosedJsonInputFormat": CLASSES["esri"].input}
_CLOUDTRAIL_SERDE = "com.amazon.emr.hive.serde.cloudtrailserde"
_CLOUDTRAIL_INPUT = "com.amazon.emr.cloudtrail.cloudtrailinputformat"
_REFUSED = {
    _CLOUDTRAIL_SERDE: "CloudTrail",
    "com.amazon.ionhiveserde.ionhiveserde": "Amazon Ion",
    "org.apache.hadoop.hive.serde2.columnar.columnarserde": "RCFile",
    "org.apache.hadoop.hive.serde2.columnar.lazybinarycolumnarserde": "RCFile",
}
_CLOUDTRAIL_SERDES = {_CLOUDTRAIL_SERDE} | {
    serde for serde, found in _BY_SERDE.items() if found in ("json", "openx-json")
}
_REFUSED_INPUTS = {
    "SequenceFileInputFormat": "SequenceFile files",
    "RCFileInputFormat": "RCFile files",
}


def serde_format(serde: str, input_format: str = "", parameters: Mapping[str, str] = {}) -> str:
    """The format that a table's SerDe class and input format stand for.

    >>> serde_format("org.openx.data.jsonserde.JsonSerDe")
    'openx-json'

    Args:
        serde: the SerDe's class; without one the input format decides.
        input_format: the input format's class.
        parameters: the table's parameters; ``classification`` decides where no class is given.

    Raises:
        FormatError: a class that is not known, or whose format is not read here.
    """
    name = serde.strip().lower()
    input_format = _OLDER_INPUTS.get(input_format, input_format)
    if input_format.lower() == _CLOUDTRAIL_INPUT and name in _CLOUDTRAIL_SERDES:
        return "cloudtrail"
    if name in _REFUSED:
        raise FormatError("NOT_SUPPORTED", f"{_REFUSED[name]} files are not read here ({serde})")
    if name in _BY_SERDE:
        return _checked(_BY_SERDE[name], input_format)
    if name:
        raise FormatError("HIVE_SERDE_NOT_FOUND", f"deserializer does not exist: {serde}")
    return _by_input(input_format, parameters)


def _by_input(input_format: str, parameters: Mapping[str, str]) -> str:
    found = [n for n, c in CLASSES.items() if c.input == input_format and c.input != TEXT_INPUT]
    named = parameters.get("classification", "")
    if not (found or named in CLASSES or input_format == TEXT_INPUT):
        raise FormatError("HIVE_UNSUPPORTED_FORMAT", "Unable to create input format")
    return found[0] if found else (named if named in CLASSES else "csv")


def _checked(found: str, input_format: str) -> str:
    """A text SerDe over a binary input format (or the reverse) would read nonsense."""
    if input_format.endswith(SYMLINKS):
        return found
    expected = CLASSES[found].input
    known = {classes.input for classes in CLASSES.values()}
    if input_format in known and input_format != expected:
        raise FormatError(
            "HIVE_INVALID_METADATA", f"SerDe of {found} does not read input format {input_format}"
        )
    refused = next(
        (what for end, what in _REFUSED_INPUTS.items() if input_format.endswith(end)), ""
    )
    if refused:
        raise FormatError("NOT_SUPPORTED", f"{refused} are not read here")
    if input_format and input_format not in known:
        raise FormatError(
            "HIVE_UNSUPPORTED_FORMAT", f"Unable to create input format {input_format}"
        )
    return found
