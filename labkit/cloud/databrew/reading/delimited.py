"""CSV files of a data set: their header, and a type for each column that holds for all rows.

A column is ``int``, ``long``, ``double`` or ``boolean``, the first that every value of it is, as
Spark infers and a real profile shows; all else is text, as dates are (DataBrew detects those within
text columns). A type is guessed from the first rows and then checked against all, once for each
state of the objects, so that no later value fails a job or is lost. Numbers that would not print as
they were written (``007``, twenty digits) stay text. Blank lines are no rows, as for Spark; what
DuckDB reads otherwise than that, `repairs` has.
Sources: https://docs.aws.amazon.com/databrew/latest/dg/API_CsvOptions.html and
https://docs.aws.amazon.com/databrew/latest/dg/projects.adv-data-types.html
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb

from labkit.cloud.databrew.reading import repairs
from labkit.cloud.databrew.reading.source import Read, Reading, Unreadable, spelled, unique
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.engine.formats.guess import widen
from labkit.cloud.engine.formats.lines import BROKEN, NATIVE, codec, head, is_line_longer
from labkit.cloud.engine.formats.model import File, literal, paths
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.engine.rows import first_row
from labkit.cloud.engine.types import BIGINT, BOOLEAN, DOUBLE, INTEGER, VARCHAR, Type

HEAD = 1 << 20
GUESSED_FROM = 10_000
KNOWN = 1_000
WIDE = 100
LONGEST_LINE = 1 << 24
#: Bytes that are read at once: by itself DuckDB takes many lines of the longest, so that a file of
#: some hundred MB would lie in memory whole.
READ_BYTES = 2 * LONGEST_LINE
_NUMBER = r"'-?((0|[1-9]\d{0,14})(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?'"

_BLANK = re.compile(r"([ \t]*(\r\n|\n|\r))+")


def _in_32_bits(text: str) -> str:
    return f"CAST(TRY_CAST({text} AS INTEGER) AS VARCHAR) = {text}"


def _whole(text: str) -> str:
    return f"CAST(TRY_CAST({text} AS BIGINT) AS VARCHAR) = {text}"


def _number(text: str) -> str:
    return f"CASE WHEN {_whole(text)} THEN true ELSE regexp_full_match({text}, {_NUMBER}) END"


def _truth(text: str) -> str:
    return f"lower({text}) IN ('true', 'false')"


#: The types that a column may have, and SQL that says whether a text fits; the first that fits is.
TESTS: dict[Type, Callable[[str], str]] = {
    INTEGER: _in_32_bits,
    BIGINT: _whole,
    DOUBLE: _number,
    BOOLEAN: _truth,
}
_LENIENT = ", null_padding=true, strict_mode=false"
#: How files are read, the fastest first: in order; with short or long rows; these over many lines.
MODES = ("", _LENIENT, f"{_LENIENT}, parallel=false")
#: What DuckDB says, reading in order, of rows that are short, long or odd, and of mixed line ends.
_ODD_ROWS = ("CSV Error", "The CSV Parser state machine reached an invalid state")


@dataclass(frozen=True)
class Csv:
    """Files of one header, with as many blank lines before it, read alike."""

    files: tuple[File, ...]
    names: tuple[str, ...]
    delimiter: str
    header: bool
    skipped: int
    whole: bool = True

    def source(self, mode: str, kinds: Sequence[Type] | None = None) -> str:
        """SQL that reads the files; everything is text where no types are given."""
        kinds = kinds or [VARCHAR] * len(self.names)
        pairs = zip(self.names, kinds, strict=True)
        columns = ", ".join(f"{literal(name)}: '{kind.duckdb}'" for name, kind in pairs)
        packed = NATIVE[codec(self.files[0].name)]
        source = (
            f"read_csv({paths(self.files)}, columns={{{columns}}}, header={self.header}, "
            f"auto_detect=false, delim={literal(self.delimiter)}, quote='\"', escape='\"', "
            f"nullstr='', compression='{packed}', max_line_size={LONGEST_LINE}, "
            f"buffer_size={READ_BYTES}, skip={self.skipped}{mode}"
        )
        if len(self.names) > 1:
            return f"{source})"
        # Of one column DuckDB makes a row of a blank line, which is no "".
        told = f"{quoted_name(self.names[0])} IS NOT NULL"
        return f"{source}, allow_quoted_nulls=false) WHERE {told}"


@dataclass(frozen=True)
class Survey:
    """What was found by looking at all rows: how to read them, and each column's type.

    No types where the files must be repaired first.
    """

    mode: str
    kinds: tuple[Type, ...]


_SURVEYS: dict[tuple[object, ...], Survey] = {}


def read_csv(reading: Reading) -> Read:
    """CSV files as SQL; those with different headers have the union of their columns."""
    tables, surveys = zip(*(_surveyed(reading, each) for each in _tables(reading)), strict=True)
    columns = _columns(tables, surveys)
    kinds = {column.name: column.type for column in columns}
    selects = []
    for table, survey in zip(tables, surveys, strict=True):
        source = table.source(survey.mode, [kinds[name] for name in table.names])
        shown = ", ".join(map(quoted_name, table.names))
        selects.append(f"SELECT {shown}{reading.added_sql(table.files)} FROM {source}")
    return " UNION ALL BY NAME ".join(selects), columns


def _columns(tables: Iterable[Csv], surveys: Iterable[Survey]) -> tuple[Column, ...]:
    kinds: dict[str, Type] = {}
    for table, survey in zip(tables, surveys, strict=True):
        for name, kind in zip(table.names, survey.kinds, strict=True):
            kinds[name] = widen(kinds.get(name, kind), kind)
    return tuple(Column(name, kind) for name, kind in kinds.items())


def _tables(reading: Reading) -> Iterator[Csv]:
    """The files by header and compression, in order of first sight."""
    options = reading.options.get("Csv") or {}
    delimiter, header = options.get("Delimiter", ","), options.get("HeaderRow", True)
    layouts: dict[tuple[tuple[str, ...], int, str], list[File]] = {}
    known: dict[str, str] = {}
    for file in map(reading.plain, reading.files):
        found, skipped = _names(file, delimiter, header)
        if names := spelled(found, known):
            layouts.setdefault((names, skipped, codec(file.name)), []).append(file)
    if not layouts:
        raise Unreadable(f"There are no columns in {reading.files[0].name}.")
    for (names, skipped, _), files in layouts.items():
        yield Csv(tuple(files), names, delimiter, header, skipped)


def _names(file: File, delimiter: str, header: bool) -> tuple[tuple[str, ...], int]:
    """The columns' names, and how many blank lines stand before the first that is none."""
    start = head(file, HEAD)
    if len(start) == HEAD and not {*b"\r\n"} & {*start}:
        raise Unreadable(f"The first line of {file.name} is longer than {HEAD} bytes.")
    text = _decoded(start, file)
    blank = _BLANK.match(text)
    at, skipped = (blank.end(), len(blank[0].splitlines())) if blank else (0, 0)
    first: list[str] = next(csv.reader(io.StringIO(text[at:], newline=""), delimiter=delimiter), [])
    if any("\0" in name for name in first):
        raise Unreadable(f"{file.name} is not encoded in UTF-8.")
    return tuple(unique(first if header else [""] * len(first))), skipped


