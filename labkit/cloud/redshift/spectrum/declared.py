"""What ``CREATE EXTERNAL TABLE`` says: columns, partition keys, a format, a place, properties.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE.html
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from labkit.cloud.athena.statements.storage import (
    FORMATS,
    LAZY_SIMPLE,
    Format,
    format_of,
    storage_descriptor,
    table_input,
)
from labkit.cloud.engine import Column
from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.engine.types import Type as LakeType
from labkit.cloud.engine.types import UnknownType, parse_type
from labkit.cloud.lake.metastore import Definition
from labkit.cloud.redshift.spectrum.types import check_handling

STORED = ("PARQUET", "TEXTFILE", "ORC", "AVRO", "RCFILE", "SEQUENCEFILE")
_HIVE = {
    "bool": "boolean", "int2": "smallint", "int4": "int", "int8": "bigint", "float4": "float",
    "float8": "double", "date": "date", "timestamp": "timestamp", "varbyte": "binary",
}  # fmt: skip


@dataclass
class Declared:
    """What a statement says of an external table.

    Args:
        columns: none where a query gives them.
        keys: the partition keys; those of a query have no types of their own.
        query: of ``AS``.
    """

    name: tuple[str, ...]
    columns: list[Column] = field(default_factory=list)
    keys: list[Column] = field(default_factory=list)
    key_names: list[str] = field(default_factory=list)
    delimited: dict[str, str] = field(default_factory=dict)
    serde: str = ""
    stored: Format | None = None
    location: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    query: str = ""

    @property
    def format(self) -> Format:
        """How the files are read and written."""
        kept = self.stored or format_of(self.serde or LAZY_SIMPLE)
        default = {"serialization.format": self.delimited.get("field.delim", "1")}
        return replace(kept, serde=self.serde or kept.serde, parameters=default | self.delimited)


def read_declared(words: Words) -> Declared:
    """Read what stands after ``CREATE EXTERNAL TABLE``.

    Raises:
        RedshiftError: it does not read, or a part is missing.
    """
    said = Declared(words.name())
    if words.accept("("):
        said.columns = _columns(words)
    while not (words.ended or words.peek(";") or words.peek("AS")):
        _clause(words, said)
    if words.accept("AS"):
        said.query = words.rest()
    words.end()
    _check(said)
    return said


def definition_of(said: Declared, columns: list[Definition], keys: list[Definition]) -> Definition:
    """The catalog's definition of what was declared."""
    storage = storage_descriptor(columns, said.location, said.format)
    return table_input(said.name[-1], storage, keys, said.properties)


def _columns(words: Words) -> list[Column]:
    found = []
    while True:
        found.append(Column(words.identifier(), lake_type(words)))
        if not words.accept(","):
            break
    words.expect(")")
    return found


def _clause(words: Words, said: Declared) -> None:
    if words.accept("PARTITIONED", "BY"):
        _keys(words, said)
    elif words.accept("ROW", "FORMAT", "DELIMITED"):
        said.delimited |= _delimited(words)
    elif words.accept("ROW", "FORMAT", "SERDE"):
        said.serde = words.string()
        if words.accept("WITH", "SERDEPROPERTIES"):
            said.delimited |= properties(words)
    elif words.accept("STORED", "AS"):
        said.stored = file_format(words)
    elif words.accept("LOCATION"):
        said.location = words.string()
    elif words.accept("TABLE", "PROPERTIES"):
        said.properties |= properties(words)
        check_handling(said.properties)
    else:
        raise words.refuse()


def _keys(words: Words, said: Declared) -> None:
    """With types for files that are there, without for a query's columns."""
    words.expect("(")
    while True:
        name = words.identifier()
        said.key_names.append(name)
        if not (words.peek(",") or words.peek(")")):
            said.keys.append(Column(name, lake_type(words)))
        if not words.accept(","):
            break
    words.expect(")")


