"""What a file holds, told from a sample: its format, its columns, how a catalog would describe it.

A crawler asks its custom classifiers in order, then the built-in ones; the first that recognises
the file wins, and what none does is ``UNKNOWN``. Only the first megabyte of a text file and the
footer of a binary one are read, so counts are estimates for files that are longer. Sources:
https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html (order and rules) and
https://docs.aws.amazon.com/glue/latest/dg/table-properties-crawler.html (parameters).
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from pyarrow import orc as arrow_orc
from pyarrow import parquet as arrow_parquet

from labkit.cloud.engine.formats import CLASSES, File, FormatError, avro, grok, orc, parquet
from labkit.cloud.engine.formats.guess import Columns, arrow_kind, merge, similarity
from labkit.cloud.engine.formats.guess_csv import CsvClassifier
from labkit.cloud.engine.formats.guess_csv import guess as guess_csv
from labkit.cloud.engine.formats.guess_json import guess as guess_json
from labkit.cloud.engine.formats.lines import codec, head
from labkit.cloud.engine.types import UNKNOWN, VARCHAR, Type, UnknownType, parse_type

__all__ = [
    "Classifier", "Columns", "CsvClassifier", "GrokClassifier", "Inferred", "JsonClassifier",
    "classify", "merge", "similarity",
]  # fmt: skip

SAMPLE = 1 << 20
RECORDS = 1001
#: Glue's calls have a bound that some thousand columns reach; here each change of the catalog
#: writes them all, and each query reads them.
MOST_COLUMNS = 20_000
_COMPRESSION = {"": "none", "gz": "gzip", "bz2": "bzip2", "zst": "zstd"}


@dataclass(frozen=True)
class JsonClassifier:
    """A custom classifier of JSON: the path of the objects that are rows."""

    path: str = "$"


@dataclass(frozen=True)
class GrokClassifier:
    """A custom classifier of lines: what to call them and the pattern that they match."""

    classification: str
    pattern: str
    custom_patterns: str = ""


Classifier = CsvClassifier | JsonClassifier | GrokClassifier


@dataclass(frozen=True)
class Inferred:
    """A file as a catalog would describe it.

    Args:
        classification: ``csv``, ``json``, ``parquet``, ``orc``, ``avro``, a custom name or
            ``UNKNOWN``.
        columns: names and types, without partition keys.
        parameters: of the table, without counts.
        serde: the SerDe's class.
        serde_parameters: the SerDe's properties.
        input_format: the input format's class.
        output_format: the output format's class.
        record_count: rows, estimated where the file is longer than the sample.
        average_record_size: bytes a row, at least 1.
    """

    classification: str
    columns: Columns = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    serde: str = ""
    serde_parameters: Mapping[str, str] = field(default_factory=dict)
    input_format: str = ""
    output_format: str = ""
    record_count: int = 0
    average_record_size: int = 0


UNKNOWN_FILE = Inferred("UNKNOWN")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ANY_CSV = CsvClassifier()
_ANY_JSON = JsonClassifier()


def classify(file: File, classifiers: Sequence[Classifier] = ()) -> Inferred:
    """What a file holds.

    Args:
        file: its bytes; the name tells the compression.
        classifiers: custom ones, asked first and in order.

    Raises:
        FormatError: a damaged compressed file, more columns than a table has, or a custom
            classifier that is not valid.
    """
    found = _classified(file, classifiers)
    if (width := len(found.columns)) > MOST_COLUMNS:
        why = f"{file.name} has {width} columns; a table has {MOST_COLUMNS} at most"
        raise FormatError("HIVE_INVALID_METADATA", why)
    return found


def _classified(file: File, classifiers: Sequence[Classifier]) -> Inferred:
    if binary := next((found for read in _BINARY if (found := read(file))), None):
        return binary
    for size in (SAMPLE, 10 * SAMPLE):
        sample = head(file, size + 1)
        if not sample.strip() or b"\0" in sample[:4096]:
            break
        text = _Text(file, sample, size)
        if found := next(_attempts(text, classifiers), None):
            return found
        if not text.cut:
            break
    return UNKNOWN_FILE


def _attempts(text: _Text, classifiers: Sequence[Classifier]) -> Iterator[Inferred]:
    """What each classifier says that recognises the text, custom ones first."""
    custom = (_CUSTOM[type(how)](text, how) for how in classifiers)
    return filter(None, chain(custom, (read(text) for read in _BUILT_IN)))


class _Text:
    """The first lines of a text file, and what they say of the whole."""

    def __init__(self, file: File, sample: bytes, size: int) -> None:
        self.file = file
        self.cut = len(sample) > size
        self.text = sample[:size].decode("utf-8-sig", errors="replace")
        found = _LINE_END.split(self.text.removesuffix("\n"))
        self.lines = found[:-1] if self.cut and len(found) > 1 else found

    @property
    def filled(self) -> int:
        """Lines of the sample that are not blank."""
        return sum(map(bool, map(str.strip, self.lines)))

    def counts(self, records: int) -> dict[str, int]:
        """Rows of the file and bytes a row, from those of the sample."""
        seen = len(self.text.encode()) or 1
        size = max(seen // max(records, 1), 1)
        if not self.cut:
            return {"record_count": records, "average_record_size": size}
        packed = len(zlib.compress(self.text.encode(), 6)) / seen if codec(self.file.name) else 1.0
        return {"record_count": int(self.file.size / packed / size), "average_record_size": size}


def _table(
    file: File,
    form: str,
    columns: Columns,
    counts: Mapping[str, int],
    *,
    classification: str = "",
    parameters: Mapping[str, str] | None = None,
    serde_parameters: Mapping[str, str] | None = None,
) -> Inferred:
    named = classification or form
    classes = CLASSES[form]
    common = {
        "classification": named,
        "compressionType": _COMPRESSION.get(codec(file.name), codec(file.name)),
        "typeOfData": "file",
    }
    return Inferred(
        named,
        columns,
        {**common, **(parameters or {})},
        classes.serde,
        serde_parameters if serde_parameters is not None else {"serialization.format": "1"},
        classes.input,
        classes.output,
        **counts,
    )


def _parquet(file: File) -> Inferred | None:
    with Path(file.path).open("rb") as raw:
        if raw.read(4) != b"PAR1":
            return None
    end = parquet.footer(file)
    schema = arrow_parquet.read_metadata(file.path).schema.to_arrow_schema()
    kinds = (arrow_kind(field.type, nothing=UNKNOWN) for field in schema)
    columns = tuple((c.name.lower(), _named(c, k)) for c, k in zip(end.columns, kinds, strict=True))
    return _table(file, "parquet", columns, _sizes(file, end.rows))


def _named(column: parquet.Column, kind: Type) -> Type:
    """A column's type, in which the names of an ENUM, to Arrow bytes, are texts."""
    if column.logical == "enum":
        return VARCHAR
    parts = zip(column.parts, kind.types, strict=False)
    return replace(kind, args=tuple(_named(*part) for part in parts)) if column.parts else kind


