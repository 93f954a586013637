"""SQL types, as Athena's engine (Trino) and the Glue catalog (Hive) spell them.

The catalog holds Hive spellings (``bigint``, ``string``, ``array<struct<a:int>>``), Trino speaks
its own (``varchar``, ``array(row(a integer))``), DuckDB a third. One `Type` stands for all three.

Sources: https://docs.aws.amazon.com/athena/latest/ug/data-types.html and
https://trino.io/docs/current/language/types.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from labkit.cloud.engine.quoting import quoted_name


class UnknownType(ValueError):
    """A type name that the engine does not know. ``args[0]`` is the name."""

    def __str__(self) -> str:
        return f"Unknown type: {self.args[0]}"


@dataclass(frozen=True)
class Type:
    """One SQL type.

    Args:
        base: Trino's lower-case name without parameters: ``bigint``, ``decimal``, ``array``.
        args: numbers (``decimal(10,2)`` → ``(10, 2)``, ``varchar(3)`` → ``(3,)``) or the `Type` of
            elements (``array(T)``, ``map(K, V)``, ``row(...)``, ``function(T, R)``).
        names: field names of a ``row``, ``None`` for a field without one.
    """

    base: str
    args: tuple[Type | int, ...] = ()
    names: tuple[str | None, ...] = ()

    def __str__(self) -> str:
        """Trino's spelling, with parameters: ``array(varchar(3))``, ``row(a integer)``."""
        if self.base == "row":
            return f"row({', '.join(_field(n, t) for n, t in self.fields)})"
        if self.base in _ZONED:
            inner = f"({self.args[0]})" if self.args else ""
            return f"{_ZONED[self.base]}{inner} with time zone"
        if self.base == "decimal":
            return f"decimal({','.join(map(str, self.args))})"
        base = _SPELLED.get(self.base, self.base)
        return f"{base}({', '.join(map(str, self.args))})" if self.args else base

    @property
    def display(self) -> str:
        """Trino's spelling with every precision, as its messages and ``typeof`` have it."""
        args = tuple(Type(a.display) if isinstance(a, Type) else a for a in self.args)
        if self.base in ("timestamp", "timestamptz", "time", "timetz"):
            args = self.args or (3,)
        if self.base == "char":
            args = self.args or (1,)
        return str(Type(self.base, args, self.names))

    @property
    def storable(self) -> bool:
        """Whether a catalog's table may have it: sketches and geometries are in queries alone."""
        return self.base not in _IN_QUERIES and all(part.storable for part in self.types)

    @property
    def fields(self) -> tuple[tuple[str | None, Type], ...]:
        """Name and type of each field of a row."""
        return tuple(zip(self.names, self.types, strict=True))

    @property
    def members(self) -> tuple[tuple[str, Type], ...]:
        """A row's fields by quoted names for DuckDB, which takes none twice, whatever its case."""
        found: dict[str, tuple[str, Type]] = {}
        for at, (name, kind) in enumerate(self.fields):
            name = name or f"field{at}"
            while name.lower() in found:
                name += f"_{at}"
            found[name.lower()] = quoted_name(name), kind
        return tuple(found.values())

    @property
    def types(self) -> tuple[Type, ...]:
        """The types among the arguments: elements, key and value, fields."""
        return tuple(a for a in self.args if isinstance(a, Type))

    @property
    def element(self) -> Type:
        """The element type of an array."""
        return self.types[0]

    @property
    def hive(self) -> str:
        """The Glue catalog's spelling: ``string``, ``int``, ``struct<a:int>``."""
        match self.base:
            case "array":
                return f"array<{self.element.hive}>"
            case "map":
                return f"map<{self.types[0].hive},{self.types[1].hive}>"
            case "row":
                named = (
                    (f"field{i}" if n is None else n, t) for i, (n, t) in enumerate(self.fields)
                )
                return f"struct<{','.join(f'{n}:{t.hive}' for n, t in named)}>"
            case "varchar" | "char" if self.args:
                return f"{self.base}({self.args[0]})"
            case "decimal":
                return f"decimal({self.args[0]},{self.args[1]})"
        return _TO_HIVE.get(self.base, self.base)

    @property
    def duckdb(self) -> str:
        """DuckDB's spelling."""
        match self.base:
            case "array":
                return f"{self.element.duckdb}[]"
            case "map":
                return f"MAP({self.types[0].duckdb}, {self.types[1].duckdb})"
            case "row":
                return f"STRUCT({', '.join(f'{n} {t.duckdb}' for n, t in self.members)})"
            case "decimal":
                return f"DECIMAL({self.args[0]},{self.args[1]})"
            case "qdigest":
                return f'STRUCT("key" {self.element.duckdb}, "value" DOUBLE)[]'
            case "timestamp" if self.args and isinstance(self.args[0], int) and self.args[0] > 6:
                return "TIMESTAMP_NS"
        return _TO_DUCKDB[self.base]


