"""``DESCRIBE``: a table's columns in Hive's padded lines.

Source: https://docs.aws.amazon.com/athena/latest/ug/describe-table.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from labkit.cloud.athena.errors import StatementFailed, semantic
from labkit.cloud.athena.run import Run
from labkit.cloud.athena.statement import Result, Statement, statement
from labkit.cloud.athena.statements.lookup import looked_up, quoted_name
from labkit.cloud.athena.statements.show import utility
from labkit.cloud.athena.statements.tables import (
    DDL_TASK,
    handler_of,
    key_names,
    need_shown,
    table_type_of,
)
from labkit.cloud.athena.words import Words
from labkit.cloud.engine.types import Type, parse_type
from labkit.cloud.lake.definitions import parameters_of
from labkit.cloud.lake.metastore import Definition

COLUMNS = ("col_name", "data_type", "comment")
_EMPTY = "\t \t "


@statement("DESCRIBE")
@statement("DESC")
def describe(text: str) -> Statement:
    words = Words(text, double=True)
    verb = words.take()
    detailed = words.accept("FORMATTED") or words.accept("EXTENDED")
    words.accept("VIEW")
    if words.accept("TABLE"):
        words.qualified()
        words.end()
        return utility("DESCRIBE_TABLE", _no_table)
    name = words.word
    parts = words.qualified()
    quoted = quoted_name(words, name, verb)
    spec = _partition_spec(words)
    column = words.name() if words.word.kind in ("word", "backquoted") else None
    path = []
    while column is not None and words.accept("."):
        path.append(words.string() if words.is_string() else words.name())
    words.end()
    if column is not None and path:
        inner = (column, *path)
        said = utility("DESCRIBE_TABLE", lambda run: _describe_inside(run, parts, inner))
    else:
        said = utility("DESCRIBE_TABLE", lambda run: _describe(run, parts, detailed, spec, column))
    return looked_up(said, parts, quoted)


def _no_table(run: Run) -> Result:
    """``DESCRIBE TABLE t`` asks for a table called ``table``, as AWS's page warns."""
    raise semantic("Table not found", "table")


def _partition_spec(words: Words) -> dict[str, str] | None:
    if not words.accept("PARTITION"):
        return None

    def equation() -> tuple[str, str]:
        name = words.name()
        words.expect("=")
        return name, words.literal()

    return dict(words.bracketed(equation))


def _describe(
    run: Run,
    parts: tuple[str, ...],
    detailed: bool,
    spec: dict[str, str] | None,
    column: str | None,
) -> Result:
    table = need_shown(run, parts)
    handler = handler_of(table_type_of(table), "DESCRIBE")
    if handler is not None and column is None:
        return handler(run, table, spec)
    part = None if spec is None else _partition(run, table, spec)
    if column is not None:
        lines = list(_lines(_column(table, column)))
        return run.text_result(COLUMNS, lines, hive=True)
    storage = (table if part is None else part).get("StorageDescriptor") or {}
    keys = table.get("PartitionKeys") or ()
    lines = [line for c in (*(storage.get("Columns") or ()), *keys) for line in _lines(c)]
    if keys:
        lines += [_EMPTY, "# Partition Information\t \t ", _heading(), _EMPTY]
        lines += [line for key in keys for line in _lines(key)]
    if detailed:
        lines += [_EMPTY, *(_table_facts(table) if part is None else _partition_facts(table, part))]
        lines += [_EMPTY, *_storage_facts(storage)]
    return run.text_result(COLUMNS, lines, hive=True)


def _describe_inside(run: Run, parts: tuple[str, ...], path: tuple[str, ...]) -> Result:
    """What lies within a column: a struct's fields, or the one value that it is.

    Source: ``getFieldsFromDeserializer`` of Hive's ``ql.metadata.HiveUtils``
    """
    table = need_shown(run, parts)
    columns = (*table["StorageDescriptor"]["Columns"], *(table.get("PartitionKeys") or ()))
    known = {c["Name"].lower(): c.get("Type") or "string" for c in columns}
    if path[0] not in known:
        raise StatementFailed(f"{DDL_TASK} Invalid Field {path[0]}")
    kind = parse_type(known[path[0]])
    for name in path[1:]:
        kind = _inside(kind, name)
    shown = kind.fields if kind.base == "row" else ((path[-1], kind),)
    comment = "from deserializer"
    inside = ({"Name": name, "Type": t.hive, "Comment": comment} for name, t in shown)
    lines = [line for column in inside for line in _lines(column)]
    return run.text_result(COLUMNS, lines, hive=True)


