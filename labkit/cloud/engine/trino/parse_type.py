"""The name of a type, where a query writes one: in a cast, behind RETURNING, in ``JSON_TABLE``.

Source: ``type`` in
https://github.com/trinodb/trino/blob/master/core/trino-grammar/src/main/antlr4/io/trino/grammar/sql/SqlBase.g4
"""

from __future__ import annotations

import re

from labkit.cloud.engine.bounds import bounds_problem
from labkit.cloud.engine.trino.cursor import Cursor
from labkit.cloud.engine.trino.errors import QueryFailed, failed_at
from labkit.cloud.engine.types import Type, UnknownType, parse_type

#: What ends a type: brackets of a cast, and the words after one in RETURNING and JSON_TABLE.
_AFTER = (
    *(")", ",", "LAMBDA", "<EOF>", "NULL", "ERROR", "DEFAULT", "EMPTY"),
    *("WITH", "WITHOUT", "KEEP", "OMIT", "FORMAT", "PATH"),
)
#: Hive's names of types, which Athena knows in DDL alone, and a row without fields; as the name of
#: a row's field they may be.
#: https://docs.aws.amazon.com/athena/latest/ug/data-types.html
_HIVE_ALONE = re.compile(r"\b(?:string|binary|long)\s*(?=$|[,)>])|\bstruct\s*<|\brow\s*\(\s*\)")

_ARRAY = re.compile(r"(.*[\w)>\]])\s+array(?:\s*\[\s*\d+\s*\])?", re.S)
_NO_ZONE = re.compile(r"(?<=[\w)])\s+without\s+time\s+zone\b")


def read_type(cursor: Cursor, cast: int | None = None) -> Type:
    """A type's name: the words up to the bracket or comma that is not its own.

    Args:
        cast: where the cast to it begins, which is where Trino says that it is unknown.

    Raises:
        QueryFailed: TYPE_NOT_FOUND; INVALID_FUNCTION_ARGUMENT, its numbers are out of bounds.
    """
    start, depth = cursor.token.start, 0
    while depth or _goes_on(cursor) or not cursor.peek_any(*_AFTER):
        if cursor.peek("<EOF>"):
            raise cursor.mismatch("')'")
        depth += cursor.peek_any("(", "<") - cursor.peek_any(")", ">")
        cursor.at += 1
    text = cursor.text[start : cursor.end]
    try:
        found = _dml_type(_lower_unquoted(text))
    except (UnknownType, IndexError) as unknown:
        at = start if cast is None else cast
        raise failed_at(cursor.text, at, "TYPE_NOT_FOUND", f"Unknown type: {text}") from unknown
    if problem := bounds_problem(found):
        raise QueryFailed("INVALID_FUNCTION_ARGUMENT", problem)
    return found


def _goes_on(cursor: Cursor) -> bool:
    return cursor.peek("WITH", "TIME") or cursor.peek("WITHOUT", "TIME")


def _dml_type(text: str) -> Type:
    """A type as a query spells it: ``bigint array`` is an ``array(bigint)``."""
    if _HIVE_ALONE.search(text):
        raise UnknownType(text)
    if element := _ARRAY.fullmatch(text):
        return Type("array", (_dml_type(element[1]),))
    return parse_type(_NO_ZONE.sub("", text))


def _lower_unquoted(text: str) -> str:
    return re.sub(r'"[^"]*"|[^"]+', lambda m: m[0] if m[0][0] == '"' else m[0].lower(), text)