def _field(name: str | None, kind: Type) -> str:
    if name is None:
        return str(kind)
    return f"{name if _BARE.fullmatch(name) else quoted_name(name)} {kind}"


BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT = map(
    Type, ["boolean", "tinyint", "smallint", "integer", "bigint"]
)
REAL, DOUBLE, VARCHAR, VARBINARY, DATE = map(
    Type, ["real", "double", "varchar", "varbinary", "date"]
)
TIME, TIMESTAMP, TIMESTAMPTZ, JSON, UNKNOWN = map(
    Type, ["time", "timestamp", "timestamptz", "json", "unknown"]
)
DAY_SECOND, YEAR_MONTH = Type("interval day to second"), Type("interval year to month")

_ZONED = {"timestamptz": "timestamp", "timetz": "time"}
_TO_HIVE = {"integer": "int", "varchar": "string", "real": "float", "varbinary": "binary"}
_TO_DUCKDB = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "real": "FLOAT",
    "double": "DOUBLE",
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "varbinary": "BLOB",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    # An instant and its zone: TIMESTAMPTZ alone forgets the zone that Trino prints.
    "timestamptz": 'STRUCT("instant" TIMESTAMP, "zone" VARCHAR)',
    "timetz": "TIMETZ",
    "json": "VARCHAR",
    "unknown": '"NULL"',
    "ipaddress": "BLOB",  # its sixteen bytes, by which it is ordered
    "uuid": "UUID",
    "interval day to second": "BIGINT",  # milliseconds
    "interval year to month": "INTEGER",  # months
    # Sketches: the least hashes, hashes with their counts, values with their weights.
    "hyperloglog": "UBIGINT[]",
    "setdigest": "MAP(UBIGINT, BIGINT)",
    "tdigest": 'STRUCT("key" DOUBLE, "value" DOUBLE)[]',
    # Well-known text, and a tile's quadkey.
    "geometry": "VARCHAR",
    "sphericalgeography": "VARCHAR",
    "bingtile": "VARCHAR",
}
#: Names that Trino does not write in lower case.
_SPELLED = {
    "hyperloglog": "HyperLogLog",
    "setdigest": "SetDigest",
    "geometry": "Geometry",
    "sphericalgeography": "SphericalGeography",
    "bingtile": "BingTile",
}
_IN_QUERIES = frozenset((*_SPELLED, "qdigest", "tdigest"))
_ALIASES = {
    "int": "integer",
    "string": "varchar",
    "float": "real",
    "binary": "varbinary",
    "dec": "decimal",
    "numeric": "decimal",
    "struct": "row",
    "double precision": "double",
    "long": "bigint",
}
_BARE = re.compile(r"[\w$.-]+")
#: A struct's field may have spaces within its name: isTypeChar of Hive's TypeInfoUtils.
_TOKEN = re.compile(r'\s*("(?:[^"]|"")*"|`[^`]*`|[\w$.-][\w$. -]*(?=:)|[\w$.-]+|[<>(),:])')


def parse_type(text: str) -> Type:
    """Read a type in Trino's, Hive's or Glue's spelling.

    >>> str(parse_type("array<struct<a:int,b:string>>"))
    'array(row(a integer, b varchar))'
    >>> parse_type("row(a integer, b varchar(3))").hive
    'struct<a:int,b:varchar(3)>'
    >>> str(parse_type("timestamp(3) with time zone"))
    'timestamp(3) with time zone'
    >>> parse_type("struct<last name:string>").names
    ('last name',)
    >>> parse_type('struct<`a"b`:int>').duckdb
    'STRUCT("a""b" INTEGER)'

    Raises:
        UnknownType: no such type, or the text does not read as one.
    """
    tokens = _Tokens(text)
    found = _parse(tokens)
    if tokens.peek():
        raise UnknownType(text)
    return found


