"""Partition projection: partitions computed from a table's properties instead of stored.

A key is an ``enum``, an ``integer`` or ``date`` range, or ``injected`` by the query. Source:
https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from labkit.cloud.engine import QueryFailed
from labkit.cloud.lake.folders import escaped

#: Partitions that a query may read, and values of a key that are looked through for them.
MAXIMUM, LOOKED = 1_000_000, 5_000_000
_UNITS = ("MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS", "YEARS")
#: Precisions at which the interval is one.
_SINGLE = ("DAYS", "MONTHS")
_NOW = re.compile(r"NOW\s*(?:([+-])\s*(\d+)\s*([A-Z]+?)S?)?\s*", re.IGNORECASE)
_JAVA = {
    "yyyy": "%Y", "uuuu": "%Y", "yy": "%y", "MMM": "%b", "MM": "%m", "dd": "%d", "HH": "%H",
    "mm": "%M", "ss": "%S", "SSS": "%f", "M": "%-m", "d": "%-d", "H": "%-H", "m": "%-M", "s": "%-S",
}  # fmt: skip
_ESCAPED = re.compile(r"[^\w .'-]")  # what a folder's name spells otherwise
_WHOLE = re.compile(r"-?[0-9]{1,38}")
_PATTERN = re.compile(r"'([^']*)'|([A-Za-z])\2*|(.)", re.DOTALL)


class _TooMany(Exception):
    """A key has more values than can be looked through."""


@dataclass(frozen=True)
class Key:
    """One projected key: its name and the settings under ``projection.<name>.``."""

    name: str
    settings: Mapping[str, str]

    def setting(self, name: str) -> str:
        """A setting that must be there."""
        if name not in self.settings:
            raise _bad(f"projection.{self.name}.{name} is not set")
        return self.settings[name]


def is_projected(parameters: Mapping[str, str]) -> bool:
    """Whether a table's partitions are computed."""
    return parameters.get("projection.enabled", "").lower() == "true"


def keys_of(parameters: Mapping[str, str], names: list[str]) -> list[Key]:
    """The projected keys of a table, in its order."""
    return [Key(name, _settings(parameters, name)) for name in names]


def check(table: str, parameters: Mapping[str, str], names: list[str]) -> None:
    """Refuse a table some of whose keys are not projected, or have no place in its template.

    Raises:
        QueryFailed: INVALID_TABLE_PROPERTY.

    Source: https://repost.aws/knowledge-center/athena-partition-projection
    """
    missing = [key.name for key in keys_of(parameters, names) if "type" not in key.settings]
    if missing:
        raise QueryFailed(
            "INVALID_TABLE_PROPERTY",
            f"Table {table} is configured for partition projection, but the following partition "
            f"columns are missing projection configuration: [{', '.join(missing)}]",
        )
    template = parameters.get("storage.location.template")
    if template is not None and any(_filled(template, name, "") == template for name in names):
        raise QueryFailed(
            "INVALID_TABLE_PROPERTY",
            "The 'storage.location.template' table property must contain templates for all "
            "partition columns!",
        )


def exceeded(table: str) -> QueryFailed:
    """The failure of a query of too many partitions."""
    return QueryFailed(
        "HIVE_EXCEEDED_PARTITION_LIMIT",
        f"Query over table '{table}' can potentially read more than {MAXIMUM} partitions",
    )


def values_of(table: str, key: Key, equals: list[str] | None) -> list[str]:
    """The values of a key that a query may need, each once.

    Args:
        table: the name of the table.
        key: the key.
        equals: the constants that the query's conditions say it is one of, ``None`` where they
            do not.

    Raises:
        QueryFailed: the settings do not read, an injected key has no value, or there are more
            values than can be looked through.
    """
    kind = key.setting("type").strip().lower()
    if kind == "injected":
        if equals is None:
            raise QueryFailed(
                "CONSTRAINT_VIOLATION",
                f"For the injected projected partition column {key.name}, the WHERE clause must "
                "contain only static equality conditions, and at least one such condition must "
                "be present.",
            )
        return equals
    if kind not in _READERS:
        raise _bad(f"projection.{key.name}.type '{kind}' is unknown")
    try:
        return list(dict.fromkeys(_READERS[kind](key, equals)))
    except _TooMany:
        raise exceeded(table) from None


def location_of(
    parameters: Mapping[str, str], root: str, names: list[str], values: tuple[str, ...]
) -> str:
    """Where the partition of these values lies, the values as they are."""
    template = parameters.get("storage.location.template")
    pairs = list(zip(names, values, strict=True))
    if template is None:
        return root.rstrip("/") + "".join(f"/{name}={value}" for name, value in pairs) + "/"
    for name, value in pairs:
        template = _filled(template, name, value)
    return template


def places_of(
    parameters: Mapping[str, str], root: str, names: list[str], values: tuple[str, ...]
) -> list[str]:
    """Where a partition's files may lie: ``key=value`` folders may be named as Hive does.

    AWS shows the values as they are, Trino's ``PartitionProjection`` escapes them as ``INSERT``
    and Spark do. Source: https://docs.aws.amazon.com/athena/latest/ug/
        partition-projection-setting-up.html and https://github.com/trinodb/trino
    """
    places = [location_of(parameters, root, names, values)]
    if _has_folders(parameters, root, names):
        places.append(location_of(parameters, root, names, tuple(map(escaped, values))))
    return list(dict.fromkeys(places))


def lies_as_written(parameters: Mapping[str, str], root: str, names: list[str]) -> bool:
    """Whether partitions are looked for where ``INSERT`` writes them, in ``key=value`` folders."""
    return _has_folders(parameters, root, names) and not any(
        "digits" in key.settings or _ESCAPED.search(key.settings.get("format", ""))
        for key in keys_of(parameters, names)
    )


