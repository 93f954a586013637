"""Records that have names: JSON by members or by JSONPaths, and Avro.

``auto`` finds members by the columns' names, ``auto ignorecase`` in any case, ``noshred`` puts the
whole object into one SUPER column, and a JSONPaths file says one path a column, in their order.
Source: https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html#copy-json
"""

from __future__ import annotations

import base64
import datetime
import decimal
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from labkit.cloud.engine.formats import File, avro
from labkit.cloud.engine.formats.lines import CHUNK, open_bytes
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.redshift.copying.fields import Field
from labkit.cloud.redshift.copying.load_errors import BAD_JSON, LONGEST, TOO_LARGE, LoadError
from labkit.cloud.redshift.copying.options import CopyOptions
from labkit.cloud.redshift.copying.records import Record
from labkit.cloud.redshift.warehouse.objects import TableColumn

AUTOMATIC = ("auto", "auto ignorecase", "noshred")
_STEP = re.compile(
    r"\.(?P<name>[^.\[\]]+)|\[(?:'(?P<quoted>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<index>\d+))\]"
)


#: What makes a row: objects by their members' names, arrays too by paths.
_ROWS = {False: (dict, LoadError), True: (dict, list, LoadError)}


class Number(str):
    """A number of JSON as it is written."""


def records(
    file: File, options: CopyOptions, columns: Sequence[TableColumn], paths: Sequence[str]
) -> Iterator[Record]:
    """A file's records, with the text of each column's value."""
    steps = [_steps(path) for path in paths]
    found = _avro(file, options) if options.format == "avro" else _json(file, options)
    for line, raw, value in found:
        if not isinstance(value, _ROWS[bool(steps)]) and options.argument.lower() != "noshred":
            value = LoadError(*BAD_JSON, position=0)
        if isinstance(value, LoadError):
            yield Record(line, raw, error=value)
            continue
        yield Record(line, raw, [Field(text) for text in _texts(value, options, columns, steps)])


def read_paths(text: str) -> list[str]:
    """The paths of a JSONPaths file.

    Raises:
        RedshiftError: it is not one.
    """
    try:
        paths = json.loads(text)["jsonpaths"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RedshiftError("Invalid JSONPaths file: no member jsonpaths", "22023") from error
    if not isinstance(paths, list) or not all(isinstance(p, str | None) for p in paths):
        raise RedshiftError("Invalid JSONPaths file: jsonpaths is not a list of texts", "22023")
    for path in filter(None, paths):
        _steps(path)
    return [path or "" for path in paths]


def _steps(path: str) -> list[str | int]:
    if not path:
        return []
    found: list[str | int] = []
    at = 1
    while path.startswith("$") and at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            break
        index = step["index"]
        name = next((step[k] for k in ("name", "quoted", "double") if step[k] is not None), "")
        found.append(int(index) if index is not None else name)
        at = step.end()
    if at < len(path) or not path.startswith("$"):
        raise RedshiftError(
            "Invalid JSONPath format. Supported notations are 'dot-notation' and "
            f"'bracket-notation': {path}",
            "22023",
        )
    return found


def _texts(
    value: Any,
    options: CopyOptions,
    columns: Sequence[TableColumn],
    steps: Sequence[list[str | int]],
) -> Iterator[str | None]:
    mode = options.argument.lower()
    if mode == "noshred":
        yield _text(value, whole=True)
        return
    folded, names = value, [shown(column.name) for column in columns]
    if mode == "auto ignorecase" and isinstance(value, dict):
        folded = {str(k).lower(): v for k, v in reversed(list(value.items()))}
        names = [name.lower() for name in names]
    for at, column in enumerate(columns):
        path = steps[at] if steps else [names[at]]
        found = _at(folded, path) if path else None
        yield _text(found, whole=column.type.base == "super")


def _at(value: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(value: Any, *, whole: bool) -> str | None:
    """A value as COPY takes it for a column; for SUPER as JSON."""
    if value is None:
        return None
    if whole or isinstance(value, dict | list):
        return _dumped(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    return str(value)


def _dumped(value: Any) -> str:
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        inner = (f"{json.dumps(str(k), ensure_ascii=False)}:{_dumped(v)}" for k, v in value.items())
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_dumped, value)) + "]"
    if isinstance(value, bytes):
        value = base64.b64encode(value).decode()
    return json.dumps(value, ensure_ascii=False, default=lambda v: _text(v, whole=False))


# JSON -------------------------------------------------------------------------------------------


def _no_json(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=_no_json)
_BLANK = re.compile(r"\s*")


def _json(file: File, options: CopyOptions) -> Iterator[tuple[int, str, Any]]:
    """Values that stand one behind another, whatever lines they take: last line, text, value."""
    with open_bytes(file) as raw:
        source = io.TextIOWrapper(raw, "utf-8-sig", errors="replace", newline="\n")
        text, at, line, ended = "", 0, 1 + _skip_lines(source, options.ignore_header), False
        while not ended or at < len(text):
            start = _blank_end(text, at)
            line += text.count("\n", at, start)
            value, end = _value(text, start)
            failed = isinstance(value, LoadError) or end == len(text)
            if failed and not ended and len(text) - start <= LONGEST:  # it may go on
                more = source.read(CHUNK)
                text, at, ended = text[start:] + more, 0, not more
                continue
            line += text.count("\n", start, end)
            if start < end:
                yield line, text[start:end], value
            at = end


def _value(text: str, start: int) -> tuple[Any, int]:
    """What stands in a text, or what is wrong with it, and where that ends."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        value, end = LoadError(*BAD_JSON, position=0), _line_end(text, start)
    return (LoadError(*TOO_LARGE) if end - start > LONGEST else value), end


def _skip_lines(source: TextIO, count: int) -> int:
    """Pass over the first lines; how many they are meant to be."""
    for _ in range(count):
        while (part := source.readline(CHUNK)) and not part.endswith("\n"):
            pass
    return count


def _blank_end(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _avro(file: File, options: CopyOptions) -> Iterator[tuple[int, str, Any]]:
    """Records; moments as the numbers that they are where TIMEFORMAT reads numbers."""
    unit = _EPOCHS.get(options.time_format.lower())
    for number, record in enumerate(avro.records(file), 1):
        yield number, "", _counted(record, unit) if unit else record


_EPOCHS = {
    "epochsecs": datetime.timedelta(seconds=1),
    "epochmillisecs": datetime.timedelta(milliseconds=1),
}


def _counted(value: Any, unit: datetime.timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _counted(each, unit) for key, each in value.items()}
    if not isinstance(value, datetime.datetime):
        return value
    zone = value.tzinfo or datetime.UTC
    return (value.replace(tzinfo=zone) - datetime.datetime.fromtimestamp(0, datetime.UTC)) // unit
