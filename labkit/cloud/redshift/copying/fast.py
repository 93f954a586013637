"""The fast half of COPY: all files in one pass of DuckDB's own readers, in SQL.

It takes nothing that the careful half would refuse or read otherwise: a value in a form that is not
plainly the same for both stops the pass, and the careful half looks at the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from labkit.cloud.engine.formats import File
from labkit.cloud.engine.formats.lines import BROKEN, NATIVE, is_line_longer, open_bytes
from labkit.cloud.engine.formats.unpacked import address
from labkit.cloud.engine.formats.watching import READ_BYTES
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.redshift.letters import has_kept
from labkit.cloud.engine.redshift.types import Type
from labkit.cloud.redshift.copying.load_errors import LONGEST
from labkit.cloud.redshift.copying.options import CopyOptions
from labkit.cloud.redshift.copying.sql_values import (
    NO_JSON,
    STOP,
    helper,
    parsed,
    readable,
    value,
    wrong,
)
from labkit.cloud.redshift.warehouse.objects import TableColumn


def marks(options: CopyOptions) -> list[str]:
    """What the fast half leaves to the careful one: NUL, and the quote of CSV within a value."""
    return ["\0", *([options.quote] if options.format == "csv" else [])]


def relation(
    columns: Sequence[TableColumn],
    options: CopyOptions,
    files: Sequence[File],
    *,
    clean: bool,
    watched: bool = False,
) -> str | None:
    """SQL of a query that gives these columns of the files; None where the careful half must read.

    Args:
        columns: those that the files give, in their order.
        clean: their texts have no `marks`.
        watched: they are gzip files, of which this is seen as they are read.
    """
    headed = options.format == "csv" and options.ignore_header
    if headed and any(_has_open_header(file, options) for file in files):
        return None
    if watched:
        told = marks(options) if clean else []
        blank = options.ignore_blank_lines
        listed = [replace(f, path=address(f.path, told, blank_lines=blank)) for f in files]
        options = replace(options, compression="")
        return _relation(columns, options, listed, clean=clean)
    return _relation(columns, options, files, clean=clean)


def _relation(
    columns: Sequence[TableColumn], options: CopyOptions, files: Sequence[File], *, clean: bool
) -> str | None:
    source = _SOURCES.get(options.format)
    known = all(readable(column.type) for column in columns)
    found = source(columns, options, files) if source and known and _plain(options) else None
    if found is None:
        return None
    read = [f"{parsed(f'f{at}', c.type, options)} AS v{at}" for at, c in enumerate(columns)]
    looked = [] if clean else marks(options)
    inner = ", ".join([*read, helper(columns, looked)])
    values = [value(at, column, options) for at, column in enumerate(columns)]
    failing = f"CAST({STOP} AS {columns[0].type.duckdb})"
    values[0] = f"CASE WHEN {wrong(columns, options, looked)} THEN {failing} ELSE {values[0]} END"
    outer = ", ".join(f"{each} AS c{at}" for at, each in enumerate(values))
    return f"SELECT {outer} FROM (SELECT *, {inner} FROM {found})"


def _has_open_header(file: File, options: CopyOptions) -> bool:
    """Whether the lines to pass over end within quotes, which may take DuckDB to the file's end."""
    with suppress(*BROKEN), open_bytes(file) as raw:
        head = b"".join(raw.readline(LONGEST) for _ in range(options.ignore_header))
        return head.count(options.quote.encode()) % 2 == 1
    return False


def _plain(options: CopyOptions) -> bool:
    careful = (
        options.escape,
        options.remove_quotes,
        options.fill_record,
        options.invalid_char,
        "\0" in options.null_as,
    )
    return not any(careful) and options.encoding == "utf8" and len(options.separator) == 1


# Readers ----------------------------------------------------------------------------------------


def _delimited(
    columns: Sequence[TableColumn], options: CopyOptions, files: Sequence[File]
) -> str | None:
    mark = options.quote if options.format == "csv" else ""
    return _read_csv(
        [f"f{at}" for at in range(len(columns))], options, files, options.separator, mark
    )


