"""Trino's words: names, numbers, strings and marks, each with its place.

Source: https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
and https://trino.io/docs/current/language/reserved.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.cloud.engine.trino.errors import failed_at

RESERVED = frozenset(
    """
    ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE
    CURRENT_PATH CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE
    DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL
    GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN JSON_ARRAY JSON_EXISTS JSON_OBJECT
    JSON_QUERY JSON_TABLE JSON_VALUE LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE
    NOT NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN TRIM TRUE
    UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH
    """.split()
)

_PATTERN = re.compile(
    r"""
      (?P<space>\s+|--[^\r\n]*|/\*.*?\*/)
    | (?P<binary>[xX]'[^']*')
    | (?P<unicode>[uU]&'(?:[^']|'')*'(?:\s+[uU][eE][sS][cC][aA][pP][eE]\s+'[^']')?)
    | (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<backquoted>`(?:[^`]|``)*`)
    | (?P<double>(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d+)
    | (?P<decimal>\d+\.\d*|\.\d+)
    | (?P<digits>\d+[A-Za-z_]\w*)
    | (?P<integer>\d+)
    | (?P<word>[A-Za-z_]\w*)
    | (?P<mark><>|!=|<=|>=|\|\||->|=>|[=<>+\-*/%()\[\],.;?:{}|^$])
    """,
    re.VERBOSE | re.DOTALL,
)
_REFUSED = {
    "backquoted": (
        "backquoted identifiers are not supported; use double quotes to quote identifiers"
    ),
    "digits": "identifiers must not start with a digit; surround the identifier with double quotes",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind, what it says (names unquoted, words upper case), and its place."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(text: str, start: int) -> list[Token]:
    """Split a statement; the last token is the end of the text.

    Raises:
        QueryFailed: SYNTAX_ERROR at a character that starts no word.
    """
    found: list[Token] = []
    at = start
    while at < len(text):
        match = _PATTERN.match(text, at)
        if not match:
            raise failed_at(text, at, "SYNTAX_ERROR", _unknown(text[at]))
        kind = str(match.lastgroup)
        if kind in _REFUSED:
            raise failed_at(text, at, "SYNTAX_ERROR", _REFUSED[kind])
        if kind != "space":
            try:
                found.append(_token(kind, match))
            except ValueError as error:
                raise failed_at(text, at, "SYNTAX_ERROR", str(error)) from error
        at = match.end()
    found.append(Token("end", "<EOF>", len(text), len(text)))
    return found


def _unknown(character: str) -> str:
    return (
        f"extraneous input '{character}'"
        if character in "'\""
        else f"mismatched input '{character}'"
    )


def _token(kind: str, match: re.Match[str]) -> Token:
    text = match[0]
    if kind == "word":
        text = text.upper()
    elif kind == "binary":
        text = text[2:-1]
    elif kind in ("string", "quoted"):
        text = text[1:-1].replace(text[0] * 2, text[0])
    elif kind == "unicode":
        kind, text = "string", _unescape(text)
    return Token(kind, text, match.start(), match.end())


def _unescape(text: str) -> str:
    r"""Unicode escapes: ``\0041`` and ``\+000041``, or with the mark that UESCAPE names."""
    inside, escape = text[3:-1], "\\"
    named = re.fullmatch(r"(.*)'\s+UESCAPE\s+'(.)", inside, re.S | re.I)
    if named:
        inside, escape = named.groups()
    mark = re.escape(escape)
    points = rf"{mark}(?:\+([0-9A-Fa-f]{{6}})|([0-9A-Fa-f]{{4}}))"
    return re.sub(points, _character, inside.replace("''", "'")).replace(escape * 2, escape)


def _character(match: re.Match[str]) -> str:
    point = int(match[1] or match[2], 16)
    if not _is_character(point):
        raise ValueError(f"Invalid escaped character: {match[1] or match[2]}")
    return chr(point)


def _is_character(point: int) -> bool:
    """Whether Unicode has a character of this number: none is half of a pair."""
    return point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF
