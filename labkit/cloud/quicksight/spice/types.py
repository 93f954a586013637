"""QuickSight's types of columns, and how values get into them.

There are STRING, INTEGER, DECIMAL and DATETIME; a truth value is promoted to an integer, a semi-
structured value is text. SPICE keeps 2,047 characters of a text and dates of the years 1 to
9999; an integer has 64 bits. Sources:
https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types-and-values.html and
https://docs.aws.amazon.com/quicksight/latest/user/errors-spice-ingestion.html
"""

from __future__ import annotations

from labkit.cloud.engine.quoting import quoted_text
from labkit.cloud.engine.rounding import rounded
from labkit.cloud.engine.types import BIGINT, DOUBLE, TIMESTAMP, VARCHAR, Type
from labkit.cloud.quicksight.spice.dates import moment_of
from labkit.cloud.quicksight.spice.model import FAULT, Column, PreparationError, Relation

LONGEST = 2047
_TYPES = {
    "STRING": VARCHAR,
    "INTEGER": BIGINT,
    "DECIMAL": DOUBLE,
    "DATETIME": TIMESTAMP,
    "BIT": BIGINT,
    "BOOLEAN": BIGINT,
    "JSON": VARCHAR,
    "SEMISTRUCT": VARCHAR,
}
_TRUTH = ("BIT", "BOOLEAN")
_KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "boolean"), "INTEGER"),
    **dict.fromkeys(("real", "double", "decimal"), "DECIMAL"),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), "DATETIME"),
}
_EXACT = {"INTEGER": BIGINT, "DECIMAL": DOUBLE, "DATETIME": TIMESTAMP, "STRING": VARCHAR}
#: Why a value does not become what it should, as QuickSight's list of skipped rows says.
_FAULTS = {"INTEGER": "NUMBER_PARSE_FAILURE", "DECIMAL": "NUMBER_PARSE_FAILURE",
           "DATETIME": "MALFORMED_DATE"}  # fmt: skip
_WHOLE = r"\s*[+-]?[0-9]+\s*"  # a number with places is none, as the list of errors says
_UNREADABLE = frozenset(
    """varbinary array map row unknown ipaddress hyperloglog p4hyperloglog setdigest tdigest
    qdigest""".split()
)


def engine_type(name: str) -> Type:
    """The engine's type of QuickSight's.

    >>> str(engine_type("DECIMAL"))
    'double'
    """
    return _TYPES[name]


def type_name(kind: Type) -> str:
    """QuickSight's type of the engine's.

    >>> type_name(BIGINT)
    'INTEGER'
    """
    return _KINDS.get(kind.base, "STRING")


def is_readable(kind: Type) -> bool:
    """Whether QuickSight takes columns of a type; others are left out of a data set.

    >>> is_readable(BIGINT), is_readable(Type("interval day to second"))
    (True, False)
    """
    return kind.base not in _UNREADABLE and not kind.base.startswith("interval")


def converted(sql: str, source: Type, target: str, form: str = "") -> str:
    """SQL of a value in another type; NULL where it does not fit.

    Args:
        sql: of the value.
        source: its type.
        target: ``STRING``, ``INTEGER``, ``DECIMAL`` or ``DATETIME``, of a source's column also
            ``BIT`` or ``BOOLEAN``.
        form: the pattern of a date's text, such as ``MM/dd/yyyy``.

    Raises:
        PreparationError: the pattern means nothing.
    """
    value = _CONVERSIONS[type_name(_TYPES[target])](sql, source, form)
    if target in _TRUTH and source == VARCHAR:
        word = f"lower(trim({sql}))"
        return f"CASE {word} WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE {value} END"
    return value


def fault(source: Type, target: str) -> str:
    """The code of what is wrong with a value that does not convert; empty where all do."""
    name = type_name(_TYPES[target])
    if name == "STRING" or source == _EXACT[name]:
        return ""
    if type_name(source) == name and source.base not in ("decimal", "timestamptz"):
        return ""
    if type_name(source) == "INTEGER" and name == "DECIMAL":
        return ""
    return "NUMBER_BITWIDTH_TOO_LARGE" if type_name(source) == "DECIMAL" else _FAULTS[name]