def _read_csv(
    names: Sequence[str], options: CopyOptions, files: Sequence[File], delimiter: str, mark: str
) -> str | None:
    if options.compression not in NATIVE:
        return None
    listed = ", ".join(quoted_text(file.path) for file in files)
    columns = ", ".join(f"{quoted_text(name)}: 'VARCHAR'" for name in names)
    return (
        f"(SELECT {', '.join(names)} FROM read_csv([{listed}], auto_detect = false, "
        f"header = false, delim = {quoted_text(delimiter)}, quote = {quoted_text(mark)}, "
        f"escape = {quoted_text(mark)}, compression = '{NATIVE[options.compression]}', "
        f"columns = {{{columns}}}, skip = {options.ignore_header}, "
        f"nullstr = {quoted_text(options.null_as)}, "
        f"max_line_size = {LONGEST}, buffer_size = {READ_BYTES}))"
    )


def _json(
    columns: Sequence[TableColumn], options: CopyOptions, files: Sequence[File]
) -> str | None:
    """Objects whose members are called as the columns are; ``auto`` only."""
    if options.argument.lower() != "auto" or options.compression not in NATIVE:
        return None
    if options.ignore_header or _has_large_row(options, files):
        return None
    if any(has_kept(column.name) for column in columns):
        return None  # DuckDB's reader takes any case
    listed = ", ".join(quoted_text(file.path) for file in files)
    types = ", ".join(f"{quoted_text(c.name)}: '{_json_type(c.type)}'" for c in columns)
    shown = ", ".join(f"{_told(c, options)} AS f{at}" for at, c in enumerate(columns))
    looked = {_CHANGED[c.type.base] for c in columns if c.type.base in _CHANGED}
    careful = _none_of(sorted(looked), options, files) if looked else ""
    return (
        f"(SELECT {shown} FROM read_json([{listed}], columns = {{{types}}}, "
        f"format = 'unstructured', records = true, compression = '{NATIVE[options.compression]}', "
        f"maximum_object_size = {LONGEST}){careful})"
    )


#: Numbers in a line that DuckDB's reader of JSON changes, by columns' types: it makes 100.0 of
#: ``1e2``, which no decimal may be, and a double of a fraction that SUPER keeps.
_CHANGED = {
    "numeric": "regexp_matches(line, '(^|[:,[\\s])-?[0-9.]+[eE]')",
    "super": "rs_has_digits(line)",
}


def _none_of(looked: Sequence[str], options: CopyOptions, files: Sequence[File]) -> str:
    """A condition that stops the query where a line has what is looked for."""
    lines = _read_csv(["line"], options, files, "\x01", "")
    found = f"SELECT bool_or({' OR '.join(looked)}) FROM {lines}"
    return f" WHERE CASE WHEN ({found}) THEN CAST({STOP} AS BOOLEAN) ELSE true END"


def _has_large_row(options: CopyOptions, files: Sequence[File]) -> bool:
    """Whether a line is too large for a row: DuckDB takes objects of up to 32 MB all the same."""
    plain = [] if options.compression else [replace(file, name="") for file in files]
    return any(is_line_longer(file, LONGEST) for file in plain)


def _told(column: TableColumn, options: CopyOptions) -> str:
    """A member of an object; NULL where it says so in a text."""
    name = quoted_name(column.name)
    if column.type.base == "super":
        return name
    null = quoted_text(options.null_as)
    if _json_type(column.type) == "VARCHAR":
        return f"nullif({name}, {null})"
    text = f"CAST({name} AS VARCHAR)"
    changed = _MANY_DIGITS if column.type.base == "numeric" else _FRACTION
    return (
        f"CASE WHEN starts_with({text}, '\"') THEN nullif({name} ->> '$', {null}) "
        f"WHEN regexp_matches({text}, '{changed}') THEN CAST({STOP} AS VARCHAR) "
        f"ELSE nullif(nullif({text}, 'null'), {null}) END"
    )


#: Numbers that may have been written with other digits: DuckDB reads fractions as doubles.
_FRACTION, _MANY_DIGITS = f"[0-9][.eE]|{NO_JSON}", "[.].{16}|[0-9.]{17}"
_EXACT_DIGITS = 15


def _json_type(kind: Type) -> str:
    exact = kind.base in ("varchar", "bpchar", "name") or (
        kind.base == "numeric" and kind.size > _EXACT_DIGITS
    )
    return "JSON" if exact or kind.base == "super" else "VARCHAR"


_SOURCES: dict[str, Callable[[Sequence[TableColumn], CopyOptions, Sequence[File]], str | None]] = {
    "csv": _delimited,
    "text": _delimited,
    "json": _json,
}
