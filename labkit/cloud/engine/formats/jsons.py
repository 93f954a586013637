"""JSON, one object a line, by the two SerDes that read it.

Both find a column's value under its name in any case, give NULL where there is none, refuse
duplicate keys and a value that does not fit the type (HIVE_BAD_DATA; NULL with
``use.null.for.invalid.data``), and fail with HIVE_CURSOR_ERROR on a line that is no JSON object.
They differ: OpenX reads numbers from strings, wraps a lone value as an array, renders anything as
a string, and has ``mapping.<column>``, ``case.insensitive``, ``dots.in.keys`` and
``ignore.malformed.json``. ``timestamp.formats`` is of both. Sources:
https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html,
https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html and the notes beside Trino's
``openxjson`` reader.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from labkit.cloud.engine.formats import text
from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.stream import Decoder, line_relation
from labkit.cloud.engine.formats.timestamp_formats import readers
from labkit.cloud.engine.types import Type

Parse = Callable[[Any], Any]


class Number(str):
    """A JSON number as it was written."""


class _Bad(ValueError):
    """A JSON value that is none of its column's type."""


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """Relation of the wanted columns, by the rules of the SerDe that `table.format` names."""
    return line_relation(session, table, files, wanted, decoder(table, wanted))


def decoder(table: Table, wanted: frozenset[str]) -> Decoder:
    """The function that reads a line's wanted columns."""
    openx = table.format == "openx-json"
    rules = Rules(table, openx=openx)
    parses = [(i, rules.key(name), rules.parse(kind)) for i, name, kind in table.wanted(wanted)]
    forgiving = openx and table.flag("ignore.malformed.json")

    def decode(line: str) -> list[Any]:
        try:
            found = rules.load(line)
        except ValueError as error:
            if forgiving and not isinstance(error, _Duplicate):
                return [None] * len(parses)
            raise FormatError(
                "HIVE_CURSOR_ERROR", f"Row is not a valid JSON Object - JSONException: {error}"
            ) from error
        if found is None:
            return [None] * len(parses)
        if isinstance(found, list):
            return [parse(found[i]) if i < len(found) else None for i, _, parse in parses]
        return [parse(found.get(key)) for _, key, parse in parses]

    return decode


class _Duplicate(ValueError):
    """A key stands twice in an object."""


class Rules:
    """How one table's SerDe reads JSON."""

    def __init__(self, table: Table, *, openx: bool) -> None:
        self.openx = openx
        self.any_case = not openx or table.flag("case.insensitive", default=True)
        self.dots = openx and table.flag("dots.in.keys")
        self.lenient = table.flag("use.null.for.invalid.data")
        self.moments = readers(table.option("timestamp.formats"))
        prefix = "mapping."
        self.mapping = {
            k[len(prefix) :]: v for k, v in table.options.items() if openx and k.startswith(prefix)
        }

    def key(self, column: str) -> str:
        """The key under which a column's value stands, as `load` spells keys."""
        return self._spelled(self.mapping.get(column, column))

    def load(self, line: str) -> Any:
        """A line's object, or for OpenX its array; ``None`` for a blank line.

        Raises:
            ValueError: no JSON object.
        """
        if self.openx and not line.strip():
            return None
        try:
            found = json.loads(
                line,
                object_pairs_hook=self._object,
                parse_int=Number,
                parse_float=Number,
                parse_constant=_constant,
            )
        except RecursionError as error:
            raise ValueError("the value is nested too deeply") from error
        if isinstance(found, dict) or (self.openx and isinstance(found, list)):
            return found
        raise ValueError(f"A JSONObject text must begin with '{{' at 1: {line[:40]}")

    def parse(self, kind: Type) -> Parse:
        """The function that reads JSON values of one type, ``None`` for NULL."""
        read = self._reader(kind)

        def parse(value: Any) -> Any:
            if value is None:
                return None
            try:
                return read(value)
            except _Bad:
                if self.lenient:
                    return None
                raise FormatError(
                    "HIVE_BAD_DATA",
                    f'Error Parsing a column in the table: For input string: "{_show(value)}" '
                    f"as {kind}",
                ) from None

        return parse

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            spelled = self._spelled(key)
            if spelled in found:
                raise _Duplicate(f'Duplicate key "{spelled}"')
            found[spelled] = value
        if self.dots:
            for key in [k for k in found if "." in k]:
                found.setdefault(key.replace(".", "_"), found[key])
        return found

    def _spelled(self, key: str) -> str:
        return key.lower() if self.any_case else key

    def _reader(self, kind: Type) -> Parse:
        match kind.base:
            case "array":
                return self._array(self.parse(kind.element))
            case "map":
                return self._map(self.parse(kind.types[1]), kind.types[0])
            case "row":
                return self._row({str(n): self.parse(t) for n, t in kind.fields})
            case "varchar" | "char":
                bounded = text.parser(kind)
                return lambda value: bounded(self._rendered(value))
        return self._scalar(kind)

    def _array(self, parse: Parse) -> Parse:
        def read(value: Any) -> Any:
            if isinstance(value, list):
                return [parse(v) for v in value]
            if not self.openx:
                raise _Bad
            return None if value == "" else [parse(value)]

        return read

    def _map(self, parse: Parse, key_kind: Type) -> Parse:
        read_key = text.parser(key_kind)

        def read(value: Any) -> Any:
            if not isinstance(value, dict):
                return self._blank(value)
            keyed = ((read_key(k), v) for k, v in value.items())
            return [(k, parse(v)) for k, v in keyed if k is not None]

        return read

    def _row(self, parses: dict[str, Parse]) -> Parse:
        def read(value: Any) -> Any:
            if not isinstance(value, dict):
                return self._blank(value)
            return {n: parse(value.get(self._spelled(n))) for n, parse in parses.items()}

        return read

    def _blank(self, value: Any) -> None:
        """OpenX takes a blank string for a missing object."""
        if not (self.openx and isinstance(value, str) and not value.strip()):
            raise _Bad

    def _rendered(self, value: Any) -> str:
        if isinstance(value, Number):
            return _number_text(value) if self.openx else str(value)
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if not self.openx:
            raise _Bad
        return _show(value)

    def _scalar(self, kind: Type) -> Parse:
        if kind.base not in _SCALARS:
            raise FormatError("HIVE_INVALID_METADATA", f"JSON has no columns of type {kind}")
        read = _SCALARS[kind.base](kind)
        if kind.base == "timestamp" and self.moments:
            read = self._moment

        def parse(value: Any) -> Any:
            if isinstance(value, (dict, list)):
                if kind.base == "boolean" and self.openx:
                    return False
                raise _Bad
            plain = ("true" if value else "false") if isinstance(value, bool) else value
            if not self.openx and kind.base in _NUMBERS and not isinstance(value, Number):
                raise _Bad
            return read(plain)

        return parse

    def _moment(self, value: str) -> datetime:
        found = (read(value) for read in self.moments)
        return next((moment for moment in found if moment is not None), None) or _timestamp(value)


