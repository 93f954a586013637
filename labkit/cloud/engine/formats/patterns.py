"""Lines read by a pattern: RegexSerDe and Glue's GrokSerDe.

A line that does not match is a row of NULLs; a group that took no part, and a text that is no
value of its column's type, is NULL. Regex: the groups in order, over the whole line. Grok,
anywhere in the line: the parts by name where each column has one, else the named ones in order.
Sources:
https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html and
https://docs.aws.amazon.com/athena/latest/ug/grok-serde.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from labkit.cloud.engine.formats import grok
from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.stream import Decoder, line_relation
from labkit.cloud.engine.formats.text import BITS, parser
from labkit.cloud.engine.patience import patient
from labkit.cloud.engine.trino.functions import java_patterns
from labkit.cloud.engine.trino.functions.entry import TrinoError, refuse
from labkit.cloud.engine.types import Type


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """Relation of the wanted columns of the lines that match, NULLs for those that do not."""
    decode = _DECODERS[table.format](table, wanted)
    return line_relation(session, table, files, wanted, decode)


def regex_decoder(table: Table, wanted: frozenset[str]) -> Decoder:
    """RegexSerDe: the n-th group is the n-th column."""
    pattern = _compiled(table.option("input.regex"), table.flag("input.regex.case.insensitive"))
    parses = [(i, _parse(kind)) for i, _, kind in table.wanted(wanted)]

    def decode(line: str) -> list[Any]:
        found = pattern.fullmatch(line)
        if not found:
            return [None] * len(parses)
        groups = found.groups()
        return [parse(groups[i]) if i < len(groups) else None for i, parse in parses]

    return decode


def grok_decoder(table: Table, wanted: frozenset[str]) -> Decoder:
    """GrokSerDe: a column is the part of its name, or the n-th named part the n-th column."""
    custom = table.option("input.grokcustompatterns")
    pattern, parts = grok.compile_pattern(table.option("input.format"), custom)
    by_name = {part[0].lower().removeprefix("%"): part for part in parts}
    names = [part for part in parts if not part[0].startswith("%")]
    if all(name in by_name for name, _ in table.columns):
        names = [by_name[name] for name, _ in table.columns]
    parses = [(i, _parse(kind)) for i, _, kind in table.wanted(wanted)]
    if parses and parses[-1][0] >= len(names):
        raise FormatError(
            "HIVE_INVALID_METADATA",
            f"The grok pattern names {len(names)} fields, the table has {len(table.columns)}",
        )

    def decode(line: str) -> list[Any]:
        found = pattern.search(line)
        if not found:
            return [None] * len(parses)
        return [parse(grok.part(found, names[i])) for i, parse in parses]

    return decode


def _compiled(pattern: str, any_case: bool) -> re.Pattern[str]:
    """The pattern in Python's spelling.

    Raises:
        FormatError: no pattern, or one that Python has no words for.
    """
    if not pattern:
        raise FormatError(
            "HIVE_INVALID_METADATA", 'This table does not have serde property "input.regex"!'
        )
    try:
        if found := re.search(r"\[:\^?[a-z]+:\]", pattern):  # to Java, any of these letters
            refuse(f"'{found[0]}' in input.regex")
        flags = re.DOTALL | re.ASCII | _CASE[any_case]
        return patient(re.compile(java_patterns.in_python(pattern), flags), grok.too_slow)
    except re.error as error:
        raise FormatError("HIVE_INVALID_METADATA", f"Bad input.regex: {error}") from error
    except TrinoError as error:
        raise FormatError("NOT_SUPPORTED", str(error).split(": ", 1)[-1]) from error


def _parse(kind: Type) -> Callable[[str | None], Any]:
    """Java's own parsers: no fraction in an integer, and every text but `true` is false."""
    read = parser(kind)
    if kind.base in BITS:
        return lambda text: None if text is None or "." in text else read(text)
    if kind.base == "boolean":
        return lambda text: None if text is None else text.lower() == "true"
    return lambda text: None if text is None else read(text)


_CASE = {True: re.IGNORECASE, False: re.NOFLAG}
_DECODERS = {"regex": regex_decoder, "grok": grok_decoder}
