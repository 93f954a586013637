"""The registry of Redshift's statements: leading words → a handler.

To add a statement is to add a handler::

    @statement("COPY")
    def copy(connection: Connection, parsed: Parsed) -> Result: ...

The longest beginning that is registered counts (``CREATE EXTERNAL SCHEMA`` before ``CREATE``).
``Parsed.words`` reads the text token by token; `parse_query` gives sqlglot's tree of a query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError, unsupported
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.engine.redshift.words import Word, Words
from labkit.cloud.redshift.warehouse.shown_names import bind

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


@dataclass(frozen=True)
class Column:
    """A column of a result, by its name as it is told."""

    name: str
    type: Type

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", shown(self.name))


class Notice(str):
    """A sentence that is told beside an answer, how loud, and its SQLSTATE."""

    severity: str
    sqlstate: str

    def __new__(cls, sentence: str, severity: str = "INFO", sqlstate: str = "") -> Notice:
        made = super().__new__(cls, shown(sentence))
        made.severity = severity
        made.sqlstate = sqlstate or ("01000" if severity == "WARNING" else "00000")
        return made


@dataclass(frozen=True)
class Result:
    """What a statement answers.

    Args:
        tag: PostgreSQL's command tag: ``SELECT``, ``INSERT 0 2``, ``CREATE TABLE``.
        columns: of the rows.
        rows: ``None`` where the statement gives no rows.
        count: the rows that it gave or changed.
        notices: what was told beside it (``RAISE INFO``, ``NOTICE``).
    """

    tag: str
    columns: tuple[Column, ...] = ()
    rows: pa.Table | None = None
    count: int = 0
    notices: tuple[str, ...] = ()


@dataclass
class Parsed:
    """A statement as its handler gets it.

    Args:
        text: one statement, without its semicolon.
        parameters: values of ``$1``, ``$2``, ... as text; ``None`` for NULL.
        unbound: whether a SHOW names something by a parameter whose value is not known yet.
    """

    text: str
    parameters: Sequence[Any] = ()
    words: Words = field(init=False)
    unbound: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.words = Words(self.text)
        if self.parameters and self.words.peek("SHOW"):
            self.unbound = bind(self.words, self.parameters)

    def again(self) -> Parsed:
        """The same, to be read from its beginning."""
        self.words.at = 0
        return self

    @property
    def leading(self) -> tuple[str, ...]:
        """The first words, which tell what it does: past the queries of ``WITH ... UPDATE``."""
        words = self.words.words
        start = _past_queries(words) if words[0].upper == "WITH" else 0
        return tuple(word.upper for word in words[start : start + 5])


def _past_queries(words: Sequence[Word]) -> int:
    """Where WITH's queries end and UPDATE or DELETE begins; 0 where a query follows."""
    depth = 0
    for at, word in enumerate(words):
        if not depth and word.upper in ("SELECT", "UPDATE", "DELETE") and words[at - 1].text == ")":
            return 0 if word.upper == "SELECT" else at
        depth += (word.upper == "(") - (word.upper == ")")
    return 0


Handler = Callable[["Connection", Parsed], Result]
HANDLERS: dict[tuple[str, ...], Handler] = {}
#: Statements that a transaction block may not hold, by their first words.
ALONE: set[tuple[str, ...]] = set()
#: Statements that go on after an error of the transaction, or end it.
ENDING: set[str] = {"ROLLBACK", "ABORT", "COMMIT", "END"}


def statement(*beginnings: str, alone: bool = False) -> Callable[[Handler], Handler]:
    """Register the handler of statements with these first words (``"CREATE TABLE"``).

    Args:
        alone: whether it cannot run inside of a transaction block.
    """

    def register(handler: Handler) -> Handler:
        for words in beginnings:
            HANDLERS[tuple(words.split())] = handler
            if alone:
                ALONE.add(tuple(words.split()))
        return handler

    return register


def find_handler(parsed: Parsed) -> tuple[tuple[str, ...], Handler]:
    """The handler of a statement, and the words that told it.

    Raises:
        RedshiftError: no statement begins so.
    """
    leading = parsed.leading
    for length in range(len(leading), 0, -1):
        if found := HANDLERS.get(leading[:length]):
            return leading[:length], found
    raise parsed.words.refuse() if leading[0] else RedshiftError("syntax error", SYNTAX)


def not_here(*beginnings: str) -> None:
    """Statements that Redshift has, and this warehouse refuses by name."""

    def refuse(connection: Connection, parsed: Parsed) -> Result:
        words, _ = find_handler(parsed)
        raise unsupported(f"{' '.join(words)} is not available in the local AWS: it")

    for words in beginnings:
        HANDLERS.setdefault(tuple(words.split()), refuse)