def _inside(kind: Type, name: str) -> Type:
    """A struct's field, or ``$elem$``, ``$key$`` and ``$value$``."""
    if kind.base == "row":
        fields = {str(field).lower(): inner for field, inner in kind.fields}
        if name.lower() not in fields:
            raise StatementFailed(f"{DDL_TASK} Invalid Field {name}")
        return fields[name.lower()]
    at = _INSIDE.get(kind.base, ())
    if name.lower() not in at:
        raise StatementFailed(f"{DDL_TASK} Unknown type for {name}")
    return kind.types[at.index(name.lower())]


_INSIDE = {"array": ("$elem$",), "map": ("$key$", "$value$")}


def _column(table: Definition, name: str) -> Definition:
    column: Definition
    for column in (*table["StorageDescriptor"]["Columns"], *(table.get("PartitionKeys") or ())):
        if column["Name"].lower() == name:
            return column
    raise semantic("Invalid column reference", name)


def _partition(run: Run, table: Definition, spec: dict[str, str]) -> Definition:
    run.metastore.check_partitions(table["DatabaseName"], table["Name"])
    wanted = [spec.get(name) for name in key_names(table)]
    for stored in run.metastore.partitions(table["DatabaseName"], table["Name"]):
        if stored["Values"] == wanted:
            return stored
    told = ", ".join(f"{name}={value}" for name, value in spec.items())
    raise semantic("Partition not found", f"{{{told}}}")


def _lines(column: Definition) -> Iterator[str]:
    """A column; further lines of its comment stand below the first: Hive's MetaDataFormatUtils.

    What stands behind a tab of the comment is left out, as measured on AWS:
    https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/result-files.md
    """
    before = [column["Name"].ljust(20), (column.get("Type") or "string").ljust(20)]
    first, *rest = re.split("[\r\n]", column.get("Comment") or "")
    yield "\t".join((*before, first.ljust(20).partition("\t")[0]))
    yield from ("\t".join((*(" " * len(text) for text in before), line)) for line in rest)


def _heading() -> str:
    return "# " + "\t".join(name.ljust(20) for name in COLUMNS)


def _table_facts(table: Definition) -> Iterable[str]:
    yield "# Detailed Table Information\t \t "
    yield from _facts(
        {
            "Database:": table["DatabaseName"],
            "Owner:": table.get("Owner", ""),
            "CreateTime:": _time(table.get("CreateTime")),
            "LastAccessTime:": _time(table.get("LastAccessTime")),
            "Protect Mode:": "None",
            "Retention:": table.get("Retention", 0),
            "Location:": table["StorageDescriptor"].get("Location", ""),
            "Table Type:": table.get("TableType", ""),
        }
    )
    yield from _parameters("Table Parameters:", parameters_of(table))


def _partition_facts(table: Definition, part: Definition) -> Iterable[str]:
    """Source: ``getPartitionMetaDataInformation`` of Hive's ``MetaDataFormatUtils``."""
    yield "# Detailed Partition Information\t \t "
    yield from _facts(
        {
            "Partition Value:": f"[{', '.join(part['Values'])}]",
            "Database:": table["DatabaseName"],
            "Table:": table["Name"],
            "CreateTime:": _time(part.get("CreationTime")),
            "LastAccessTime:": _time(part.get("LastAccessTime")),
            "Protect Mode:": "None",
            "Location:": (part.get("StorageDescriptor") or {}).get("Location", ""),
        }
    )
    yield from _parameters("Partition Parameters:", parameters_of(part))


def _storage_facts(storage: Definition) -> Iterable[str]:
    serde = storage.get("SerdeInfo") or {}
    sorts = storage.get("SortColumns") or ()
    order = (f"Order(col:{s['Column']}, order:{s['SortOrder']})" for s in sorts)
    yield "# Storage Information\t \t "
    yield from _facts(
        {
            "SerDe Library:": serde.get("SerializationLibrary") or "",
            "InputFormat:": storage.get("InputFormat") or "",
            "OutputFormat:": storage.get("OutputFormat") or "",
            "Compressed:": "Yes" if storage.get("Compressed") else "No",
            "Num Buckets:": storage.get("NumberOfBuckets", -1),
            "Bucket Columns:": f"[{', '.join(storage.get('BucketColumns') or ())}]",
            "Sort Columns:": f"[{', '.join(order)}]",
        }
    )
    yield from _parameters("Storage Desc Params:", parameters_of(serde))


def _facts(facts: dict[str, Any]) -> Iterable[str]:
    return (f"{name.ljust(20)}\t{str(value).ljust(20)}\t " for name, value in facts.items())


def _parameters(title: str, parameters: dict[str, str]) -> Iterable[str]:
    if parameters:
        yield f"{title}\t \t "
    for name, value in sorted(parameters.items()):
        yield f"\t{name.ljust(20)}\t{value.ljust(20)}"


def _time(moment: datetime | None) -> str:
    return f"{moment:%a %b %d %H:%M:%S UTC %Y}" if moment else "UNKNOWN"