def _delimited(words: Words) -> dict[str, str]:
    found = {}
    while name := words.accept_one("FIELDS", "LINES", "ESCAPED", "NULL"):
        if name in ("FIELDS", "LINES"):
            words.expect("TERMINATED", "BY")
        elif name == "NULL":
            words.expect("DEFINED", "AS")
        else:
            words.expect("BY")
        found[_DELIMITERS[name]] = words.string()
    return found


_DELIMITERS = {
    "FIELDS": "field.delim",
    "LINES": "line.delim",
    "ESCAPED": "escape.delim",
    "NULL": "serialization.null.format",
}


def file_format(words: Words) -> Format:
    """``PARQUET``, ``TEXTFILE``, ..., or ``INPUTFORMAT '...' OUTPUTFORMAT '...'``"""
    if words.accept("INPUTFORMAT"):
        read = words.string()
        words.expect("OUTPUTFORMAT")
        return Format(LAZY_SIMPLE, read, words.string())
    name = words.accept_one(*STORED)
    if not name:
        raise words.refuse()
    return FORMATS[name]


def properties(words: Words) -> dict[str, str]:
    """``('name'='value', ...)``"""
    words.expect("(")
    found = {}
    while True:
        name = words.string()
        words.expect("=")
        found[name] = words.string()
        if not words.accept(","):
            break
    words.expect(")")
    return found


def lake_type(words: Words) -> LakeType:
    """A column's type, nested ones in Hive's spelling.

    Raises:
        RedshiftError: external tables have no such type.
    """
    if words.peek("<", ahead=1):
        return _nested(words)
    for own in ("STRING", "DOUBLE"):  # an external table's alone, DOUBLE PRECISION everyone's
        if words.peek(own) and not words.peek(own, "PRECISION") and words.accept(own):
            return parse_type(own.lower())
    return parse_type(hive_name(words.type()))


def hive_name(kind: Type) -> str:
    """How the catalog spells one of Redshift's types.

    Raises:
        RedshiftError: external tables have no such type.
    """
    if kind.base == "numeric":
        return f"decimal({kind.size},{kind.scale})"
    if kind.base == "bpchar":
        return f"char({kind.size or 1})"
    if kind.base in ("varchar", "name"):
        return f"varchar({kind.size})" if 0 < kind.size < 65535 else "string"
    if kind.base not in _HIVE:
        raise RedshiftError(
            f'Unsupported data type "{kind.plain}" for external table creation', "0A000"
        )
    return _HIVE[kind.base]


def _nested(words: Words) -> LakeType:
    start, depth = words.at, 0
    while depth or words.at == start or words.peek("<"):
        depth += {"<": 1, ">": -1}.get(words.take().upper, 0)
        if not depth and words.at > start + 1:
            break
    text = words.slice(start)
    try:
        found = parse_type(text.lower())
        if not found.storable:
            raise UnknownType(text)
        return found
    except (UnknownType, ValueError) as error:
        raise RedshiftError(f'invalid type "{text}" for an external table', SYNTAX) from error


def _check(said: Declared) -> None:
    if not said.location.startswith("s3://"):
        raise RedshiftError("LOCATION must be an S3 path: s3://bucket/folder/", "22023")
    if said.stored is None and not said.serde:
        raise RedshiftError("STORED AS is required for an external table", SYNTAX)
    if said.query and (said.columns or said.keys):
        raise RedshiftError("a query gives the columns of CREATE EXTERNAL TABLE AS", SYNTAX)
    if not said.query and not said.columns:
        raise RedshiftError("an external table needs columns", SYNTAX)
    if not said.query and len(said.keys) != len(said.key_names):
        raise RedshiftError("partition columns need types", SYNTAX)
    names = [column.name for column in (*said.columns, *said.keys)]
    for name in names:
        if names.count(name) > 1:
            raise RedshiftError(f'column "{name}" specified more than once', "42701")