def _orc(file: File) -> Inferred | None:
    with Path(file.path).open("rb") as raw:
        if raw.read(3) != b"ORC":
            return None
    end = orc.footer(file)
    columns = tuple(
        (f.name.lower(), arrow_kind(f.type)) for f in arrow_orc.ORCFile(file.path).schema
    )
    return _table(file, "orc", columns, _sizes(file, end.rows))


def _avro(file: File) -> Inferred | None:
    with Path(file.path).open("rb") as raw:
        if raw.read(4) != b"Obj\x01":
            return None
    schema = avro.writer_schema(file)
    if not isinstance(schema, dict) or schema.get("type") != "record":
        return None
    columns = tuple((str(name).lower(), kind) for name, kind in avro.kind_of(schema).fields)
    literal = json.dumps(avro.plain_schema(schema), separators=(",", ":"))
    return _table(
        file,
        "avro",
        columns,
        _sizes(file, avro.count(file)),
        parameters={"avro.schema.literal": literal},
        serde_parameters={"avro.schema.literal": literal, "serialization.format": "1"},
    )


def _sizes(file: File, rows: int) -> dict[str, int]:
    return {"record_count": rows, "average_record_size": max(file.size // max(rows, 1), 1)}


def _json(text: _Text, how: JsonClassifier = _ANY_JSON) -> Inferred | None:
    found = guess_json(text.text, how.path)
    if not found:
        return None
    columns, records = found
    parameters = {"jsonPath": how.path} if how.path != "$" else {}
    return _table(
        text.file,
        "openx-json",
        columns,
        text.counts(records),
        classification="json",
        parameters=parameters,
        serde_parameters={"paths": ",".join(sorted(name for name, _ in columns))},
    )


def _csv(text: _Text, how: CsvClassifier = _ANY_CSV) -> Inferred | None:
    found = guess_csv(text.lines[:RECORDS], how)
    if not found:
        return None
    opencsv = how.serde == "OpenCSVSerDe"
    parameters = {
        "areColumnsQuoted": str(found.quoted).lower(),
        "columnsOrdered": "true",
        "delimiter": found.delimiter,
    }
    if found.header:  # blank lines before it are lines to the SerDe
        first = next(number for number, line in enumerate(text.lines, 1) if line.strip())
        parameters["skip.header.line.count"] = str(first)
    serde = {"field.delim": found.delimiter}
    if opencsv:
        serde = {"separatorChar": found.delimiter, "quoteChar": how.quote or '"'}
    return _table(
        text.file,
        "opencsv" if opencsv else "csv",
        found.columns,
        text.counts(text.filled - found.header),
        classification="csv",
        parameters=parameters,
        serde_parameters=serde,
    )


def _grok(text: _Text, how: GrokClassifier) -> Inferred | None:
    pattern, _ = grok.compile_pattern(how.pattern, how.custom_patterns)
    sample = [line for line in text.lines[:RECORDS] if line.strip()]
    if not sample or not all(map(pattern.search, sample)):
        return None
    fields = grok.types(how.pattern, how.custom_patterns)
    serde = {"input.format": how.pattern}
    if how.custom_patterns:
        serde["input.grokCustomPatterns"] = how.custom_patterns
    return _table(
        text.file,
        "grok",
        tuple((name.lower(), _grok_kind(kind)) for name, kind in fields),
        text.counts(text.filled),
        classification=how.classification,
        parameters={"grokPattern": how.pattern},
        serde_parameters=serde,
    )


def _grok_kind(name: str) -> Type:
    """A grok cast's type: Java's names for numbers, ``string`` for all else."""
    try:
        return parse_type({"short": "smallint", "byte": "tinyint"}.get(name, name))
    except UnknownType:
        return parse_type("string")


_APACHE = GrokClassifier("combined_apache", "%{COMBINEDAPACHELOG}")
_BINARY: tuple[Callable[[File], Inferred | None], ...] = (_avro, _orc, _parquet)
_BUILT_IN: tuple[Callable[[_Text], Inferred | None], ...] = (
    _json,
    lambda text: _grok(text, _APACHE),
    _csv,
)
_CUSTOM: dict[type, Callable[[_Text, Any], Inferred | None]] = {
    CsvClassifier: _csv,
    JsonClassifier: _json,
    GrokClassifier: _grok,
}
