"""The registry of Athena's statements: leading words → a reader of the statement.

A reader turns text into a `Statement`: what kind it is, and what runs it. Readers see syntax only,
so that what does not parse is refused before a query starts, as Athena does; what needs the catalog
fails while it runs, and so does what a reader finds beyond syntax, as a type that is unknown. To
add a statement is to add a reader::

    @statement("SHOW", "TABLES")
    def show_tables(text: str) -> Statement: ...

Kinds: https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from labkit.cloud.athena.errors import invalid, malformed
from labkit.cloud.athena.words import Words
from labkit.cloud.engine import QueryFailed

if TYPE_CHECKING:
    from labkit.cloud.athena.run import Run
    from labkit.cloud.cloud import Cloud
    from labkit.cloud.lake.metastore import Metastore

READERS: dict[tuple[str, ...], Callable[[str], Statement]] = {}


@dataclass(frozen=True)
class Result:
    """What a statement leaves behind.

    Args:
        columns: ``ColumnInfo`` of its result.
        update_count: rows written.
        manifest: the objects it wrote, for its manifest.
        details: what result reuse needs to know.
    """

    columns: list[dict[str, Any]] = field(default_factory=list)
    update_count: int | None = None
    manifest: list[str] | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """A statement that was read.

    Args:
        kind: ``DML``, ``DDL`` or ``UTILITY``.
        substatement: such as ``SELECT`` or ``CREATE_TABLE_AS_SELECT``.
        run: does it.
        output: the result file's name, ``{id}`` standing for the query's.
        parameters: how many ``?`` it has; ``None`` for any number.
        resolve: for a statement that stands for a stored one: finds it.
        lookup: for one that looks into the catalog before it starts: does so, and tells what it is.
    """

    kind: str
    substatement: str
    run: Callable[[Run], Result]
    output: str = "{id}.txt"
    parameters: int | None = 0
    resolve: Callable[[Cloud, str], Statement] | None = None
    lookup: Callable[[Metastore, str], Statement] | None = None


def statement(*words: str) -> Callable[[Callable[[str], Statement]], Callable[[str], Statement]]:
    """Register the reader of statements that begin with these words."""

    def register(reader: Callable[[str], Statement]) -> Callable[[str], Statement]:
        READERS[words] = reader
        return reader

    return register


def read_statement(text: str) -> Statement:
    """Read a statement by the longest beginning that is registered.

    Raises:
        AwsError: ``InvalidRequestException``, in Athena's words.
    """
    try:
        return _reader(text)(text)
    except QueryFailed as failure:
        if failure.code == "SYNTAX_ERROR":
            raise malformed(failure) from failure
        return _failing(text, failure)
    except RecursionError as error:
        raise invalid(_TOO_DEEP, "MALFORMED_QUERY") from error


def _failing(text: str, failure: QueryFailed) -> Statement:
    """A statement that parses and cannot succeed: it starts, and fails.

    Source: ``PyAthenaOperationalError``, which failed queries raise, and refused ones do not, in
    https://github.com/ibis-project/ibis/blob/main/ibis/backends/tests/test_export.py
    """

    def run(_: Run) -> Result:
        raise failure

    first, *others = (word for word in _beginning(text) if word != "EXTERNAL")
    if first in _QUERIES:
        return Statement("DML", "SELECT", run, "{id}.csv", None)
    kind = "DML" if first in _CHANGES else "DDL"
    return Statement(kind, "_".join((first, *others)), run, parameters=None)


_QUERIES = ("SELECT", "WITH", "VALUES", "TABLE", "(")
_CHANGES = ("DELETE", "EXPLAIN", "INSERT", "MERGE", "UNLOAD", "UPDATE", "USING")


def only_statement(text: str) -> str:
    """The one statement of a text, without the semicolons and blanks around it.

    A comment behind a semicolon counts as a statement, as measured on AWS:
    https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/statements.md

    >>> only_statement(" ; SELECT ';' ;; ")
    "SELECT ';'"

    Raises:
        AwsError: there is none beside semicolons, or another, whether they parse or not.
    """
    if _ESCAPED.search(text):
        return text.strip()
    marks = [found.start() for found in _QUOTED.finditer(text) if found[0] == ";"]
    bounds = itertools.pairwise([-1, *marks, len(text)])
    found = [part for start, end in bounds if (part := text[start + 1 : end].strip(_BLANKS))]
    if len(found) > 1:
        said = f"Only one sql statement is allowed. Got: {text.rstrip(_BLANKS)}"
        raise invalid(said, "MALFORMED_QUERY")
    if marks and not found:
        raise invalid(f"Empty sql statement: {text.rstrip(_BLANKS)}", "MALFORMED_QUERY")
    return found[0] if found else text


_BLANKS = " \t\r\n"
#: A semicolon, and what it says nothing in: texts, names, comments.
_QUOTED = re.compile(r"""'[^']*(?:'|$)|"[^"]*(?:"|$)|`[^`]*`|--[^\r\n]*|/\*.*?\*/|;""", re.DOTALL)
#: Hive's texts may hold the mark that ends them: their statement's own reader finds its end.
_ESCAPED = re.compile(r"""\\['"]""")
_TOO_DEEP = "line 1:1: statement is too large (stack overflow while parsing)"


def _reader(text: str) -> Callable[[str], Statement]:
    words = Words(text)
    if words.word.kind == "end":
        raise words.mismatch(*_FIRST)
    if beginning := _beginning(text):
        return READERS[beginning]
    raise _unknown(_leading(text), words)


def _beginning(text: str) -> tuple[str, ...]:
    """The longest beginning of a statement that is registered."""
    leading = _leading(text)
    known = (leading[:length] for length in range(len(leading), 0, -1))
    return next((words for words in known if words in READERS), ())


#: https://github.com/aoyagikouhei/athena-local/blob/main/docs/dev/measurements/errors.md
_WORDS = """
    ALTER ANALYZE CALL COMMENT COMMIT CREATE DEALLOCATE DELETE DENY DESC DESCRIBE DROP EXECUTE
    EXPLAIN GRANT INSERT MERGE PREPARE REFRESH RESET REVOKE ROLLBACK SET SHOW START TRUNCATE UNLOAD
    UPDATE USE
""".split()
_FIRST = (*(f"'{word}'" for word in _WORDS), "<query>")
#: Statements of Trino and Hive that Athena refuses.
_UNSUPPORTED = frozenset(
    """
    ALTER ANALYZE CALL COMMENT COMMIT CREATE DROP EXPORT GRANT IMPORT LOAD LOCK REFRESH RELOAD RESET
    REVOKE ROLLBACK SET SHOW START TRUNCATE UNLOCK USE
    """.split()
)


def _unknown(leading: tuple[str, ...], words: Words) -> Exception:
    if leading and leading[0] in _UNSUPPORTED:
        return invalid("Queries of this type are not supported", "NOT_SUPPORTED")
    return words.mismatch(*_FIRST)


def _leading(text: str) -> tuple[str, ...]:
    words = Words(text)
    found: list[str] = []
    while len(found) < 4 and (words.word.kind == "word" or words.word.text == "("):
        found.append(words.take().text.upper())
    return tuple(found)