def _constant(name: str) -> Any:
    raise ValueError(f"Expected a value, found {name}")


def _show(value: Any) -> str:
    """A JSON value as compact JSON, numbers as they were written."""
    if isinstance(value, dict):
        inner = ",".join(
            f"{json.dumps(k, ensure_ascii=False)}:{_show(v)}" for k, v in value.items()
        )
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_show, value))}]"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def _number_text(value: str) -> str:
    return str(Decimal(value)) if "e" in value.lower() else str(value)


def _whole(kind: Type) -> Parse:
    limit = 1 << (text.BITS[kind.base] - 1)

    def read(value: str) -> int:
        try:
            number = Decimal(value)
            if number == number.to_integral_value() and -limit <= number < limit:
                return int(number)
        except InvalidOperation:
            pass
        raise _Bad

    return read


def _some(read: Parse) -> Parse:
    """A reader of text that refuses what it cannot read."""

    def parse(value: str) -> Any:
        found = read(str(value))
        if found is None:
            raise _Bad
        return found

    return parse


def _date(value: str) -> date:
    if isinstance(value, Number) and value.lstrip("-").isdigit():
        try:
            return date(1970, 1, 1) + timedelta(days=int(value))
        except OverflowError as error:  # milliseconds, perhaps
            raise _Bad from error
    found = text.lenient_date(value)
    if found is None:
        raise _Bad
    return found


def _timestamp(value: str) -> datetime:
    """A local time, a time with a zone (told in UTC), or a number of seconds or milliseconds."""
    digits = value.strip().lstrip("+-").replace(".", "", 1)
    try:
        if digits.isdigit():
            millis = "." not in value and len(value.strip()) >= 13
            span = Decimal(value) if millis else Decimal(value) * 1000
            return datetime(1970, 1, 1) + timedelta(milliseconds=int(span))
        if (found := text.timestamp(value)) is not None:
            return found
        zoned = datetime.fromisoformat(value.strip())
        return zoned.astimezone(UTC).replace(tzinfo=None) if zoned.tzinfo else zoned
    except (ValueError, OverflowError) as error:
        raise _Bad from error


_NUMBERS = frozenset(text.BITS) | {"real", "double"}
_SCALARS: dict[str, Callable[[Type], Parse]] = {
    **dict.fromkeys(text.BITS, _whole),
    **dict.fromkeys(("real", "double", "decimal", "varbinary"), lambda k: _some(text.parser(k))),
    "boolean": lambda _: lambda value: value.lower() == "true",
    "date": lambda _: _date,
    "timestamp": lambda _: _timestamp,
}