def parse_hive_type(text: str) -> Type:
    """Read a type of Hive's, to which ``decimal`` alone is ``decimal(10,0)``.

    >>> parse_hive_type("array<decimal>").hive
    'array<decimal(10,0)>'

    Raises:
        UnknownType: no such type, or the text does not read as one.

    Source: USER_DEFAULT_PRECISION of Hive's HiveDecimal
    """
    return parse_type(re.sub(r"(?i)\bdecimal\b(?!\s*[(:])", "decimal(10,0)", text))


class _Tokens:
    """The words and marks of a type's text, read one by one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rest = list(_split(text))

    def peek(self) -> str:
        return self.rest[0] if self.rest else ""

    def take(self, *wanted: str) -> str:
        if not self.rest or (wanted and self.rest[0].lower() not in wanted):
            raise UnknownType(self.text)
        return self.rest.pop(0)

    def accept(self, *words: str) -> bool:
        if [w.lower() for w in self.rest[: len(words)]] != list(words):
            return False
        del self.rest[: len(words)]
        return True


def _split(text: str) -> Iterator[str]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if not found:
            raise UnknownType(text)
        at = found.end()
        yield found[1]


def _parse(tokens: _Tokens) -> Type:
    name = tokens.take().lower()
    if name == "double":
        tokens.accept("precision")
    if name == "interval":
        return _interval(tokens)
    name = _ALIASES.get(name, name)
    args: tuple[Type | int, ...] = ()
    names: tuple[str | None, ...] = ()
    if tokens.peek() in ("(", "<"):
        close = {"(": ")", "<": ">"}[tokens.take()]
        if name == "row":
            names, args = _row(tokens, close)
        else:
            args = _arguments(tokens, close)
    if name in ("timestamp", "time"):
        if tokens.accept("with", "time", "zone"):
            name += "tz"
        tokens.accept("without", "time", "zone")
    if name == "decimal":
        args = (*args, *((38, 0)[len(args) :]))
    if name not in _TO_DUCKDB and name not in "array map row decimal function qdigest".split():
        raise UnknownType(tokens.text)
    return Type(name, args, names)


def _interval(tokens: _Tokens) -> Type:
    start = tokens.take("day", "year").lower()
    tokens.take("to")
    return Type(f"interval {start} to {tokens.take('second', 'month').lower()}")


def _arguments(tokens: _Tokens, close: str) -> tuple[Type | int, ...]:
    found: list[Type | int] = []
    while True:
        found.append(int(tokens.take()) if tokens.peek().isdigit() else _parse(tokens))
        if tokens.take(",", close) == close:
            return tuple(found)


def _row(tokens: _Tokens, close: str) -> tuple[tuple[str | None, ...], tuple[Type, ...]]:
    names: list[str | None] = []
    types: list[Type] = []
    if close == ")" and tokens.accept(close):  # what crawlers see of an empty JSON object
        return (), ()
    while True:
        names.append(_field_name(tokens))
        types.append(_parse(tokens))
        if tokens.take(",", close) == close:
            return tuple(names), tuple(types)


_LONG_TYPE = re.compile(r"(timestamp|time) with(out)?|double precision|interval (day|year)", re.I)


def _field_name(tokens: _Tokens) -> str | None:
    """A row's field has a name when a colon (Hive) or another word (Trino) follows its first."""
    following = tokens.rest[1] if len(tokens.rest) > 1 else ""
    named = following == ":" or bool(re.match(r'[\w"`]', following))
    if not named or tokens.peek() == ":" or _LONG_TYPE.fullmatch(f"{tokens.peek()} {following}"):
        return None
    name = tokens.take()
    if name[0] in '"`':
        name = name[1:-1].replace('""', '"')
    if tokens.peek() == ":":
        tokens.take(":")
    return name
