"""How values look as text: in Athena's results and under ``CAST(x AS varchar)``.

GetQueryResults and the CSV file print a double as Java does (``1.0E7``), an array as ``[1, 2]``, a
map as ``{a=1}``, a row as ``{a=1, b=x}``, binary as ``61 62``; NULL inside them is ``null``. Plain
types are plain SQL, so that a large result prints about as fast as DuckDB copies it.

Sources: https://docs.aws.amazon.com/athena/latest/ug/querying.html; the cast of a double is always
scientific (``1.0E0``): https://github.com/trinodb/trino/issues/20823
"""

from __future__ import annotations

from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.engine.types import Type

_PLAIN = {"tinyint", "smallint", "integer", "bigint", "boolean", "uuid"}
_RAW = {"varchar", "json", "geometry", "sphericalgeography"}
SKETCHES = ("hyperloglog", "setdigest", "qdigest", "tdigest")


#: Arrays and maps within one another that are printed: each makes DuckDB bind four times as long.
DEEPEST = 7
#: Rows within one another that are printed: the time to bind grows with the fourth power.
DEEPEST_ROWS = 64


def as_text(sql: str, kind: Type) -> str:
    """DuckDB SQL that prints a value as Athena's API and CSV do; NULL stays NULL.

    Raises:
        QueryFailed: NOT_SUPPORTED, more arrays and maps, or rows, within one another than are
            printed.
    """
    for most, what, bases in _LIMITS if kind.types else ():
        if _depth(kind, bases) > most:
            words = f"Values of more than {most} nested {what} are not shown"
            raise QueryFailed("NOT_SUPPORTED", words)
    match kind.base:
        case base if base in _RAW:
            return sql
        case base if base in _PLAIN:
            return f"CAST({sql} AS VARCHAR)"
        case "decimal":
            return _decimal(sql, kind)
        case "char":
            return f"rpad({sql}, {kind.args[0] if kind.args else 1}, ' ')"
        case "real":
            return f"trino_real_text({sql})"
        case "double":
            return f"trino_float_text({sql})"
        case "ipaddress":
            return f"trino_ip_text({sql})"
        case "bingtile":
            return f"trino_tile_text({sql})"
        case "varbinary":
            return f"trino_hex_text({sql})"
        case base if base in SKETCHES:
            return f"trino_hex_text({sketch_bytes(sql)})"
        case "date":
            return f"trino_date_text({sql})"
        case "timestamp":
            return _moment(sql, kind, "%Y-%m-%d %H:%M:%S")
        case "timestamptz":
            local = _moment(f"trino_local({sql})", kind, "%Y-%m-%d %H:%M:%S")
            return f"({local} || ' ' || ({sql}).zone)"
        case "time":
            return _moment(f"DATE '1970-01-01' + {sql}", kind, "%H:%M:%S")
        case "interval day to second":
            return f"trino_span_text({sql})"
        case "interval year to month":
            return f"trino_months_text({sql})"
        case "array":
            return _joined(f"list_transform({sql}, lambda _v: {_inner('_v', kind.element)})", "[]")
        case "map":
            key, value = kind.types
            pair = f"{_inner('_v.key', key)} || '=' || {_inner('_v.value', value)}"
            return _joined(f"list_transform(map_entries({sql}), lambda _v: {pair})", "{}")
        case "row":
            return f"CASE WHEN ({sql}) IS NULL THEN NULL ELSE {_row(sql, kind)} END"
        case "unknown":
            return f"CAST({sql} AS VARCHAR)"
    raise ValueError(f"no text for {kind}")


_LIMITS = ((DEEPEST, "arrays and maps", ("array", "map")), (DEEPEST_ROWS, "rows", ("row",)))


def _depth(kind: Type, bases: tuple[str, ...]) -> int:
    within = max((_depth(each, bases) for each in kind.types), default=0)
    return within + (kind.base in bases)


def sketch_bytes(sql: str) -> str:
    """A sketch as bytes: those of DuckDB's own text for it, which it reads again."""
    return f"encode(CAST({sql} AS VARCHAR))"


def cast_to_varchar(sql: str, kind: Type) -> str:
    """DuckDB SQL of ``CAST(x AS varchar)``, which differs for doubles and reals: ``1.0E0``."""
    if kind.base == "real":
        return f"trino_real_scientific({sql})"
    if kind.base == "double":
        return f"trino_scientific({sql})"
    return as_text(sql, kind)


def _decimal(sql: str, kind: Type) -> str:
    """DuckDB writes ``.5`` where all digits are behind the point."""
    text = f"CAST({sql} AS VARCHAR)"
    if len(set(kind.args)) > 1:
        return text
    return rf"regexp_replace({text}, '^(-?)\.', '\10.')"


def _moment(sql: str, kind: Type, pattern: str) -> str:
    """Three digits of a second, or as many as the type says."""
    digits = kind.args[0] if kind.args else 3
    fraction = {0: "", 3: ".%g", 6: ".%f", 9: ".%n"}.get(int(str(digits)))
    if fraction is None:
        surplus = 9 - int(str(digits))
        return f"regexp_replace({_printed(sql, f'{pattern}.%n')}, '.{{{surplus}}}$', '')"
    return _printed(sql, f"{pattern}{fraction}")


def _printed(sql: str, pattern: str) -> str:
    years = pattern.startswith("%Y")
    return f"{'trino_moment_text' if years else 'strftime'}({sql}, '{pattern}')"


def _inner(sql: str, kind: Type) -> str:
    return f"coalesce({as_text(sql, kind)}, 'null')"


def _joined(texts: str, marks: str) -> str:
    return f"('{marks[0]}' || array_to_string({texts}, ', ') || '{marks[1]}')"


def _row(sql: str, kind: Type) -> str:
    fields = (
        f"'{_label(name, i)}=' || " + _inner(f"struct_extract_at({sql}, {i + 1})", field)
        for i, (name, field) in enumerate(kind.fields)
    )
    inside = " || ', ' || ".join(fields)
    return f"'{{' || {inside} || '}}'"


def _label(name: str | None, index: int) -> str:
    return (name or f"field{index}").replace("'", "''")
