"""Failures in Redshift's words, with PostgreSQL's SQLSTATE.

Redshift tells ``ERROR: relation "nosuch" does not exist``, and drivers look at the five characters
of the state. Source: https://www.postgresql.org/docs/8.0/errcodes-appendix.html
"""

from __future__ import annotations

import re
from typing import NoReturn

from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.sentences import first_line

SYNTAX, UNDEFINED_TABLE, UNDEFINED_COLUMN, UNDEFINED_FUNCTION = "42601", "42P01", "42703", "42883"
UNSUPPORTED, MISMATCH, AMBIGUOUS, GROUPING = "0A000", "42804", "42702", "42803"
BAD_TEXT, BAD_DATETIME, OUT_OF_RANGE = "22P02", "22007", "22003"
DENIED, INTERNAL, CANCELED, CANNOT_CAST = "42501", "XX000", "57014", "42846"
DISK_FULL, TOO_DEEP, FALLEN = "53100", "54001", "57P02"
NUMERIC_OVERFLOW = "Numeric data overflow (result precision)"
#: How a macro or a UDF raises an error with a state inside DuckDB; some by a cast that fails.
MARK = "REDSHIFT"
_MARKED = re.compile(rf"{MARK}:(\w{{5}}):(.*?)(?:' to INT32\b|\n|$)", re.DOTALL)


class RedshiftError(Exception):
    """A statement that Redshift refuses or could not finish.

    Args:
        message: the sentence after ``ERROR:``.
        sqlstate: five characters.
        detail: the sentence after ``DETAIL:``.
        hint: the sentence after ``HINT:``.
        position: the 1-based character of the statement; 0 when it has none.
    """

    def __init__(
        self,
        message: str,
        sqlstate: str = INTERNAL,
        detail: str = "",
        hint: str = "",
        position: int = 0,
    ) -> None:
        super().__init__(message, sqlstate, detail, hint, position)
        self.message, self.sqlstate = shown(message), sqlstate
        self.detail, self.hint, self.position = shown(detail), shown(hint), position

    def __str__(self) -> str:
        more = [("Detail", self.detail), ("Hint", self.hint)]
        told = "".join(f"\n  {name}: {text}" for name, text in more if text)
        place = f"\n  Position: {self.position}" if self.position else ""
        return f"ERROR: {self.message}{told}{place}"


def unsupported(what: str) -> RedshiftError:
    """What Redshift itself refuses, or this engine cannot do."""
    return RedshiftError(f"{what} is not supported", UNSUPPORTED)


def no_column(name: str, relation: str) -> RedshiftError:
    """A column that a relation does not have."""
    return RedshiftError(f'column "{name}" of relation "{relation}" does not exist', "42703")


def column_taken(name: str, relation: str) -> RedshiftError:
    """A new column of a name that a relation has already."""
    return RedshiftError(f'column "{name}" of relation "{relation}" already exists', "42701")


def depended_on(what: str, by: str = "") -> RedshiftError:
    """What is not dropped without ``CASCADE``.

    Args:
        what: with its kind, as ``table orders``.
        by: what depends on it, if that is told.
    """
    return RedshiftError(
        f"cannot drop {what} because other objects depend on it",
        "2BP01",
        detail=f"{by} depends on {what}" if by else "",
        hint="Use DROP ... CASCADE to drop the dependent objects too.",
    )


def raising(message: str, sqlstate: str) -> str:
    """DuckDB SQL that fails with a state when it is evaluated."""
    text = f"{MARK}:{sqlstate}:{message}".replace("'", "''")
    return f"error('{text}')"


def fail(message: str, sqlstate: str = BAD_TEXT) -> NoReturn:
    """Stop a query from within a Python function."""
    raise ValueError(f"{MARK}:{sqlstate}:{message}")


def translated(text: str) -> RedshiftError:
    """DuckDB's error text as Redshift's error."""
    if found := _MARKED.search(text):
        return RedshiftError(found[2].strip(), found[1])
    for pattern, message, state in _KNOWN:
        if found := re.search(pattern, text):
            return RedshiftError(found.expand(message), state)
    return RedshiftError(first_line(text), INTERNAL)


