"""Names in quotes under ``enable_case_sensitive_identifier``.

Redshift folds names to lower case, in quotes too, until the setting is on: then ``"Sales"`` keeps
its capitals, and is another name than ``sales``. Here a query's columns keep theirs. What is stored
has none: a statement that would store such a name, or change what has one, is refused, and so is a
query whose columns differ in case alone.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_enable_case_sensitive_identifier.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.errors import unsupported
from labkit.cloud.engine.redshift.scope import Field
from labkit.cloud.engine.redshift.words import Word
from labkit.cloud.redshift.warehouse.registry import Column, Parsed

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

SETTING = "enable_case_sensitive_identifier"
_READING = {"SELECT", "WITH", "VALUES", "(", "SET", "SHOW", "RESET", "EXPLAIN"}


def minds(connection: Connection) -> bool:
    """Whether the setting is on."""
    return connection.settings[SETTING].lower() in ("on", "true", "1")


def check(connection: Connection, parsed: Parsed) -> None:
    """Refuse a statement that names something with capitals.

    Raises:
        RedshiftError: it does, and is no query.
    """
    words = parsed.words.words
    into = any(word.upper == "INTO" for word in words)
    if not minds(connection) or (words[0].upper in _READING and not into):
        return
    for word in _named(words):
        raise unsupported(f'the name "{word.text}" under {SETTING}')


def columns(connection: Connection, parsed: Parsed, fields: Sequence[Field]) -> tuple[Column, ...]:
    """A query's columns, by their names as the query writes them.

    Raises:
        RedshiftError: two of them may differ in case alone.
    """
    words = parsed.words.words if minds(connection) else ()
    written = [word.text for word in words if word.kind == "quoted"]
    told = {text.lower(): text for text in written}
    names = [field.name for field in fields]
    for text in written:
        if text != told[text.lower()] and names.count(text.lower()) > 1:
            raise unsupported(f'the names "{text}" and "{told[text.lower()]}" under {SETTING}')
    return tuple(Column(told.get(field.name, field.name), field.type) for field in fields)


def _named(words: Sequence[Word]) -> Iterator[Word]:
    """The names with capitals, but for attributes of SUPER values: those follow a dot."""
    names = words[0].upper in ("CREATE", "ALTER", "DROP")
    for before, word in pairwise(words):
        names = names and word.upper not in ("AS", "(")
        capitals = word.kind == "quoted" and word.text != word.text.lower()
        if capitals and (names or before.text != "."):
            yield word