def _has_folders(parameters: Mapping[str, str], root: str, names: list[str]) -> bool:
    marks = tuple(f"${{{name}}}" for name in names)
    plain = root.rstrip("/") + "".join(f"/{n}={v}" for n, v in zip(names, marks, strict=True))
    return location_of(parameters, root, names, marks).rstrip("/") == plain


def _filled(template: str, name: str, value: str) -> str:
    return re.sub(re.escape(f"${{{name}}}"), lambda _: value, template, flags=re.IGNORECASE)


def _settings(parameters: Mapping[str, str], name: str) -> dict[str, str]:
    prefix = f"projection.{name}.".lower()
    return {
        k[len(prefix) :].lower(): v for k, v in parameters.items() if k.lower().startswith(prefix)
    }


def _enum(key: Key, _: list[str] | None) -> Iterator[str]:
    """The values with their spaces."""
    if not key.settings.get("values"):
        raise QueryFailed(
            "INVALID_TABLE_PROPERTY",
            "Must provide a comma-separated enumeration to build a projected enum partition "
            f"column! (property: projection.{key.name}.values)",
        )
    yield from key.settings["values"].split(",")


def _integers(key: Key, equals: list[str] | None) -> Iterator[str]:
    try:
        first, last = map(int, _range(key))
        step = int(key.settings.get("interval", "1"))
        digits = int(key.settings.get("digits", "0"))
    except ValueError as error:
        raise _bad(f"projection.{key.name} does not read: {error}") from None
    if step < 1:
        raise _bad(f"projection.{key.name}.interval must be positive")
    values: Iterable[int] = range(first, last + 1, step)
    if equals is not None and all(map(_WHOLE.fullmatch, equals)):
        values = [value for value in map(int, equals) if value in values]
    elif (last - first) // step >= LOOKED:
        raise _TooMany
    for value in values:
        yield str(value).zfill(digits)


def _dates(key: Key, _: list[str] | None) -> Iterator[str]:
    pattern = _strftime(key.setting("format"))
    first, last = (_instant(text, pattern) for text in _range(key))
    precision = _precision(pattern)
    if not {"interval", "interval.unit"} <= key.settings.keys() and precision not in _SINGLE:
        raise _bad(
            f"projection.{key.name}.interval and projection.{key.name}.interval.unit must be set "
            "unless the format is of single days or months"
        )
    unit = key.settings.get("interval.unit", precision).strip().upper()
    unit = unit if unit.endswith("S") else unit + "S"
    interval = key.settings.get("interval", "1").strip()
    if unit not in _UNITS or not interval.isdecimal() or not int(interval):
        raise _bad(f"projection.{key.name}.interval does not read")
    step = int(interval)
    now, count = first, 0
    while now <= last:
        yield now.strftime(pattern.replace("%f", f"{now.microsecond // 1000:03}"))
        count += step
        if count // step > LOOKED:
            raise _TooMany
        following, now = _moved(now, step, unit), _moved(first, count, unit)
        if following != now and min(following, now) <= last:  # which one AWS does not say
            raise _bad(f"steps of {unit} from day {first.day} of a month are not read here")


def _range(key: Key) -> tuple[str, str]:
    parts = [part.strip() for part in key.setting("range").split(",")]
    if len(parts) != 2:
        raise _bad(f"projection.{key.name}.range must be two values")
    return parts[0], parts[1]


def _instant(text: str, pattern: str) -> datetime.datetime:
    found, read = _NOW.fullmatch(text), pattern.replace("%-", "%")
    if not found:
        try:
            return datetime.datetime.strptime(text, read)
        except ValueError:
            raise _bad(f"range value '{text}' does not fit the format") from None
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    if found[1]:
        now = _moved(now, int(found[1] + found[2]), found[3].upper() + "S")
    return datetime.datetime.strptime(now.strftime(read), read)  # as fine as the format


def _moved(start: datetime.datetime, count: int, unit: str) -> datetime.datetime:
    if unit in ("MONTHS", "YEARS"):
        months = start.year * 12 + start.month - 1 + count * (12 if unit == "YEARS" else 1)
        day = min(start.day, _days(months // 12, months % 12 + 1))
        return start.replace(year=months // 12, month=months % 12 + 1, day=day)
    if unit not in _UNITS:
        raise _bad(f"unit {unit} is unknown")
    return start + datetime.timedelta(**{unit.lower(): count})


def _days(year: int, month: int) -> int:
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return (following - datetime.timedelta(days=1)).day


def _strftime(pattern: str) -> str:
    parts = []
    for found in _PATTERN.finditer(pattern):
        if found[2]:
            if found[0] not in _JAVA:
                raise _bad(f"date format '{pattern}' uses '{found[0]}', which is not read here")
            parts.append(_JAVA[found[0]])
        else:
            parts.append((found[1] if found[1] is not None else found[0]).replace("%", "%%"))
    return "".join(parts)


def _precision(pattern: str) -> str:
    order = {"%f": "MILLISECONDS", "%S": "SECONDS", "%M": "MINUTES", "%H": "HOURS", "%d": "DAYS"}
    plain = pattern.replace("%-", "%")
    return next((unit for mark, unit in order.items() if mark in plain), _coarse(plain))


def _coarse(pattern: str) -> str:
    return "MONTHS" if "%m" in pattern or "%b" in pattern else "YEARS"


def _bad(why: str) -> QueryFailed:
    return QueryFailed("INVALID_TABLE_PROPERTY", f"Partition projection: {why}")


_READERS: dict[str, Callable[[Key, list[str] | None], Iterator[str]]] = {
    "enum": _enum,
    "integer": _integers,
    "date": _dates,
}
