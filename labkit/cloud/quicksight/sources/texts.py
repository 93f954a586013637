"""Text files as SQL: separated fields, web servers' logs, and JSON; every value is text.

Source: https://docs.aws.amazon.com/quicksight/latest/user/supported-data-sources.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from labkit.cloud.databrew.reading.source import unique
from labkit.cloud.engine.formats.lines import NATIVE, codec, head, is_line_longer
from labkit.cloud.engine.formats.model import File, literal, paths
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.types import VARCHAR
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.quicksight.sources.manifests import Settings
from labkit.cloud.quicksight.spice.model import FAULT, Column, Relation

Members = Mapping[str, Any]
_EXTRA = "#extra"
_READ_BYTES = 1 << 25
_HEAD = 1 << 20
_CLF = (
    r"^(\S+) (\S+) (\S+) \[([^\]]*)\] \"((?:[^\"\\]|\\.)*)\" (\S+) (\S+)"
    r"(?: \"((?:[^\"\\]|\\.)*)\" \"((?:[^\"\\]|\\.)*)\")?.*$"
)
_CLF_NAMES = (
    "host", "identity", "user", "time", "request", "status", "bytes", "referrer", "user_agent",
)  # fmt: skip


def _delimited(settings: Settings, files: list[File], columns: Sequence[Members]) -> Relation:
    """Files of separated fields; all have the columns of the first."""
    _check_lines(files)
    names = _header(settings, files[0], columns)
    selects = [_csv(settings, names, group) for group in by_codec(files)]
    extra = quoted_name(_EXTRA)
    noted = (
        f"CASE WHEN {extra} IS NOT NULL THEN 'INCORRECT_FIELD_COUNT:' END AS {quoted_name(FAULT)}"
    )
    shown = [f"nullif({quoted_name(name)}, '') AS {quoted_name(name)}" for name in names]
    sql = f"SELECT {', '.join([*shown, noted])} FROM ({' UNION ALL '.join(selects)})"
    return Relation(sql, tuple(Column(name, VARCHAR) for name in names), faults=True)


def _csv(settings: Settings, names: Sequence[str], files: list[File]) -> str:
    kinds = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in (*names, _EXTRA))
    skipped = settings.first_row - 1
    return (
        f"SELECT * FROM read_csv({paths(files)}, columns={{{kinds}}}, auto_detect=false, "
        f"header={settings.header}, delim={literal(settings.delimiter)}, skip={skipped}, "
        f"quote={literal(settings.qualifier)}, escape={literal(settings.qualifier)}, "
        f"compression='{NATIVE[codec(files[0].name)]}', null_padding=true, strict_mode=false, "
        f"max_line_size=16777216, buffer_size={_READ_BYTES}, parallel=false)"
    )


def _header(settings: Settings, file: File, columns: Sequence[Members]) -> tuple[str, ...]:
    """The names of the fields: those of the header, or of the input's columns in order."""
    text = head(file, _HEAD).decode("utf-8-sig", errors="replace")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=settings.delimiter,
                       quotechar=settings.qualifier)  # fmt: skip
    rows = [row for _, row in zip(range(settings.first_row), lines, strict=False)]
    if len(rows) < settings.first_row:
        raise SourceError("CUSTOMER_ERROR", f"There are no rows in {file.name}.")
    width = len(rows[-1])
    found = unique(rows[-1] if settings.header else [])
    named = [each["Name"] for each in columns]
    if {name.lower() for name in named} <= {name.lower() for name in found}:
        return tuple(found)
    if len(named) > width:
        why = f"{file.name} has {width} fields a row, {len(named)} columns are named."
        raise SourceError("SQL_SCHEMA_MISMATCH_ERROR", why)
    return tuple(unique([*named, *[""] * (width - len(named))]))


def by_codec(files: list[File]) -> Iterable[list[File]]:
    groups: dict[str, list[File]] = {}
    for file in files:
        groups.setdefault(codec(file.name), []).append(file)
    return groups.values()


def _raw(files: list[File]) -> str:
    """The lines of files as a column ``line``."""
    _check_lines(files)
    selects = [
        f"SELECT line FROM read_csv({paths(group)}, columns={{'line': 'VARCHAR'}}, "
        "auto_detect=false, header=false, delim='\\0', quote='', escape='', "
        f"compression='{NATIVE[codec(group[0].name)]}', max_line_size=16777216, "
        f"buffer_size={_READ_BYTES})"
        for group in by_codec(files)
    ]
    return f"SELECT line FROM ({' UNION ALL '.join(selects)}) WHERE line IS NOT NULL"


