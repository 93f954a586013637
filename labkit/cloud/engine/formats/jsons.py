"""JSON, one object a line, by the two SerDes that read it.

Both find a column's value under its name in any case, give NULL where there is none, refuse
duplicate keys and a value that does not fit the type (HIVE_BAD_DATA; NULL with
``use.null.for.invalid.data``), and fail with HIVE_CURSOR_ERROR on a line that is no JSON object.
They differ: OpenX reads numbers from strings, an object's values from an array, days and moments
from numbers, bytes from Base64, wraps a lone value as an array, renders anything as a string, and
has ``mapping.<column>`` (of fields within objects too), ``case.insensitive``, ``dots.in.keys`` and
``ignore.malformed.json``. Hive's also knows a column or field as ``_col0``, ``_col1`` and so on.
``timestamp.formats`` is of both. Sources:
https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html,
https://docs.aws.amazon.com/athena/latest/ug/hive-json-serde.html and the notes beside Trino's
``openxjson`` reader.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from labkit.cloud.engine.formats import text
from labkit.cloud.engine.formats.json_values import (
    HIVE,
    NUMBERS,
    OPENX,
    Bad,
    Number,
    Parse,
    in_utf8,
)
from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.stream import Decoder, line_relation
from labkit.cloud.engine.formats.timestamp_formats import readers
from labkit.cloud.engine.types import Type


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """Relation of the wanted columns, by the rules of the SerDe that `table.format` names."""
    return line_relation(session, table, files, wanted, decoder(table, wanted))


def decoder(table: Table, wanted: frozenset[str]) -> Decoder:
    """The function that reads a line's wanted columns."""
    openx = table.format == "openx-json"
    rules = Rules(table, openx=openx)
    parses = [(i, rules.keys(i, name), rules.parse(k)) for i, name, k in table.wanted(wanted)]
    forgiving = openx and table.flag("ignore.malformed.json")

    def decode(line: str) -> list[Any]:
        try:
            found = rules.load(line)
        except ValueError as error:
            if forgiving and not isinstance(error, _Duplicate):
                return [None] * len(parses)
            raise _no_object(error) from error
        if found is None:
            return [None] * len(parses)
        if isinstance(found, list):
            return [parse(found[i]) if i < len(found) else None for i, _, parse in parses]
        fields = rules.fields(found)
        return [parse(_found(fields, keys)) for _, keys, parse in parses]

    return decode


class _Duplicate(ValueError):
    """A key stands twice in an object."""


def _no_object(why: object) -> FormatError:
    return FormatError(
        "HIVE_CURSOR_ERROR", f"Row is not a valid JSON Object - JSONException: {why}"
    )


class Rules:
    """How one table's SerDe reads JSON."""

    def __init__(self, table: Table, *, openx: bool) -> None:
        self.openx = openx
        self.folded = openx and table.flag("case.insensitive", default=True)
        self.dots = openx and table.flag("dots.in.keys")
        self.lenient = table.flag("use.null.for.invalid.data")
        self.moments = readers(table.option("timestamp.formats"))
        prefix = "mapping."
        self.mapping = {
            k[len(prefix) :]: v for k, v in table.options.items() if openx and k.startswith(prefix)
        }

    def keys(self, position: int, name: str) -> list[str]:
        """The keys under which a column's or field's value may stand, as `load` spells them."""
        if self.openx:
            return [self._spelled(self.mapping.get(name, name))]
        return [name.lower(), f"_col{position}"]

    def fields(self, value: dict[str, Any]) -> dict[str, Any]:
        """An object's values by the names of columns or fields; Hive's map keys keep their case."""
        if self.openx:
            return value
        found = {key.lower(): each for key, each in value.items()}
        if len(found) < len(value):
            raise _no_object("Duplicate key")
        return found

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
            except Bad:
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
        return key.lower() if self.folded else key

    def _reader(self, kind: Type) -> Parse:
        match kind.base:
            case "array":
                return self._array(self.parse(kind.element))
            case "map":
                return self._map(self.parse(kind.types[1]), kind.types[0])
            case "row":
                return self._row([(str(n), self.parse(t)) for n, t in kind.fields])
            case "varchar" | "char":
                bounded = text.parser(kind)
                return lambda value: bounded(in_utf8(self._rendered(value)))
        return self._scalar(kind)

    def _array(self, parse: Parse) -> Parse:
        def read(value: Any) -> Any:
            if isinstance(value, list):
                return [parse(v) for v in value]
            if not self.openx:
                raise Bad
            return None if value == "" else [parse(value)]

        return read

    def _map(self, parse: Parse, key_kind: Type) -> Parse:
        read_key = text.parser(key_kind)

        def read(value: Any) -> Any:
            if not isinstance(value, dict):
                return self._blank(value) or None
            keyed = ((read_key(in_utf8(k)), v) for k, v in value.items())
            return [(k, parse(v)) for k, v in keyed if k is not None]

        return read

    def _row(self, parses: list[tuple[str, Parse]]) -> Parse:
        fields = [(i, n, self.keys(i, n), parse) for i, (n, parse) in enumerate(parses)]

        def read(value: Any) -> Any:
            if self.openx and isinstance(value, list):
                return {n: parse(value[i]) if i < len(value) else None for i, n, _, parse in fields}
            found = self.fields(value) if isinstance(value, dict) else self._blank(value)
            return {n: parse(_found(found, keys)) for _, n, keys, parse in fields}

        return read

    def _blank(self, value: Any) -> dict[str, Any]:
        """OpenX takes a blank string for an object without fields, and for a missing map."""
        if self.openx and isinstance(value, str) and not value.strip():
            return {}
        raise Bad

    def _rendered(self, value: Any) -> str:
        if isinstance(value, Number):
            return _number_text(value) if self.openx else str(value)
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if not self.openx:
            raise Bad
        return _show(value)

    def _scalar(self, kind: Type) -> Parse:
        scalars = OPENX if self.openx else HIVE
        if kind.base not in scalars:
            raise FormatError("HIVE_INVALID_METADATA", f"JSON has no columns of type {kind}")
        read = scalars[kind.base](kind)
        if kind.base == "timestamp" and self.moments:
            read = self._moment(read)

        def parse(value: Any) -> Any:
            if isinstance(value, (dict, list)):
                if kind.base == "boolean" and self.openx:
                    return False
                raise Bad
            plain = ("true" if value else "false") if isinstance(value, bool) else value
            if not self.openx and kind.base in NUMBERS and not isinstance(value, Number):
                raise Bad
            return read(plain)

        return parse

    def _moment(self, usual: Parse) -> Parse:
        def read(value: str) -> Any:
            found = (read(value) for read in self.moments)
            return next((moment for moment in found if moment is not None), None) or usual(value)

        return read


def _found(value: dict[str, Any], keys: list[str]) -> Any:
    return next((value[key] for key in keys if key in value), None)


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
