"""A query's rows as the lines of UNLOAD's text files: what DuckDB's COPY is told to write.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from labkit.cloud.engine.formats.writers import nullable
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.errors import RedshiftError, raising
from labkit.cloud.engine.redshift.scope import Field
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.copying.fields import widths
from labkit.cloud.redshift.copying.unload_options import UnloadOptions

_PLAIN = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', NULLSTR '', DELIMITER '\x01'"
NATIVE = {"": "none", "gz": "gzip", "zst": "zstd"}


def copy_of(sql: str, fields: Sequence[Field], options: UnloadOptions) -> tuple[str, str]:
    """A query whose columns are what the files hold, and the options of DuckDB's COPY for it.

    Args:
        sql: gives the columns c0, c1, ...
        fields: those that the files hold, ``sql`` of each its column.
    """
    if options.format == "parquet":
        listed = ", ".join(f"{f.sql} AS {quoted_name(f.name)}" for f in fields)
        rows = nullable(f"SELECT {listed} FROM ({sql})", len(fields))
        return rows, "FORMAT parquet, COMPRESSION snappy"
    packed = f", COMPRESSION {NATIVE.get(options.compression, 'none')}"
    if options.format == "json":
        members = " || ',' || ".join(_member(field) for field in fields)
        return f"SELECT '{{' || {members} || '}}' FROM ({sql})", _PLAIN + packed
    if options.format == "csv":
        return _csv(sql, fields, options, packed)
    if options.format == "fixed":
        return f"SELECT {_fixed(fields, options)} FROM ({sql})", _PLAIN + packed
    mark = quoted_text(options.separator)
    line = f" || {mark} || ".join(_delimited(field, options) for field in fields)
    head = options.separator.join(field.name for field in fields)
    return f"SELECT {line} AS {quoted_name(head)} FROM ({sql})", _headed(options) + packed


def _headed(options: UnloadOptions) -> str:
    return _PLAIN.replace("HEADER false", f"HEADER {str(options.header).lower()}")


def _csv(sql: str, fields: Sequence[Field], options: UnloadOptions, packed: str) -> tuple[str, str]:
    listed = ", ".join(f"{as_text(f.sql, f.type)} AS {quoted_name(f.name)}" for f in fields)
    null = quoted_text(options.null_as or "")
    how = (
        f"FORMAT csv, HEADER {str(options.header).lower()}, QUOTE '\"', ESCAPE '\"', "
        f"DELIMITER {quoted_text(options.separator)}, NULLSTR {null}"
    )
    return f"SELECT {listed} FROM ({sql})", how + packed


def as_text(sql: str, kind: Type) -> str:
    """SQL of a value's text as Redshift writes it into files; SUPER is JSON also where it is NULL.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/unload-super-csv.html
    """
    match kind.base:
        case "bool":
            return f"CASE WHEN {sql} THEN 't' WHEN NOT {sql} THEN 'f' END"
        case "float4" | "float8":
            return f"rs_float_text({sql})"
        case "bpchar":
            return f"rpad({sql}, {kind.size}, ' ')" if kind.size else sql
        case "varbyte":
            return f"lower(hex({sql}))"
        case "geometry":
            return f"rs_st_asewkb_geometry({sql})"
        case "super":
            return f"coalesce({sql}, 'null')"
        case "varchar" | "name":
            return sql
    return f"CAST({sql} AS VARCHAR)"


def _delimited(field: Field, options: UnloadOptions) -> str:
    text = as_text(field.sql, field.type)
    if options.escape:
        for mark in ("\\", "\n", "\r", options.separator, '"', "'"):
            text = f"replace({text}, {quoted_text(mark)}, {quoted_text(chr(92) + mark)})"
    if options.add_quotes:
        inner = text if options.escape else f"replace({text}, '\"', '\"\"')"
        text = f"'\"' || {inner} || '\"'"
    return f"coalesce({text}, {quoted_text(options.null_as or '')})"


def _fixed(fields: Sequence[Field], options: UnloadOptions) -> str:
    sizes = widths(options.widths)
    if len(sizes) != len(fields):
        raise RedshiftError("The number of fixed widths and of columns should match", "22023")
    found = []
    for field, (_, size) in zip(fields, sizes, strict=True):
        null = options.null_as or ""
        if len(null) > size and field.type.base not in ("varchar", "bpchar", "name"):
            null = ""
        text = f"coalesce({as_text(field.sql, field.type)}, {quoted_text(null)})"
        found.append(_padded(text, field.name, size))
    return " || ".join(found)


def _padded(text: str, name: str, size: int) -> str:
    """An UNLOAD fails rather than cut a text.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/t_unloading_fixed_width_data.html
    """
    long = raising(f'a value of column "{name}" is longer than its fixed width of {size}', "22001")
    return f"CASE WHEN length({text}) > {size} THEN {long} ELSE rpad({text}, {size}, ' ') END"


def _member(field: Field) -> str:
    """A member of a JSON object; numbers keep their digits."""
    name = quoted_text(json.dumps(field.name, ensure_ascii=False) + ":")
    return f"{name} || coalesce({_json(field)}, 'null')"


def _json(field: Field) -> str:
    match field.type.base:
        case "super":
            return field.sql
        case "bool" | "int2" | "int4" | "int8" | "oid" | "numeric":
            return f"CAST({field.sql} AS VARCHAR)"
        case "float4" | "float8":
            number, text = f"isfinite({field.sql})", as_text(field.sql, field.type)
            return f"CASE WHEN {number} THEN {text} ELSE CAST(to_json({text}) AS VARCHAR) END"
    return f"CAST(to_json({as_text(field.sql, field.type)}) AS VARCHAR)"
