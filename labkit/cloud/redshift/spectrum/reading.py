"""Files of external tables, where Spectrum reads them otherwise than Athena.

ORC's columns are found by name, unless ``orc.schema.resolution`` has another value; the quotes of
OpenCSVSerde may hold line breaks (``wholeFile``), and a JSON file's rows may stand in one array
(``strip.outer.array``); ``compression_type`` goes before a file's ending; a day in a text may be
written month first, and with the month's name; where data are cleansed, a text that is longer than
its type is NULL. Sources:
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE.html and
https://docs.aws.amazon.com/redshift/latest/dg/c-spectrum-external-tables.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from labkit.cloud.engine import formats
from labkit.cloud.engine.formats import jsons, opencsv
from labkit.cloud.engine.formats.lines import codec, lines, open_bytes
from labkit.cloud.engine.formats.model import File, FormatError, Session, Table
from labkit.cloud.engine.formats.stream import line_relation
from labkit.cloud.engine.formats.text_sql import TEXTS, State, cast
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import DATE, VARCHAR, Type

_COLUMNAR = ("parquet", "orc", "avro")
_DATED = ("csv", "regex", "grok")
#: Values of ``compression_type`` → the ending that tells so.
_ENDINGS = {"bzip2": "bz2", "gzip": "gz", "none": "", "snappy": "snappy"}


def settings(options: Mapping[str, str]) -> dict[str, str]:
    """A table's properties as the readers know them."""
    by_name = options.get("orc.schema.resolution", "name").lower() == "name"
    return {**options, "orc.column.index.access": str(not by_name).lower()}


def relation(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    """SQL of the wanted columns, as `labkit.cloud.engine.formats.relation` gives it.

    Raises:
        FormatError: the declaration cannot be read, or a file does not fit it.
    """
    files = [_named(file, table) for file in files]
    changed = {
        name: sql for _, name, kind in table.wanted(wanted) if (sql := _made(table, name, kind))
    }
    columns = tuple((n, VARCHAR if n in changed else kind) for n, kind in table.columns)
    found = _rows(session, replace(table, columns=columns), files, wanted)
    shown = ", ".join(f"{sql} AS {quoted_name(name)}" for name, sql in changed.items())
    return f"(SELECT * REPLACE ({shown}) FROM {found})" if changed else found


def _made(table: Table, name: str, kind: Type) -> str:
    """SQL of a column that is made of its text; empty for others."""
    sql = quoted_name(name)
    if kind == DATE and table.format in _DATED:
        return day(sql)
    surplus = table.option("surplus_char_handling", default="set_to_null").lower()
    cleansed = table.flag("data_cleansing_enabled") and surplus == "set_to_null"
    if kind.base in TEXTS and kind.args and cleansed:
        return f"CASE WHEN strlen({sql}) <= {kind.args[0]} THEN {sql} END"
    return ""


def _rows(session: Session, table: Table, files: Sequence[File], wanted: frozenset[str]) -> str:
    if files and table.format == "opencsv" and table.flag("wholefile"):
        decode, records = opencsv.decoder(table, wanted), opencsv.records(table)
        return line_relation(session, table, files, wanted, decode, records)
    if files and table.format == "openx-json" and table.flag("strip.outer.array"):
        decode = jsons.decoder(table, wanted)
        return line_relation(session, table, files, wanted, decode, _elements)
    return formats.relation(session, table, files, wanted)


def _named(file: File, table: Table) -> File:
    """The file under a name whose ending tells how it is compressed."""
    told = table.option("compression_type").lower()
    if not told or table.format in _COLUMNAR:
        return file
    if told not in _ENDINGS:
        raise FormatError("NOT_SUPPORTED", f"compression_type '{told}' is not read here")
    ending = _ENDINGS[told]
    return file if codec(file.name) == ending else replace(file, name=f"{file.name}.{ending}")


def _elements(file: File) -> Iterator[str]:
    """The texts of an array's elements; of a file that holds no array, its lines."""
    with open_bytes(file) as raw:
        text = raw.read().decode("utf-8-sig", "replace").strip()
    if not text.startswith("["):
        yield from lines(file, skip=0)
        return
    decoder, at = json.JSONDecoder(), _SPACE.match(text, 1).end()  # type: ignore[union-attr]
    try:
        while text[at] != "]":
            end = decoder.raw_decode(text, at)[1]
            yield text[at:end]
            at = _NEXT.match(text, end).end()  # type: ignore[union-attr]
    except (ValueError, LookupError, AttributeError) as error:
        why = f"The array of {file.name} is no valid JSON: {error}"
        raise FormatError("HIVE_CURSOR_ERROR", why) from error


_SPACE = re.compile(r"\s*")
_NEXT = re.compile(r"\s*(?:,\s*|(?=\]))")


def day(text: str) -> str:
    """SQL of the day that a text tells; years below 100 are of 1970 to 2069."""
    told = f"lower(trim({text}))"
    forms = " ".join(
        f"WHEN regexp_full_match({told}, '{form}') THEN {_day(told, *places)}"
        for form, *places in _FORMS
    )
    usual = cast(text, DATE, State.LOOSE)
    return (
        f"CASE WHEN regexp_full_match({text}, '\\d{{4}}-\\d\\d.*') THEN {usual} {forms} "
        f"WHEN regexp_full_match({told}, '\\d{{1,2}}-\\d{{1,2}}-\\d{{1,4}}') THEN NULL "
        f"ELSE {usual} END"
    )


def _day(told: str, year: int, month: int, day: int) -> str:
    y, m, d = (f"split_part({told}, '-', {at})" for at in (year, month, day))
    number = f"TRY_CAST({y} AS INTEGER)"
    century = f"CASE WHEN {number} < 70 THEN 2000 WHEN {number} < 100 THEN 1900 ELSE 0 END"
    named = f"(strpos({quoted_text(_MONTHS)}, {m}) + 2) // 3"
    padded = f"lpad(coalesce(TRY_CAST({m} AS INTEGER), {named})::VARCHAR, 2, '0')"
    whole = f"lpad(({number} + {century})::VARCHAR, 4, '0')"
    return f"TRY_CAST({whole} || '-' || {padded} || '-' || lpad({d}, 2, '0') AS DATE)"


_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_M, _D = r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"
_N = f"({'|'.join(_MONTHS[at : at + 3] for at in range(0, 36, 3))})"
#: How a day is written, and where its year, month and day stand.
_FORMS: tuple[tuple[str, int, int, int], ...] = (
    (rf"{_M}-{_D}-\d{{1,4}}", 3, 1, 2),
    (rf"{_N}-{_D}-\d{{1,4}}", 3, 1, 2),
    (rf"{_D}-{_N}-\d{{3,4}}", 3, 2, 1),
    (rf"\d{{3,4}}-{_N}-{_D}", 1, 2, 3),
)