def _check_lines(files: list[File]) -> None:
    """Refuse lines that are longer than what is read at once.

    DuckDB reads one to its end before it says so; a last one it would lose.
    """
    for file in files:
        if is_line_longer(file, _READ_BYTES):
            why = f"A line of {file.name} is longer than {_READ_BYTES} bytes."
            raise SourceError("CUSTOMER_ERROR", why)


def _common_log(_: Settings, files: list[File], columns: Sequence[Members]) -> Relation:
    """The common log format of web servers, and the combined one."""
    names = _named(columns, _CLF_NAMES)
    parts = ", ".join(
        f"nullif(nullif(regexp_extract(line, {literal(_CLF)}, {at}), ''), '-') "
        f"AS {quoted_name(name)}"
        for at, name in enumerate(names, start=1)
    )
    noted = (
        f"CASE WHEN NOT regexp_matches(line, {literal(_CLF)}) THEN 'INCORRECT_FIELD_COUNT:' END "
        f"AS {quoted_name(FAULT)}"
    )
    sql = f"SELECT {parts}, {noted} FROM ({_raw(files)})"
    return Relation(sql, tuple(Column(name, VARCHAR) for name in names), faults=True)


def _extended_log(_: Settings, files: list[File], columns: Sequence[Members]) -> Relation:
    """The W3C's extended log format, whose ``#Fields`` names what its lines have."""
    fields = _fields(files[0])
    names = _named(columns, fields)
    split = "regexp_split_to_array(trim(line), '\\s+')"
    parts = ", ".join(
        f"nullif(words[{at}], '-') AS {quoted_name(name)}" for at, name in enumerate(names, start=1)
    )
    noted = (
        f"CASE WHEN len(words) <> {len(fields)} THEN 'INCORRECT_FIELD_COUNT:' END "
        f"AS {quoted_name(FAULT)}"
    )
    lines = f"SELECT {split} AS words FROM ({_raw(files)}) WHERE NOT starts_with(line, '#')"
    sql = f"SELECT {parts}, {noted} FROM ({lines})"
    return Relation(sql, tuple(Column(name, VARCHAR) for name in names), faults=True)


def _fields(file: File) -> tuple[str, ...]:
    for line in head(file, _HEAD).decode("utf-8-sig", errors="replace").splitlines():
        if line.lower().startswith("#fields:"):
            return tuple(unique(line.partition(":")[2].split()))
    raise SourceError("CUSTOMER_ERROR", f"{file.name} has no line of #Fields.")


def _named(columns: Sequence[Members], known: Sequence[str]) -> tuple[str, ...]:
    """The format's own names where the input has them, else the input's in order."""
    given = [each["Name"] for each in columns]
    if {name.lower() for name in given} <= {name.lower() for name in known}:
        return tuple(known)
    if len(given) > len(known):
        why = f"The format has {len(known)} fields, {len(given)} columns are named."
        raise SourceError("SQL_SCHEMA_MISMATCH_ERROR", why)
    return tuple(unique([*given, *known[len(given) :]]))


LINES: dict[str, Callable[[Settings, list[File], Sequence[Members]], Relation]] = {
    "CSV": _delimited,
    "TSV": _delimited,
    "CLF": _common_log,
    "ELF": _extended_log,
}


def documents(files: list[File], columns: Sequence[Members]) -> Relation:
    """JSON: objects by line or in a list; ``a.b`` is a field of a field."""
    parts = ", ".join(f"{_path(each['Name'])} AS {quoted_name(each['Name'])}" for each in columns)
    selects = [
        f"SELECT json FROM read_json_objects({paths(group)}, format='auto', "
        f"compression='{NATIVE[codec(group[0].name)]}', maximum_object_size={1 << 27})"
        for group in by_codec(files)
    ]
    sql = f"SELECT {parts} FROM ({' UNION ALL '.join(selects)})"
    return Relation(sql, tuple(Column(each["Name"], VARCHAR) for each in columns))


def _path(name: str) -> str:
    whole = f"json_extract_string(json, {literal(_step([name]))})"
    if "." not in name:
        return whole
    return f"coalesce({whole}, json_extract_string(json, {literal(_step(name.split('.')))}))"


def _step(names: Sequence[str]) -> str:
    return "$" + "".join('."' + name.replace('"', '\\"') + '"' for name in names)