def _decoded(start: bytes, file: File) -> str:
    """The text that a file begins with; a character that ends behind it is left out."""
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(start)
    except UnicodeDecodeError as error:
        raise Unreadable(f"{file.name} is not encoded in UTF-8.") from error


# Types --------------------------------------------------------------------------------------------


def _surveyed(reading: Reading, table: Csv) -> tuple[Csv, Survey]:
    """The files, or copies of them that DuckDB reads as Spark does, and their survey."""
    survey = _survey(reading, table)
    if survey.kinds:
        return table, survey
    copies = (repairs.repaired(reading, file, table.delimiter) for file in table.files)
    rows = replace(table, files=tuple(copies), skipped=0, whole=False)
    return rows, _survey(reading, rows)


def _survey(reading: Reading, table: Csv) -> Survey:
    """The survey of these files, made once for each state of them."""
    origin = {each.object.uri: each.object.path for each in reading.found}
    state = tuple(origin.get(file.name, file.path) for file in table.files)
    key = (state, table.names, table.delimiter, table.header, table.skipped, table.whole)
    if key not in _SURVEYS:
        _check_lines(table.files)
        found = _made(reading, table)
        while len(_SURVEYS) >= KNOWN:
            del _SURVEYS[next(iter(_SURVEYS))]
        _SURVEYS[key] = found
    return _SURVEYS[key]


def _check_lines(files: Sequence[File]) -> None:
    for file in files:
        try:
            longer = is_line_longer(file, READ_BYTES)
        except BROKEN:
            return  # which DuckDB will tell
        if longer:
            raise Unreadable(f"A line of {file.name} is longer than {READ_BYTES} bytes.")


