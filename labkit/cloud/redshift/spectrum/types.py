"""The types of the Glue catalog as Redshift's.

A map is an array of structs that have a key and a value. A session may have what is nested as JSON
text instead, by ``json_serialization_enable``. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE.html#r_CREATE_EXTERNAL_TABLE-parameters
https://docs.aws.amazon.com/redshift/latest/dg/tutorial-query-nested-data-sqlextensions.html
https://docs.aws.amazon.com/redshift/latest/dg/serializing-complex-JSON.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift import types as redshift
from labkit.cloud.engine.redshift.errors import unsupported
from labkit.cloud.engine.redshift.types import LONGEST, LONGEST_BYTES, TEXTS, Type
from labkit.cloud.engine.types import Type as LakeType

_PLAIN = {
    "boolean": redshift.BOOL,
    "tinyint": redshift.INT2,
    "smallint": redshift.INT2,
    "integer": redshift.INT4,
    "bigint": redshift.INT8,
    "real": redshift.FLOAT4,
    "double": redshift.FLOAT8,
    "date": redshift.DATE,
    "time": redshift.TIME,
    "timestamp": redshift.TIMESTAMP,
    "timestamptz": redshift.TIMESTAMPTZ,
    "varbinary": Type("varbyte", LONGEST_BYTES),
    "uuid": Type("varchar", 36),
}
_NESTED = ("array", "map", "row")
#: A map's key, among its entries.
_KEY = "struct_extract(v, 'key')"
#: A leaf of nested data, its SQL and its type, as something else.
Leaf = Callable[[str, LakeType], str]


def redshift_type(kind: LakeType) -> Type:
    """The type of a column, or of a part of a nested one.

    >>> from labkit.cloud.engine.types import parse_type
    >>> str(redshift_type(parse_type("decimal(8,2)"))), str(redshift_type(parse_type("string")))
    ('numeric(8,2)', 'character varying(65535)')
    """
    parts = tuple(map(redshift_type, kind.types))
    if kind.base == "row":
        names = (name or f"field{at}" for at, name in enumerate(kind.names))
        return Type("struct", parts=tuple(zip(names, parts, strict=True)))
    if kind.base == "map":
        parts = (Type("struct", parts=tuple(zip(("key", "value"), parts, strict=True))),)
    if kind.base in _NESTED:
        return Type("array", parts=(("", parts[0]),))
    sizes = [size for size in kind.args if isinstance(size, int)]
    if kind.base == "decimal":
        return redshift.numeric(*sizes)
    if kind.base == "char":
        return Type("bpchar", (sizes or [1])[0])
    return _PLAIN.get(kind.base, Type("varchar", (sizes or [LONGEST])[0]))


def redshift_sql(sql: str, kind: LakeType) -> str:
    """A value that the lake's readers give, as Redshift's type: texts have as many bytes."""
    if kind.base in _NESTED:
        return _with_leaves(sql, kind, redshift_sql, maps=False)
    if kind.base == "timestamptz":
        return f"(({sql}).instant AT TIME ZONE 'UTC')"
    wanted = redshift_type(kind)
    if wanted.base in TEXTS and wanted.size < LONGEST:
        sql = f"rs_cut({sql}, {wanted.size})"
    return sql if wanted.duckdb == kind.duckdb else f"CAST({sql} AS {wanted.duckdb})"


def json_type(kind: LakeType) -> Type:
    """`redshift_type`, where a session has nested columns as text."""
    return Type("varchar", LONGEST) if kind.base in _NESTED else redshift_type(kind)


def json_sql(sql: str, kind: LakeType, *, parsing: bool) -> str:
    """`redshift_sql` of `json_type`: text that would be too long is NULL.

    Args:
        parsing: whether texts within that are JSON are written as such.
    """
    if kind.base not in _NESTED:
        return redshift_sql(sql, kind)

    def leaf(value: str, kind: LakeType) -> str:
        if kind.base in _IN_JSON:
            return _IN_JSON[kind.base].format(value)
        if parsing and redshift_type(kind).base in TEXTS and value != _KEY:
            return f"CASE WHEN json_valid({value}) THEN json({value}) ELSE to_json({value}) END"
        return redshift_sql(value, kind)

    text = f"CAST(to_json({_with_leaves(sql, kind, leaf, maps=True)}) AS VARCHAR)"
    return f"(SELECT CASE WHEN strlen(j) <= {LONGEST} THEN j END FROM (SELECT {text} AS j))"


#: What JSON has not: moments, infinities and NaN, which are texts as UNLOAD's, and bytes.
_NUMBER = (
    "CASE WHEN isfinite({0}) THEN CAST(CAST({0} AS VARCHAR) AS JSON) WHEN isnan({0}) "
    "THEN to_json('NaN') WHEN {0} > 0 THEN to_json('Infinity') "
    "WHEN {0} < 0 THEN to_json('-Infinity') END"
)
_IN_JSON = {
    "timestamp": "strftime({0}, '%Y-%m-%dT%H:%M:%S.%gZ')",
    **dict.fromkeys(("real", "double"), _NUMBER),
    "varbinary": "lower(hex({0}))",
}


def _with_leaves(sql: str, kind: LakeType, leaf: Leaf, *, maps: bool) -> str:
    """A nested value whose leaves are something else, its maps kept or as arrays; as it is if not.

    Args:
        maps: whether a map stays one.
    """
    if kind.base not in _NESTED:
        return leaf(sql, kind)
    if kind.base == "row":
        fields = [(each or f"field{at}", t) for at, (each, t) in enumerate(kind.fields)]
        return _with_fields(sql, fields, leaf, maps=maps)
    if kind.base == "array":
        inner = _with_leaves("v", kind.element, leaf, maps=maps)
        return sql if inner == "v" else f"list_transform({sql}, lambda v: {inner})"
    entries = list(zip(("key", "value"), kind.types, strict=True))
    inner = _with_fields("v", entries, leaf, maps=maps)
    if maps and inner == "v":
        return sql
    listed = f"list_transform(map_entries({sql}), lambda v: {inner})"
    return f"map_from_entries({listed})" if maps else listed


def _with_fields(sql: str, fields: list[tuple[str, LakeType]], leaf: Leaf, *, maps: bool) -> str:
    pairs = []
    changed = False
    for name, kind in fields:
        own = f"struct_extract({sql}, {quoted_text(name)})"
        value = _with_leaves(own, kind, leaf, maps=maps)
        changed |= value != own
        pairs.append(f"{quoted_name(name)} := {value}")
    packed = f"CASE WHEN {sql} IS NOT NULL THEN struct_pack({', '.join(pairs)}) END"
    return packed if changed else sql


#: How data is taken that a table does not expect, first by default; others are refused.
_HANDLED = {
    "invalid_char_handling": ("disabled",),
    "numeric_overflow_handling": ("disabled", "set_to_null"),
    "surplus_bytes_handling": ("disabled",),
    "surplus_char_handling": ("set_to_null", "disabled", "truncate"),
    "column_count_mismatch_handling": ("disabled", "set_to_null"),
}


def check_handling(parameters: Mapping[str, str]) -> None:
    """Refuse a table that wants unexpected data handled in a way that is not known here.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/t_setting-data-handling-options.html
    """
    told = {name.lower(): value.lower() for name, value in parameters.items()}
    for name, known in _HANDLED.items():
        if told.get("data_cleansing_enabled") == "true" and told.get(name, known[0]) not in known:
            raise unsupported(f"{name} = '{told[name].upper()}'")