def convert(table: Relation, changes: dict[str, tuple[str, str, bool]]) -> Relation:
    """Columns in other types, with the rows' faults noted.

    Args:
        changes: column to its new type, the pattern of its text, and whether it is fixed.
    """
    shown, columns, faults = [], [], []
    for each in table.columns:
        if each.name not in changes:
            shown.append(each.sql)
            columns.append(each)
            continue
        target, form, fixed = changes[each.name]
        value = _fixed(converted(each.sql, each.type, target, form), target, fixed)
        shown.append(f"{value} AS {each.sql}")
        columns.append(_retyped(each, target, fixed))
        if code := fault(each.type, target):
            faults.append(_case(each, value, code))
    return _with_faults(table, shown, columns, faults)


def _with_faults(
    table: Relation, shown: list[str], columns: list[Column], faults: list[str]
) -> Relation:
    if not faults:
        return Relation(table.select(shown), tuple(columns), table.faults, table.fields)
    known = [f'"{FAULT}"'] if table.faults else []
    noted = f'coalesce({", ".join([*known, *faults])}) AS "{FAULT}"'
    sql = f"SELECT {', '.join([*shown, noted])} FROM ({table.sql})"
    return Relation(sql, tuple(columns), True, table.fields)


def _case(column: Column, value: str, code: str) -> str:
    filled = f"{column.sql} IS NOT NULL"
    if column.type == VARCHAR:
        filled = f"trim({column.sql}) <> ''"  # nothing between the commas is no value
    said = quoted_text(f"{code}:{column.name}")
    if column.type == VARCHAR and code == "NUMBER_PARSE_FAILURE":
        large = quoted_text(f"NUMBER_BITWIDTH_TOO_LARGE:{column.name}")
        said = f"CASE WHEN regexp_full_match({column.sql}, '{_WHOLE}') THEN {large} ELSE {said} END"
    return f"CASE WHEN {filled} AND {value} IS NULL THEN {said} END"


def _retyped(column: Column, target: str, fixed: bool) -> Column:
    return Column(
        column.name, _TYPES[target], column.description, column.geo_role, column.hidden,
        column.id, fixed and target == "DECIMAL", column.origins,
    )  # fmt: skip


def _fixed(value: str, target: str, fixed: bool) -> str:
    return rounded(value, "4") if fixed and target == "DECIMAL" else value


def _text(sql: str, source: Type, form: str) -> str:
    if source == VARCHAR:
        return sql
    if source.base == "timestamptz":
        sql = f'({sql})."instant"'
    if type_name(source) == "DATETIME":
        return f"strftime(CAST({sql} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')"
    return f"CAST({sql} AS VARCHAR)"


def _integer(sql: str, source: Type, form: str) -> str:
    if source == VARCHAR:
        number = f"TRY_CAST({sql} AS BIGINT)"  # which rounds, and reads 1_000 and 0x1F
        is_whole = f"CAST({number} AS VARCHAR) = {sql} OR regexp_full_match({sql}, '{_WHOLE}')"
        return f"CASE WHEN {is_whole} THEN {number} END"
    if type_name(source) == "DATETIME":
        raise PreparationError("A date cannot be turned into an integer.")
    if type_name(source) == "DECIMAL":
        return f"TRY_CAST(trunc({sql}) AS BIGINT)"
    return f"CAST({sql} AS BIGINT)"


def _decimal(sql: str, source: Type, form: str) -> str:
    if source == VARCHAR:
        number = f"TRY_CAST({sql} AS DOUBLE)"  # which reads 1_000, nan and inf
        return f"CASE WHEN isfinite({number}) AND NOT contains({sql}, '_') THEN {number} END"
    if type_name(source) == "DATETIME":
        raise PreparationError("A date cannot be turned into a decimal.")
    return f"CAST({sql} AS DOUBLE)"


def _datetime(sql: str, source: Type, form: str) -> str:
    if source.base == "timestamptz":
        return f'({sql})."instant"'
    if source == VARCHAR:
        moment = moment_of(sql, form)
    elif type_name(source) == "INTEGER":  # seconds since 1970, as epochDate reads them
        known = f"{sql} BETWEEN -62135596800 AND 253402300799"
        moment = f"CASE WHEN {known} THEN make_timestamp({sql} * 1000000) END"
    elif type_name(source) == "DECIMAL":
        raise PreparationError("A decimal cannot be turned into a date.")
    else:
        moment = f"TRY_CAST({sql} AS TIMESTAMP)"
    return moment


_CONVERSIONS = {"STRING": _text, "INTEGER": _integer, "DECIMAL": _decimal, "DATETIME": _datetime}
