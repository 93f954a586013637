"""``CREATE EXTERNAL TABLE``: files that are there already get a name and columns.

Source: https://docs.aws.amazon.com/athena/latest/ug/create-table.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from labkit.cloud.athena.errors import StatementFailed, invalid, semantic
from labkit.cloud.athena.hive_types import read_type
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.storage import (
    FORMATS,
    LAZY_SIMPLE,
    Format,
    catalog_column,
    format_of,
    storage_descriptor,
    table_input,
)
from labkit.cloud.athena.statements.tables import DDL_TASK, declared_column, handler_of, place
from labkit.cloud.athena.words import RESERVED, Words
from labkit.cloud.engine import Column, QueryFailed
from labkit.cloud.lake.definitions import table_type_of

_STORED = (*(f for f in FORMATS if f != "JSON"),)


@dataclass
class CreateTable:
    """What a ``CREATE [EXTERNAL] TABLE`` statement says."""

    external: bool
    name: tuple[str, ...]
    if_not_exists: bool
    columns: list[Column] = field(default_factory=list)
    keys: list[Column] = field(default_factory=list)
    transforms: list[str] = field(default_factory=list)
    comment: str | None = None
    buckets: tuple[list[str], int] = field(default_factory=lambda: ([], -1))
    delimited: dict[str, str] = field(default_factory=dict)
    serde: str | None = None
    serde_properties: dict[str, str] = field(default_factory=dict)
    stored: Format | None = None
    location: str = ""
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def table_type(self) -> str:
        """What it is declared to be; what Spark tells of a table's provider declares nothing."""
        declared = {k: v for k, v in self.properties.items() if k.lower() == "table_type"}
        return table_type_of(declared)

    @property
    def names_alone(self) -> bool:
        """Whether it says where a table is and of which type, and nothing else."""
        said = CreateTable(self.external, self.name, self.if_not_exists)
        said.location, said.properties = self.location, self.properties
        return self == said and len(self.properties) == 1


@statement("CREATE", "EXTERNAL", "TABLE")
def create_external_table(text: str) -> Statement:
    words = Words(text)
    words.expect("CREATE", "EXTERNAL", "TABLE")
    return statement_of(_read(words, external=True))


@statement("CREATE", "OR", "REPLACE", "TABLE")
def create_or_replace_table(text: str) -> Statement:
    words = Words(text)
    words.expect("CREATE", "OR", "REPLACE")
    raise words.mismatch("'MATERIALIZED'", "'MULTI'", "'PROTECTED'", "'VIEW'")


def create_table(text: str) -> Statement:
    """A table without ``EXTERNAL``, which only other table types may be."""
    words = Words(text)
    words.expect("CREATE", "TABLE")
    return statement_of(_read(words, external=False))


def statement_of(said: CreateTable) -> Statement:
    """The statement of what was read, once Athena would let it start.

    Source: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/statements.md
    """
    if said.table_type not in ("", "ICEBERG", "DELTA"):
        raise invalid(f"Tables of type {said.table_type} cannot be read here", "NOT_SUPPORTED")
    if said.external and said.table_type == "ICEBERG":
        raise invalid(
            f"External keyword not supported for table type {said.table_type}", "MALFORMED_QUERY"
        )
    if said.table_type == "DELTA" and not said.names_alone:
        raise invalid(
            "CREATE TABLE of a Delta Lake table takes LOCATION and table_type alone",
            "NOT_SUPPORTED",
        )
    if not said.location:
        raise invalid(
            "No location was specified for table. An S3 location must be specified",
            "MALFORMED_QUERY",
        )
    if not said.external and said.table_type != "ICEBERG":
        kind = said.table_type or "HIVE"
        raise invalid(f"External keyword required for table type {kind}", "MALFORMED_QUERY")
    if not said.location.startswith(("s3://", "s3a://", "s3n://")):
        raise invalid(f"FAILED: SemanticException location is no S3 path: {said.location}")
    return Statement("DDL", "CREATE_TABLE", lambda run: _create(run, said))


def _read(words: Words, *, external: bool) -> CreateTable:
    if_not_exists = words.accept("IF", "NOT", "EXISTS")
    said = CreateTable(external, words.qualified(), if_not_exists)
    if words.peek("("):
        said.columns = words.bracketed(lambda: declared_column(words))
    clauses = {
        ("COMMENT",): lambda: setattr(said, "comment", _one_line(words.string())),
        ("PARTITIONED", "BY"): lambda: _partitioned(words, said),
        ("CLUSTERED", "BY"): lambda: _clustered(words, said),
        ("ROW", "FORMAT", "DELIMITED"): lambda: _delimited(words, said),
        ("ROW", "FORMAT", "SERDE"): lambda: setattr(said, "serde", words.string()),
        ("WITH", "SERDEPROPERTIES"): lambda: said.serde_properties.update(words.properties()),
        ("STORED", "AS"): lambda: _stored(words, said),
        ("LOCATION",): lambda: setattr(said, "location", words.string()),
        ("TBLPROPERTIES",): lambda: said.properties.update(words.properties()),
    }
    while clause := next((c for c in clauses if words.accept(*c)), None):
        clauses.pop(clause)()
    words.end()
    return said