def _made(reading: Reading, table: Csv) -> Survey:
    """A survey by the first mode that reads all rows.

    Of a header in which a line breaks the first mode makes the end of all lines, and finds no rows;
    nor does DuckDB where blank lines before the header end otherwise than it.
    """
    if table.whole and table.skipped:
        return Survey("", ())
    broken = any({*"\r\n"} & {*name} for name in table.names)
    for mode in MODES[broken:-1]:
        try:
            return _by(reading, table, mode)
        except duckdb.Error as error:
            if not any(each in str(error) for each in _ODD_ROWS):
                raise
    return _by(reading, table, MODES[-1])


def _by(reading: Reading, table: Csv, mode: str) -> Survey:
    source, con = table.source(mode), reading.con
    if table.whole:
        odd = any(_is_odd(reading, file, table, mode) for file in table.files)
        may_have_blanks = mode or len(table.names) == 1
        if odd or (
            may_have_blanks and repairs.has_blanks(con, source, table.names, table.delimiter)
        ):
            return Survey(mode, ())
    return Survey(mode, _kinds(con, table, mode))


def _is_odd(reading: Reading, file: File, table: Csv, mode: str) -> bool:
    """Whether DuckDB loses characters of a file; in order it loses a space behind a lone CR."""
    if mode:
        return repairs.is_odd(reading, file, table.delimiter)
    return repairs.mixes_ends(file)


def _kinds(con: duckdb.DuckDBPyConnection, table: Csv, mode: str) -> tuple[Type, ...]:
    anything = [list(TESTS)] * len(table.names)
    source = table.source(mode)
    rows, fits = _tested(con, table, f"(FROM {source} LIMIT {GUESSED_FROM})", anything)
    if rows == GUESSED_FROM:
        open_still = [[kind for kind, ok in each.items() if ok is not False] for each in fits]
        return _checked(con, table, source, open_still)
    return tuple(next((kind for kind, ok in each.items() if ok), VARCHAR) for each in fits)


def _checked(
    con: duckdb.DuckDBPyConnection, table: Csv, source: str, kinds: list[list[Type]]
) -> tuple[Type, ...]:
    """The first type of each column that all its values fit.

    All rows are read for the first types, and once more where later rows say that one is wrong.
    """
    found = [VARCHAR] * len(kinds)
    while True:
        _, fits = _tested(con, table, source, [each[:1] for each in kinds])
        for at, fit in enumerate(fits):
            for kind, ok in fit.items():
                found[at] = kind if ok else VARCHAR
                kinds[at] = kinds[at][1:] if ok is False else []
        if not any(kinds):
            return tuple(found)


def _tested(
    con: duckdb.DuckDBPyConnection, table: Csv, source: str, kinds: Sequence[Sequence[Type]]
) -> tuple[int, list[dict[Type, bool | None]]]:
    """How many rows there are, and which types each column's values fit (``None``: no values)."""
    if len(table.names) > WIDE:
        return _tested_by_cell(con, table, source, kinds)
    asked = [(at, kind) for at, each in enumerate(kinds) for kind in each]
    tests = [_test(quoted_name(table.names[at]), kind) for at, kind in asked]
    row = first_row(con, f"SELECT {', '.join(['count(*)', *tests])} FROM {source}")
    fits: list[dict[Type, bool | None]] = [{} for _ in kinds]
    for (at, kind), found in zip(asked, row[1:], strict=True):
        fits[at][kind] = found
    return int(row[0]), fits


def _tested_by_cell(
    con: duckdb.DuckDBPyConnection, table: Csv, source: str, kinds: Sequence[Sequence[Type]]
) -> tuple[int, list[dict[Type, bool | None]]]:
    """The same by rows of one cell: tests of their own for each column take its square in time."""
    (rows,) = first_row(con, f"SELECT count(*) FROM {source}")
    pairs = zip(table.names, kinds, strict=True)
    if not (shown := ", ".join(quoted_name(name) for name, asked in pairs if asked)):
        return int(rows), [{} for _ in kinds]
    tests = ", ".join(f"bool_and(({test('cell')}) IS TRUE)" for test in TESTS.values())
    cells = f"UNPIVOT (SELECT {shown} FROM {source}) ON COLUMNS(*) INTO NAME place VALUE cell"
    found = con.execute(f"SELECT place, {tests} FROM ({cells}) GROUP BY place").fetchall()
    fits = {name: dict(zip(TESTS, each, strict=True)) for name, *each in found}
    told = (fits.get(name, {}) for name in table.names)
    return int(rows), [
        {k: each.get(k) for k in asked} for each, asked in zip(told, kinds, strict=True)
    ]


def _test(column: str, kind: Type) -> str:
    return f"bool_and(({TESTS[kind](column)}) IS TRUE) FILTER (WHERE {column} IS NOT NULL)"