#: DuckDB's words for what fails while a query runs, and Redshift's.
_KNOWN = (
    (r"window expressions cannot be volatile",
     "RANDOM in the order or the partition of a window is not supported here", UNSUPPORTED),
    (r"(?:LABKIT:|Unknown error: )HIVE_\w+: (.+?)(?:\. Detail: Python exception|\n|$)",
     r"Spectrum Scan Error: \1", INTERNAL),
    (r"Failed to read file [\"'][^\"'\n]*[\"']: ([^\n]+)", r"Spectrum Scan Error: \1", INTERNAL),
    (r"RecursionError", "stack depth limit exceeded", TOO_DEEP),
    (r"Division by zero", "division by zero", "22012"),
    (r"interval cannot be 0", "step size may not equal zero", "22023"),
    (r"Invalid UTF8 Codepoint (-?\d+)", r"requested character not valid for encoding: \1", "54000"),
    (r"More than one row returned by a subquery",
     "more than one row returned by a subquery used as an expression", "21000"),
    (r"NOT NULL constraint failed: .*?\.\"?(\w+)\"?$",
     r'Cannot insert a NULL value into column \1', "23502"),
    (r"NOT NULL constraint failed: [^\n]*\.([^.\n]+)",
     r'Cannot insert a NULL value into column \1', "23502"),
    *((rf"Could not convert string '(\s*[+-]?\d+\s*)' to {duck}\b",
       rf'value "\1" is out of range for type {name}', OUT_OF_RANGE)
      for duck, name in (("INT16", "smallint"), ("INT32", "integer"), ("INT64", "bigint"))),
    (r"Could not convert string '(.*?)' to (?:U?INT\d+|U?(?:BIG|SMALL|TINY|HUGE)INT)",
     r'invalid input syntax for integer: "\1"', BAD_TEXT),
    (r"Could not convert string [\"'](.*?)[\"'] to (?:DOUBLE|FLOAT)",
     r'invalid input syntax for type double precision: "\1"', BAD_TEXT),
    (r"Could not convert string [\"'](.*?)[\"'] to DECIMAL",
     r'invalid input syntax for type numeric: "\1"', BAD_TEXT),
    (r"Could not convert string [\"'](.*?)[\"'] to BOOL",
     r'invalid input syntax for type boolean: "\1"', BAD_TEXT),
    (r"invalid (?:date|timestamp) field format: \"(.*?)\"",
     r'invalid input syntax for type timestamp: "\1"', BAD_DATETIME),
    (r"date/time field value out of range: \"(.*?)\"",
     r'date/time field value out of range: "\1"', "22008"),
    (r"Overflow|out of range|Out of Range|(?:Could not|Failed to) cast .*value|overflows",
     NUMERIC_OVERFLOW, OUT_OF_RANGE),
    (r"(?:Conversion Error|Could not convert).*?[\"'](.*?)[\"']",
     r'invalid input syntax: "\1"', BAD_TEXT),
    (r"column (\S+) must appear in the GROUP BY clause",
     r'column \1 must appear in the GROUP BY clause or be used in an aggregate function', GROUPING),
    (r"GROUP BY clause cannot contain aggregates", "aggregates not allowed in GROUP BY clause",
     GROUPING),
    (r"disabled by configuration|Permission Error|Access Denied", "permission denied", DENIED),
    (r"Out of Memory", "out of memory", "53200"),
    (r"No space left on device|File too large", "Disk Full", DISK_FULL),
    (r"INTERRUPT|Interrupted", "Query cancelled on user's request", CANCELED),
    (r"TransactionContext Error.*[Cc]onflict|write-write conflict|Conflict on|another transaction",
     "1023: Serializable isolation violation on table", "40001"),
    (r"PRIMARY KEY or UNIQUE constraint violation|violates primary key constraint",
     "1023: Serializable isolation violation on table", "40001"),
)  # fmt: skip