def _partitioned(words: Words, said: CreateTable) -> None:
    """Columns of a Hive table; of an Iceberg table names or transforms of its columns.

    awswrangler names the columns of an Iceberg table's partitions without backticks, a column
    ``partition`` too: https://github.com/aws/aws-sdk-pandas/blob/main/tests/unit/test_athena_iceberg.py
    """
    words.expect("(")
    while True:
        start = words.word.start
        name = words.name(RESERVED if said.external else frozenset())
        if words.peek(",") or words.peek(")") or words.peek("("):
            _transform(words)
            said.transforms.append(words.text[start : words.word.start].strip())
        else:
            comment = None
            kind = read_type(words)
            if words.accept("COMMENT"):
                comment = words.string()
            said.keys.append(Column(name, kind, comment))
        if not words.accept(","):
            break
    words.expect(")")


def _transform(words: Words) -> None:
    if words.accept("("):
        while not words.accept(")"):
            if words.word.kind == "end":
                raise words.mismatch("')'")
            words.take()


def _clustered(words: Words, said: CreateTable) -> None:
    columns = words.bracketed(words.name)
    words.expect("INTO")
    count = words.literal()
    words.expect("BUCKETS")
    said.buckets = (columns, int(count))


_DELIMITERS = {
    ("FIELDS", "TERMINATED", "BY"): "field.delim",
    ("ESCAPED", "BY"): "escape.delim",
    ("COLLECTION", "ITEMS", "TERMINATED", "BY"): "collection.delim",
    ("MAP", "KEYS", "TERMINATED", "BY"): "mapkey.delim",
    ("LINES", "TERMINATED", "BY"): "line.delim",
    ("NULL", "DEFINED", "AS"): "serialization.null.format",
}


def _delimited(words: Words, said: CreateTable) -> None:
    while clause := next((c for c in _DELIMITERS if words.accept(*c)), None):
        said.delimited[_DELIMITERS[clause]] = words.string()
    said.serde = LAZY_SIMPLE


def _stored(words: Words, said: CreateTable) -> None:
    if words.accept("INPUTFORMAT"):
        read = words.string()
        words.expect("OUTPUTFORMAT")
        said.stored = Format(said.serde or LAZY_SIMPLE, read, words.string())
        return
    name = words.word.text.upper()
    if name not in _STORED:
        raise words.mismatch(*(f"'{f}'" for f in _STORED))
    words.take()
    said.stored = FORMATS[name]


def _format(said: CreateTable) -> Format:
    kept = said.stored or format_of(said.serde or LAZY_SIMPLE)
    serde = said.serde or kept.serde
    properties = said.delimited | said.serde_properties
    default = {"serialization.format": said.delimited.get("field.delim", "1")}
    return replace(kept, serde=serde, parameters=default | properties)


def _create(run: Run, said: CreateTable) -> Result:
    handler = handler_of(said.table_type, "CREATE TABLE")
    if handler is not None:
        if _is_there(run, said):
            return run.text_result((), ())
        _check_columns(said)
        return handler(run, said, run.text)
    with run.cloud.lock("glue"):
        if not _is_there(run, said):
            _create_hive(run, said)
    return run.text_result((), ())


def _is_there(run: Run, said: CreateTable) -> bool:
    database, name = place(run, said.name)
    if run.metastore.table(database, name) is None:
        return False
    if said.if_not_exists:
        return True
    raise StatementFailed(f"{DDL_TASK} AlreadyExistsException(message:Table {name} already exist)")


def _create_hive(run: Run, said: CreateTable) -> None:
    _check_columns(said)
    if said.transforms:
        raise QueryFailed("SYNTAX_ERROR", f"Partition column without a type: {said.transforms[0]}")
    database, name = place(run, said.name)
    columns = [catalog_column(c) for c in said.columns]
    folder = _path(said.location)
    storage = storage_descriptor(columns, folder, _format(said), buckets=said.buckets)
    comment = {"comment": said.comment} if said.comment else {}
    keys = [catalog_column(c) for c in said.keys]
    definition = table_input(name, storage, keys, said.properties | comment)
    run.metastore.create_table(database, definition)


def _path(location: str) -> str:
    """A location as Hive's paths are written: without a slash at the end."""
    _, _, key = location.partition("://")[2].partition("/")
    return location.rstrip("/") if key.strip("/") else location


def _one_line(comment: str) -> str:
    """Runs of white space in a table's comment are one blank in the catalog; single ones stay."""
    return re.sub(r"\s{2,}", " ", comment)


def _check_columns(said: CreateTable) -> None:
    names, keys = [c.name for c in said.columns], [c.name for c in said.keys]
    if set(names) & set(keys):
        raise semantic("Column repeated in partitioning columns")
    repeated = next((n for own in (names, keys) for n in own if own.count(n) > 1), None)
    if repeated:
        raise semantic("Duplicate column name:", repeated)
