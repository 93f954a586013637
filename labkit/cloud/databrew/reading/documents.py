"""JSON files of a data set: lines of objects, or documents over several lines.

The types are told from all objects; a field that is now this and now that is text, as dates are.
Source: https://docs.aws.amazon.com/databrew/latest/dg/API_JsonOptions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import repeat

from labkit.cloud.databrew.reading.source import Read, Reading, Unreadable
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.engine.formats.lines import NATIVE, codec, open_bytes
from labkit.cloud.engine.formats.model import File, literal, paths
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.rows import first_row
from labkit.cloud.engine.types import BIGINT, DATE, DOUBLE, TIMESTAMP, VARCHAR, Type

_LONGEST = 1 << 27
#: Every object is looked at; dates are text in the end, and to look for them in long texts is slow.
_LOOKED = (
    "sample_size=-1, map_inference_threshold=-1, union_by_name=true, "
    "dateformat='%Y', timestampformat='%Y'"
)
_DECIMAL = Type("decimal", (38, 0))
_TEXTS = ("json", "uuid", "time", DATE.base, TIMESTAMP.base)
#: Digits as zeros, and as many of them as 2^63 has.
_ZEROS, _LONG = bytes.maketrans(b"123456789", b"000000000"), b"0" * 19
_KNOWN: dict[tuple[str, ...], tuple[Column, ...]] = {}


def read_json(reading: Reading) -> Read:
    """JSON files as SQL, their columns those of all objects."""
    files = [reading.plain(file) for file in reading.files]
    packed = {NATIVE[codec(file.name)] for file in files}
    if len(packed) > 1:
        raise Unreadable("The files of a folder must have the same extension.")
    options = f"format='auto', compression='{packed.pop()}', maximum_object_size={_LONGEST}"
    columns = _columns(reading, files, options)
    typed = ", ".join(f"{literal(c.name)}: {literal(c.type.duckdb)}" for c in columns)
    source = f"read_json({paths(files)}, columns={{{typed}}}, {options})"
    shown = ", ".join(quoted_name(column.name) for column in columns)
    return f"SELECT {shown}{reading.added_sql(files)} FROM {source}", columns


def _columns(reading: Reading, files: list[File], options: str) -> tuple[Column, ...]:
    """The columns of the files, looked for once for each state of them."""
    state = tuple(each.object.path for each in reading.found)
    if state not in _KNOWN:
        found = reading.described(f"FROM read_json({paths(files)}, {_LOOKED}, {options})")
        names, source = [column.name for column, _ in found], f"{paths(files)}, {options}"
        _check_names(reading, names, source)
        # where there is nothing, or more than objects, DuckDB calls the whole "json"
        if names == ["json"] and not _is_field(reading, "json", source):
            why = "not all that is there is objects, or none of them has a field"
            raise Unreadable(f"There are no columns in {reading.files[0].name}: {why}.")
        known = tuple(Column(column.name, _kind(column.type)) for column, _ in found)
        _KNOWN[state] = _exact(reading, files, known, source)
    return _KNOWN[state]


def _check_names(reading: Reading, names: list[str], source: str) -> None:
    """Refuse names that differ in case alone, as Spark does: DuckDB calls the second ``A_1``."""
    others = {name.lower(): name for name in names}
    for name in names:
        renamed = re.fullmatch(r"(.+)_\d+", name)
        twin = others.get(renamed[1].lower()) if renamed else None
        if renamed is None or twin in (None, renamed[1]):
            continue
        if not _is_field(reading, name, source):
            raise Unreadable(f"Found duplicate column(s) in the data: '{twin}', '{renamed[1]}'.")


def _is_field(reading: Reading, name: str, source: str) -> bool:
    """Whether any object has a field of this name."""
    having = f"list_contains(json_keys(json), {literal(name)})"
    sql = f"SELECT count(*) FROM read_json_objects({source}) WHERE {having}"
    return bool(first_row(reading.con, sql)[0])


def _exact(
    reading: Reading, files: list[File], columns: tuple[Column, ...], source: str
) -> tuple[Column, ...]:
    """Columns with decimals for whole numbers that are too long for DuckDB, which has doubles.

    Those of both signs are decimals for DuckDB, however short they are.
    """
    tests = {each.name: list(_others(each.type, each.sql)) for each in columns}
    asked = [f"bool_or({test})" for each in tests.values() for test in each]
    if not asked or not any(map(_has_long_number, files)):
        return tuple(Column(each.name, _settled(each.type, repeat(None))) for each in columns)
    texts = ", ".join(
        f"{literal(each.name)}: {literal(_with_texts(each.type).duckdb)}"
        for each in columns
        if tests[each.name]
    )
    sql = f"SELECT {', '.join(asked)} FROM read_json({source}, columns={{{texts}}})"
    found = iter(first_row(reading.con, sql))
    return tuple(Column(each.name, _settled(each.type, found)) for each in columns)


def _has_long_number(file: File) -> bool:
    """Whether there are as many digits on end as no long number has."""
    with open_bytes(file) as data:
        end = b""
        while chunk := data.read(1 << 22):
            zeros = end + chunk.translate(_ZEROS)
            if _LONG in zeros:
                return True
            end = zeros[-len(_LONG) :]
    return False


def _others(kind: Type, value: str, depth: int = 0) -> Iterator[str]:
    """For each number of a type that is in doubt: SQL of whether it is as DuckDB has it.

    A double is where it is no whole number of 38 digits, a decimal where no long holds it.

    Args:
        value: SQL of a value with texts for those numbers.
    """
    if kind == DOUBLE:
        yield f"regexp_matches({value}, '[.eE]') OR length(ltrim({value}, '-')) > 38"
    if kind == _DECIMAL:
        yield f"{value} IS NOT NULL AND TRY_CAST({value} AS BIGINT) IS NULL"
    for part, values, many in _parts(kind, value):
        if not many:
            yield from _others(part, values, depth)
            continue
        for test in _others(part, f"v{depth}", depth + 1):
            yield f"list_bool_or(list_transform({values}, lambda v{depth}: {test}))"


def _parts(kind: Type, value: str) -> list[tuple[Type, str, bool]]:
    """The types within a type, SQL of their values, and whether those are a list."""
    match kind.base:
        case "array":
            return [(kind.element, value, True)]
        case "map":
            keys, values = kind.types
            return [(keys, f"map_keys({value})", True), (values, f"map_values({value})", True)]
        case "row":
            return [
                (part, f"struct_extract({value}, {literal(name or '')})", False)
                for name, part in kind.fields
            ]
    return []


def _settled(kind: Type, others: Iterator[bool | None]) -> Type:
    """A type with decimals for its whole numbers that are no longs alone, as for Spark."""
    if kind == DOUBLE:
        return _DECIMAL if next(others) is False else DOUBLE
    if kind == _DECIMAL:
        return _DECIMAL if next(others) else BIGINT
    args = tuple(_settled(arg, others) if isinstance(arg, Type) else arg for arg in kind.args)
    return Type(kind.base, args, kind.names)


def _with_texts(kind: Type) -> Type:
    """A type with texts for numbers that are in doubt."""
    if kind in (DOUBLE, _DECIMAL):
        return VARCHAR
    args = tuple(_with_texts(arg) if isinstance(arg, Type) else arg for arg in kind.args)
    return Type(kind.base, args, kind.names)


def _kind(kind: Type) -> Type:
    """The type as DataBrew has it: no dates, and text for what is mixed."""
    if kind.base in _TEXTS:
        return VARCHAR
    args = tuple(_kind(arg) if isinstance(arg, Type) else arg for arg in kind.args)
    return Type(kind.base, args, kind.names)
