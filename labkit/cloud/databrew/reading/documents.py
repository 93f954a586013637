"""JSON files of a data set: lines of objects, or documents over several lines.

The types are told from all objects; a field that is now this and now that is text, as dates are.
Source: https://docs.aws.amazon.com/databrew/latest/dg/API_JsonOptions.html
"""

from __future__ import annotations

import re

from labkit.cloud.databrew.reading.source import Read, Reading, Unreadable
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.engine.formats.lines import NATIVE, codec
from labkit.cloud.engine.formats.model import File, literal, paths
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.rows import first_row
from labkit.cloud.engine.types import DATE, DOUBLE, TIMESTAMP, VARCHAR, Type

_LONGEST = 1 << 27
#: Every object is looked at; dates are text in the end, and to look for them in long texts is slow.
_LOOKED = (
    "sample_size=-1, map_inference_threshold=-1, union_by_name=true, "
    "dateformat='%Y', timestampformat='%Y'"
)
_TEXTS = ("json", "uuid", "time", DATE.base, TIMESTAMP.base)
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
        _KNOWN[state] = tuple(_exact(reading, column, source) for column in known)
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


def _exact(reading: Reading, column: Column, source: str) -> Column:
    """A column with decimals where its whole numbers are too long for DuckDB, which has doubles."""
    texts = f"{{{literal(column.name)}: {literal(_with_texts(column.type).duckdb)}}}"
    values = f"SELECT {column.sql} AS v FROM read_json({source}, columns={texts})"
    return Column(column.name, _settled(reading, column.type, values))


def _settled(reading: Reading, kind: Type, values: str) -> Type:
    """A type with decimals for doubles that are whole numbers of up to 38 digits, as for Spark.

    Args:
        values: a SELECT of ``v``, with texts for doubles.
    """
    if kind == DOUBLE:
        other = "regexp_matches(v, '[.eE]') OR length(ltrim(v, '-')) > 38"
        found = reading.con.execute(f"SELECT 1 FROM ({values}) WHERE {other} LIMIT 1").fetchone()
        return DOUBLE if found else Type("decimal", (38, 0))
    parts = [
        _settled(reading, part, f"SELECT {sql} AS v FROM ({values})") for part, sql in _parts(kind)
    ]
    return Type(kind.base, tuple(parts), kind.names) if parts else kind


def _parts(kind: Type) -> list[tuple[Type, str]]:
    """The types within a type, and SQL of their values in one ``v``."""
    match kind.base:
        case "array":
            return [(kind.element, "unnest(v)")]
        case "map":
            keys, values = kind.types
            return [(keys, "unnest(map_keys(v))"), (values, "unnest(map_values(v))")]
        case "row":
            return [
                (part, f"struct_extract(v, {literal(name or '')})") for name, part in kind.fields
            ]
    return []


def _with_texts(kind: Type) -> Type:
    """A type with texts for doubles."""
    if kind == DOUBLE:
        return VARCHAR
    args = tuple(_with_texts(arg) if isinstance(arg, Type) else arg for arg in kind.args)
    return Type(kind.base, args, kind.names)


def _kind(kind: Type) -> Type:
    """The type as DataBrew has it: no dates, and text for what is mixed."""
    if kind.base in _TEXTS:
        return VARCHAR
    args = tuple(_kind(arg) if isinstance(arg, Type) else arg for arg in kind.args)
    return Type(kind.base, args, kind.names)
