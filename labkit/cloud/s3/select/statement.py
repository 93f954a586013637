"""What S3 Select is asked: a list of values, a path to the rows, a condition and a limit.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-select.html
and, for the codes, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.partiql.reading import Reader
from labkit.cloud.partiql.tokens import Unreadable
from labkit.cloud.partiql.tree import ALL, Call, Literal, Name, Path, parts

AGGREGATES = ("AVG", "COUNT", "MAX", "MIN", "SUM")
_LONGEST = 256 << 10  # bytes


@dataclass(frozen=True)
class Column:
    """A value of the list, and its name if it has one.

    >>> Column(Path(Name("s"), (Name("city"),)), None).name(1)
    'city'
    """

    value: Any
    alias: str | None

    def name(self, place: int) -> str:
        """Its name in a row of JSON: an alias, the last of a path's names, or its place."""
        if self.alias is not None:
            return self.alias
        last = self.value.names[-1] if isinstance(self.value, Path) else None
        return last.text if isinstance(last, Name) else f"_{place}"


@dataclass(frozen=True)
class Statement:
    """A statement: ``columns`` is None for ``*``, ``limit`` where there is none."""

    columns: tuple[Column, ...] | None
    source: Path
    alias: Name | None
    where: Any
    limit: int | None

    @property
    def aggregates(self) -> list[Call]:
        """The calls that make one value of all rows."""
        nodes = [each for column in self.columns or () for each in parts(column.value)]
        return [each for each in nodes if isinstance(each, Call) and each.function in AGGREGATES]


def read(text: str) -> Statement:
    """The statement that a text says.

    Raises:
        AwsError: ``ParseUnexpectedToken`` and its like, with line and column.
    """
    if len(text.encode()) > _LONGEST:
        words = "The SQL expression is too long: The maximum byte-length for the SQL expression is"
        raise AwsError("ExpressionTooLong", f"{words} 256 KB.")
    try:
        return _read(Reader(text))
    except Unreadable as error:
        code = "LexerInvalidChar" if error.kind == "character" else "ParseUnexpectedToken"
        place = f"at line {error.line}, column {error.column}"
        raise AwsError(code, f"The SQL expression cannot be read {place}: {error}.") from error


def _read(reader: Reader) -> Statement:
    reader.expect("SELECT")
    columns = None if reader.accept("*") else reader.listed(lambda: _column(reader))
    reader.expect("FROM")
    source = reader.path()
    if source.root.text.upper() != "S3OBJECT":
        words = "The SQL expression contains a data source that is not valid: it is S3Object"
        raise AwsError("InvalidDataSource", f"{words}.")
    alias = _alias(reader)
    where = reader.expression() if reader.accept("WHERE") else None
    limit = _limit(reader) if reader.accept("LIMIT") else None
    reader.end()
    columns = _without_star(columns, alias)
    asked = Statement(columns, source, alias, where, limit)
    _check(asked)
    return asked


def _column(reader: Reader) -> Column:
    value = reader.expression()
    alias = _alias(reader)
    return Column(value, alias.text if alias else None)


def _alias(reader: Reader) -> Name | None:
    named = reader.accept("AS")
    if named or reader.next.kind == "quoted":
        return reader.name()
    word = reader.next.word if reader.next.kind == "word" else ""
    return None if word in ("", "FROM", "WHERE", "LIMIT", "ORDER") else reader.name()


def _limit(reader: Reader) -> int:
    count = reader.expression()
    if not isinstance(count, Literal) or type(count.value) is not int:
        raise reader.refusal("LIMIT takes a whole number")
    if count.value < 0:
        raise AwsError("EvaluatorNegativeLimit", "The limit must not be negative.")
    return count.value


def _without_star(
    columns: tuple[Column, ...] | None, alias: Name | None
) -> tuple[Column, ...] | None:
    """The list, or none where it is all that the alias has (``s.*``)."""
    if columns and len(columns) == 1 and isinstance(path := columns[0].value, Path):
        names = {alias.text.upper() if alias else "S3OBJECT"}
        if path.steps == (ALL,) and path.root.text.upper() in names:
            return None
    return columns


def _check(asked: Statement) -> None:
    """Raise for what a list has together, or nowhere."""
    found = asked.aggregates
    inner = [each for call in found for value in call.arguments for each in parts(value)]
    outer = [
        each
        for column in asked.columns or ()
        for each in parts(column.value)
        if isinstance(each, Path) and not any(each is part for part in inner)
    ]
    if any(isinstance(each, Call) and each.function in AGGREGATES for each in inner):
        raise unsupported("an aggregate within an aggregate")
    if found and outer:
        raise unsupported("an aggregate beside a value of a row")
    if any(
        isinstance(each, Call) and each.function in AGGREGATES
        for each in (parts(asked.where) if asked.where else ())
    ):
        raise unsupported("an aggregate in WHERE")


def unsupported(what: str) -> AwsError:
    """The refusal of what SQL has and S3 Select has not."""
    words = "Encountered an unsupported SQL structure"
    return AwsError("UnsupportedSqlStructure", f"{words}: {what}. Check the SQL Reference.")
