"""Failures in Trino's words: an error's name, where it is in the statement, and a sentence.

Athena prints them as ``TYPE_MISMATCH: line 1:8: Cannot cast integer to date``. The names are
https://github.com/trinodb/trino/blob/master/core/trino-spi/src/main/java/io/trino/spi/StandardErrorCode.java
"""

from __future__ import annotations

import re

from labkit.cloud.engine.quoting import quoted_text

#: How a macro or a UDF raises an error with a name inside DuckDB.
MARK = "LABKIT"
_MARKED = re.compile(
    rf"{MARK}:([A-Z_]+): (.*?)(?:' to (?:BOOL(?!EAN)|DuckDB LogicalType)|\n|$)", re.DOTALL
)
#: What ``TRY`` makes NULL of: https://trino.io/docs/current/functions/conditional.html#try
TRIED = frozenset(
    "DIVISION_BY_ZERO INVALID_CAST_ARGUMENT INVALID_FUNCTION_ARGUMENT "
    "NUMERIC_VALUE_OUT_OF_RANGE".split()
)


class QueryFailed(Exception):
    """A statement that the engine refuses or could not finish.

    Args:
        code: Trino's error name, such as ``TYPE_MISMATCH``.
        message: the sentence after it.
        line: 1-based, None when the failure has no place in the text.
        column: 1-based.
    """

    def __init__(
        self, code: str, message: str, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(code, message, line, column)
        self.code = code
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = "" if self.line is None else f"line {self.line}:{self.column}: "
        return f"{self.code}: {place}{self.message}"


def failed_at(text: str, offset: int, code: str, message: str) -> QueryFailed:
    """The failure of a statement at a character of its text."""
    before = text[:offset]
    column = offset - (before.rfind("\n") + 1) + 1
    return QueryFailed(code, message, before.count("\n") + 1, column)


def raising(code: str, message: str, *, anywhere: bool = False) -> str:
    """DuckDB SQL that fails with an error name when it is evaluated.

    Args:
        anywhere: in any DuckDB; else in the engine's own, whose TRY lets what is not tried through.
    """
    error = "error" if anywhere or code in TRIED else "trino_untried_error"
    return f"{error}({quoted_text(f'{MARK}:{code}: {message}')})"


def marked(text: str) -> QueryFailed | None:
    """The failure that `raising` put into an engine's error text, if there is one."""
    found = _MARKED.search(text)
    return QueryFailed(found[1], found[2].strip()) if found else None
