"""The formats of a recipe job's output: how each is named, compressed and written.

Which compressions a format takes, and how its files are then named (``.csv.gz``):
https://docs.aws.amazon.com/databrew/latest/dg/supported-data-file-sources.html (output formats).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from labkit.cloud.databrew.csv_options import check_delimiter
from labkit.cloud.databrew.jobs import values
from labkit.cloud.databrew.recipe.column import Column, twin_of
from labkit.cloud.databrew.words import invalid
from labkit.cloud.engine.formats.model import literal
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.trino.functions.entry import failure
from labkit.cloud.operations import not_here

_ENDINGS = {
    "GZIP": "gz",
    "SNAPPY": "snappy",
    "LZ4": "lz4",
    "BZIP2": "bz2",
    "DEFLATE": "deflate",
    "BROTLI": "br",
    "LZO": "lzo",
    "ZLIB": "zlib",
}
_TEXT = ("SNAPPY", "GZIP", "LZ4", "BZIP2", "DEFLATE", "BROTLI")
#: Compressed here by codecs of these names; what has none cannot be written here.
_PACKED = {name: name.lower() for name in _TEXT}
_CSV = "FORMAT csv, HEADER true, DELIMITER {delimiter}, QUOTE '\"', ESCAPE '\"', NULLSTR ''"
_LINES = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01', NULLSTR ''"
_NO_XML = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"
#: The ampersand first, which the others begin with; a reader makes LF of a CR that is none.
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}
_ROOT = ", PREFIX '<ROWS>\n', SUFFIX '\n</ROWS>\n'"

Select = Callable[[Sequence[Column]], Sequence[str]]


def _as_they_are(columns: Sequence[Column]) -> list[str]:
    return [column.sql for column in columns]


def _json(columns: Sequence[Column]) -> list[str]:
    return [f"{values.in_json(each.sql, each.type)} AS {each.sql}" for each in columns]


def _flat(columns: Sequence[Column]) -> list[str]:
    return [f"{values.as_text(each.sql, each.type)} AS {each.sql}" for each in columns]


def _elements(columns: Sequence[Column]) -> list[str]:
    """A row as one line of XML; a missing value has no element."""
    names = [_tag(column.name) for column in columns]
    if twin := twin_of(names):
        raise invalid(f"Two columns would be the XML element '{twin}'.")
    parts = [_element(*pair) for pair in zip(names, columns, strict=True)]
    return [f"'<ROW>' || {' || '.join(parts)} || '</ROW>' AS {quoted_name('#xml')}"]


def _tag(name: str) -> str:
    """A column's name as XML may have it.

    >>> [_tag(name) for name in ("a b", "1st", "-x", "m\u00b2", "\u00e9")]
    ['a_b', '_1st', '_-x', 'm_', '\u00e9']
    """
    tag = "".join(c if _is_name(f"_{c}") else "_" for c in name)
    return tag if _is_name(tag) else f"_{tag}"


def _is_name(text: str) -> bool:
    """Whether readers take a text for an element's name; some are stricter than XML now is."""
    try:
        return ElementTree.fromstring(f"<{text}/>").tag == text
    except ElementTree.ParseError:
        return False


def _element(tag: str, column: Column) -> str:
    text = f"CAST({values.as_text(column.sql, column.type)} AS VARCHAR)"
    why = failure(f"The column '{column.name}' has a control character, which XML cannot have.")
    text = f"CASE WHEN regexp_matches({text}, '{_NO_XML}') THEN {why} ELSE {text} END"
    for mark, entity in _ENTITIES.items():
        text = f"replace({text}, '{mark}', '{entity}')"
    return f"coalesce('<{tag}>' || {text} || '</{tag}>', '')"


@dataclass(frozen=True)
class Form:
    """An output format.

    Args:
        ending: of its files.
        compressions: AWS's names of those that it takes.
        codecs: the writer's names for those that can be written here.
        copy: DuckDB's options of COPY, with ``{codec}`` and ``{delimiter}`` where they go.
        select: the SQL of what a row writes.
        written: the house's writer for a format that DuckDB does not write.
        default: the compression when none is asked for.
        media_type: of its objects.
    """

    ending: str
    compressions: Sequence[str]
    codecs: dict[str, str]
    copy: str
    select: Select = field(default=_as_they_are)
    written: str = ""
    default: str = ""
    media_type: str = "binary/octet-stream"

    def name(self, compression: str, delimiter: str) -> str:
        """The ending of a file, with its compression's."""
        compression = compression or self.default
        ending = "tsv" if compression and delimiter == "\t" else self.ending
        return f"{ending}.{_ENDINGS[compression]}" if compression else ending

    def options(self, compression: str, delimiter: str) -> str:
        """DuckDB's options of COPY."""
        codec = self.codecs.get(compression or self.default, "uncompressed")
        return self.copy.format(codec=codec, delimiter=literal(delimiter))

    def packer(self, compression: str) -> str:
        """The codec that packs a finished text file; empty for none."""
        return "" if self.written or self.parquet else self.codecs.get(compression, "")

    @property
    def parquet(self) -> bool:
        """Whether its files are Parquet."""
        return self.copy == _PARQUET


_PARQUET = "FORMAT parquet, COMPRESSION {codec}"
_PARQUET_CODECS = {"SNAPPY": "snappy", "GZIP": "gzip", "LZ4": "lz4_raw", "BROTLI": "brotli"}
_AVRO_CODECS = {"SNAPPY": "snappy", "GZIP": "deflate", "DEFLATE": "deflate", "BZIP2": "bzip2"}
_ASIDE = "FORMAT parquet, COMPRESSION uncompressed"

FORMS: dict[str, Form] = {
    "CSV": Form("csv", _TEXT, _PACKED, _CSV, _flat, media_type="text/csv"),
    "JSON": Form("json", _TEXT, _PACKED, "FORMAT json", _json, media_type="application/json"),
    "XML": Form("xml", _TEXT, _PACKED, _LINES + _ROOT, _elements, media_type="application/xml"),
    "PARQUET": Form(
        "parquet", ("SNAPPY", "GZIP", "LZ4", "LZO", "BROTLI"), _PARQUET_CODECS, _PARQUET
    ),
    "GLUEPARQUET": Form("glue.parquet", ("SNAPPY",), _PARQUET_CODECS, _PARQUET, default="SNAPPY"),
    "AVRO": Form("avro", _TEXT, _AVRO_CODECS, _ASIDE, written="avro"),
    "ORC": Form(
        "orc", ("SNAPPY", "LZO", "ZLIB"), {"SNAPPY": "snappy", "ZLIB": "zlib"}, _ASIDE,
        written="orc",
    ),
}  # fmt: skip


def check_output(operation: str, output: Mapping[str, Any]) -> None:
    """Refuse a format, a compression or options that cannot be written.

    Raises:
        AwsError: ``ValidationException`` where AWS refuses it too, else an honest "not here".
    """
    name, compression = output.get("Format", "CSV"), output.get("CompressionFormat")
    if name not in FORMS:
        raise not_here("databrew", operation, f"files of the format {name} cannot be written")
    check_delimiter(output.get("FormatOptions"))
    form, keys = FORMS[name], output.get("PartitionColumns") or []
    if len(set(keys)) < len(keys):
        raise invalid("A column is listed twice among the PartitionColumns.")
    if not compression:
        return
    if compression not in form.compressions:
        taken = ", ".join(form.compressions)
        raise invalid(
            f"The compression format {compression} is not supported for {name}: use {taken}.",
        )
    if compression not in form.codecs:
        why = f"{name} files cannot be compressed with {compression}"
        raise not_here("databrew", operation, why)
