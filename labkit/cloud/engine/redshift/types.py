"""Redshift's types: how it spells them, and what stands for them in DuckDB.

Text has a length in bytes, ``char`` ignores trailing blanks, ``super`` is JSON text in canonical
form, ``geometry`` is well-known text, ``_int2``, ``_oid`` and ``_text`` are the catalog's
``{1,2}``, ``int2vector`` and ``oidvector`` its ``23 1043``. ``unknown`` is a literal in quotes or
NULL that takes the type of what it meets. External tables have ``struct`` and ``array`` too.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c_Supported_data_types.html
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.redshift.errors import RedshiftError

LONGEST, LONGEST_CHAR, LONGEST_BYTES = 65535, 4096, 1024000
MOST_SCALE = 37
INTERVAL_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")


@dataclass(frozen=True)
class Type:
    """One type.

    Args:
        base: PostgreSQL's short name, as drivers see it: ``int4``, ``varchar``, ``numeric``.
        size: the length in bytes of text, the precision of a ``numeric``, or the place of an
            interval's smallest unit among `INTERVAL_UNITS`, from 1.
        scale: of a ``numeric``; the digits of an interval's seconds behind the point.
        parts: the fields of a ``struct``; an ``array``'s element, without a name.
    """

    base: str
    size: int = 0
    scale: int = 0
    parts: tuple[tuple[str, Type], ...] = ()

    def __str__(self) -> str:
        """Redshift's long spelling: ``character varying(20)``."""
        if self.base == "numeric":
            return f"numeric({self.size},{self.scale})"
        if self.base == "interval" and self.size:
            return self._interval
        return f"{self.plain}({self.size})" if self.size and self.base in SIZED else self.plain

    @property
    def _interval(self) -> str:
        """``interval day to second(3)``: from the largest unit to the smallest one."""
        first = self.plain.partition(" to ")[0]
        unit = INTERVAL_UNITS[self.size - 1]
        whole = first if first.endswith(unit) else f"{first} to {unit}"
        return f"{whole}({self.scale})" if unit == "second" and self.scale != 6 else whole

    @property
    def plain(self) -> str:
        """The long spelling without a length, as messages have it."""
        return _LONG.get(self.base) or _INTERVALS.get(self.short, self.base)

    @property
    def argument(self) -> str:
        """As the names of routines tell it: ``integer``, ``intervaly2m``."""
        return self.short if self.base == "interval" else self.plain

    @property
    def short(self) -> str:
        """The catalog's name: an interval's tells whether it is of months."""
        if self.base == "interval" and self.size:
            months = self.size <= INTERVAL_UNITS.index("month") + 1
            return "intervaly2m" if months else "intervald2s"
        return self.base

    @property
    def duckdb(self) -> str:
        if self.base == "numeric":
            return f"DECIMAL({self.size},{self.scale})"
        if self.base == "array":
            return f"{self.parts[0][1].duckdb}[]"
        if self.base == "struct":
            parts = (f"{quoted_name(name)} {kind.duckdb}" for name, kind in self.parts)
            return f"STRUCT({', '.join(parts)})"
        return _DUCKDB[self.base]


SIZED = {"varchar", "bpchar", "varbyte"}
BOOL, INT2, INT4, INT8 = map(Type, ("bool", "int2", "int4", "int8"))
FLOAT4, FLOAT8, DATE, TIME = map(Type, ("float4", "float8", "date", "time"))
TIMESTAMP, TIMESTAMPTZ, SUPER = map(Type, ("timestamp", "timestamptz", "super"))
UNKNOWN, INTERVAL, OID, NAME = map(Type, ("unknown", "interval", "oid", "name"))
INTERVALY2M, INTERVALD2S = Type("interval", 2), Type("interval", 7, 6)
GEOMETRY, RECORD = Type("geometry"), Type("record")
VARCHAR, VARBYTE = Type("varchar"), Type("varbyte", 64000)

INTEGERS = ("int2", "int4", "int8")
NUMBERS = (*INTEGERS, "numeric", "float4", "float8")
NESTED = ("struct", "array")
TEXTS = ("varchar", "bpchar", "name")
TIMES = ("date", "timestamp", "timestamptz")


def numeric(precision: int = 18, scale: int = 0) -> Type:
    return Type("numeric", precision, scale)


