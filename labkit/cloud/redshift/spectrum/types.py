"""The types of the Glue catalog as Redshift's.

What is nested (``struct``, ``array``, ``map``) is navigated as SUPER is. Source:
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE.html#r_CREATE_EXTERNAL_TABLE-parameters
"""

from __future__ import annotations

from labkit.cloud.engine.redshift import types as redshift
from labkit.cloud.engine.redshift.types import LONGEST, LONGEST_BYTES, Type
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
    "array": redshift.SUPER,
    "map": redshift.SUPER,
    "row": redshift.SUPER,
}


def redshift_type(kind: LakeType) -> Type:
    """The type of a column.

    >>> from labkit.cloud.engine.types import parse_type
    >>> str(redshift_type(parse_type("decimal(8,2)"))), str(redshift_type(parse_type("string")))
    ('numeric(8,2)', 'character varying(65535)')
    """
    sizes = [size for size in kind.args if isinstance(size, int)]
    if kind.base == "decimal":
        return redshift.numeric(*sizes)
    if kind.base == "char":
        return Type("bpchar", (sizes or [1])[0])
    return _PLAIN.get(kind.base, Type("varchar", (sizes or [LONGEST])[0]))


def redshift_sql(sql: str, kind: LakeType) -> str:
    """A value that the lake's readers give, as Redshift's type."""
    if kind.base in ("array", "map", "row"):
        return f"rs_super(CAST(to_json({sql}) AS VARCHAR))"
    if kind.base == "timestamptz":
        return f"(({sql}).instant AT TIME ZONE 'UTC')"
    wanted = redshift_type(kind).duckdb
    return sql if wanted == kind.duckdb else f"CAST({sql} AS {wanted})"