_LONG = {
    "bool": "boolean",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "varchar": "character varying",
    "bpchar": "character",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "varbyte": "binary varying",
    "_int2": "smallint[]",
    "_oid": "oid[]",
    "_text": "text[]",
}
_INTERVALS = {"intervaly2m": "interval year to month", "intervald2s": "interval day to second"}
_DUCKDB = {
    "bool": "BOOLEAN",
    "int2": "SMALLINT",
    "int4": "INTEGER",
    "int8": "BIGINT",
    "oid": "BIGINT",
    "float4": "FLOAT",
    "float8": "DOUBLE",
    "varchar": "VARCHAR",
    "bpchar": "VARCHAR",
    "name": "VARCHAR",
    "date": "DATE",
    "time": "TIME",
    "timetz": "TIMETZ",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ",
    "interval": "INTERVAL",
    "super": "VARCHAR",
    "varbyte": "BLOB",
    "geometry": "VARCHAR",
    "geography": "VARCHAR",
    "hllsketch": "VARCHAR",
    "unknown": "VARCHAR",
    "_int2": "VARCHAR",
    "_oid": "VARCHAR",
    "_text": "VARCHAR",
    "int2vector": "VARCHAR",
    "oidvector": "VARCHAR",
}
#: Every spelling of a type, and its short name.
NAMES = {
    **{long: short for short, long in _LONG.items()},
    **{short: short for short in _DUCKDB if short != "unknown"},
    "int": "int4", "dec": "numeric", "decimal": "numeric", "numeric": "numeric",
    "float": "float8", "bpchar": "bpchar", "char": "bpchar", "nchar": "bpchar",
    "nvarchar": "varchar", "text": "varchar", "timestamp": "timestamp", "time": "time",
    "varbinary": "varbyte", "datetime": "timestamp", "varchar[]": "_text", "int2[]": "_int2",
    **dict.fromkeys(_INTERVALS, "interval"),
}  # fmt: skip


def named_type(name: str, sizes: tuple[int, ...] = ()) -> Type:
    """The type of a spelling and its numbers.

    >>> str(named_type("varchar", (20,)))
    'character varying(20)'
    >>> str(named_type("decimal"))
    'numeric(18,0)'

    Raises:
        RedshiftError: there is no such type, or no such length.
    """
    base = NAMES.get(name.lower())
    if base is None:
        raise RedshiftError(f'type "{name.lower()}" does not exist', "42704")
    if base == "numeric" and len(sizes) > 2:
        raise RedshiftError("invalid NUMERIC type modifier", "22023")
    if base == "numeric":
        return _decimal(*sizes)
    if name.lower() in _INTERVALS:
        return INTERVALY2M if name.lower() == INTERVALY2M.short else INTERVALD2S
    if base not in SIZED:
        if sizes and base.startswith("time") and not _all_its_digits(base, sizes):
            raise _no_precision(base)
        return Type(base)
    default = {"text": 256, "bpchar": 1, "varchar": 256, "varbyte": 64000}
    size = sizes[0] if sizes else default["bpchar" if base == "bpchar" else base]
    if name.lower() == "bpchar":
        size = sizes[0] if sizes else 256
    return _checked(base, size)


def _all_its_digits(base: str, sizes: tuple[int, ...]) -> bool:
    """Six digits are what a timestamp has; data-diff and reladiff cast to them in Redshift.

    Source: https://github.com/erezsh/reladiff (sqeleton's Redshift)
    """
    return base.startswith("timestamp") and sizes == (6,)


def _no_precision(base: str) -> RedshiftError:
    """Source: https://github.com/davedevelopment/phpmig/pull/153"""
    kind = base.removesuffix("tz")
    return RedshiftError(f"{kind} or {kind}tz do not support precision.", "0A000")


def _checked(base: str, size: int) -> Type:
    limit = {"bpchar": LONGEST_CHAR, "varchar": LONGEST, "varbyte": LONGEST_BYTES}[base]
    name = {"bpchar": "char", "varchar": "varchar", "varbyte": "varbyte"}[base]
    if size < 1:
        raise RedshiftError(f"length for type {name} must be at least 1", "22023")
    if size > limit:
        raise RedshiftError(f"length for type {name} cannot exceed {limit}", "22023")
    return Type(base, size)


def _decimal(precision: int = 18, scale: int = 0) -> Type:
    if not 1 <= precision <= 38:
        raise RedshiftError(f"DECIMAL precision {precision} must be between 1 and 38", "22023")
    if not 0 <= scale <= min(precision, MOST_SCALE):
        raise RedshiftError(
            f"DECIMAL scale {scale} must be between 0 and precision {precision}", "22023"
        )
    return Type("numeric", precision, scale)
