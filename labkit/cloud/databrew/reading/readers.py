"""Files of a data set as SQL, one reader a format.

The format is told by the data set, or else by the files' names, or by what is in them; all files
of a data set have one. CSV and JSON may be compressed, as their name then says. Source:
https://docs.aws.amazon.com/databrew/latest/dg/supported-data-file-sources.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import duckdb

from labkit.cloud.databrew.reading.columnar import read_orc, read_parquet
from labkit.cloud.databrew.reading.delimited import read_csv
from labkit.cloud.databrew.reading.documents import read_json
from labkit.cloud.databrew.reading.sheets import read_excel
from labkit.cloud.databrew.reading.source import Read, Reading, Unreadable
from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.engine import infer
from labkit.cloud.engine.formats import FormatError
from labkit.cloud.engine.formats.lines import BROKEN
from labkit.cloud.engine.formats.model import File

READERS: dict[str, Callable[[Reading], Read]] = {
    "CSV": read_csv,
    "JSON": read_json,
    "PARQUET": read_parquet,
    "ORC": read_orc,
    "EXCEL": read_excel,
}
_ENDINGS = {
    "csv": "CSV",
    "tsv": "CSV",
    "txt": "CSV",
    "json": "JSON",
    "jsonl": "JSON",
    "parquet": "PARQUET",
    "orc": "ORC",
    "xlsx": "EXCEL",
    "xls": "EXCEL",
}


def read(reading: Reading, form: str | None) -> Read:
    """The rows of the files as SQL, and its columns, those of the path's parameters last.

    Args:
        form: ``CSV`` and so on, where the data set says.

    Raises:
        Unreadable: the files do not hold what they should.
    """
    _check_formats(reading.files)
    try:
        sql, columns = READERS[form or format_of(reading.files[0])](reading)
    except (duckdb.Error, FormatError, *BROKEN) as error:
        raise Unreadable(_plainly(reading, error)) from error
    _check_names(columns, reading.added)
    return sql, (*columns, *reading.added)


def format_of(file: File) -> str:
    """A file's format, by its name or else by its content.

    Raises:
        Unreadable: neither tells.
    """
    if named := _named(file):
        return named
    seen = infer.classify(file).classification.upper()
    if seen not in READERS:
        raise Unreadable(f"DataBrew cannot tell the format of {file.name}: give the data set one.")
    return seen


def _named(file: File) -> str | None:
    """A file's format by its name."""
    endings = file.name.rpartition("/")[2].lower().split(".")[1:]
    return next((_ENDINGS[each] for each in reversed(endings) if each in _ENDINGS), None)


def _check_formats(files: Sequence[File]) -> None:
    """Refuse files of several formats, as their names say."""
    formats = sorted({named for file in files if (named := _named(file))})
    if len(formats) > 1:
        raise Unreadable(f"The files of a folder must have the same format: {', '.join(formats)}.")


def _check_names(columns: Sequence[Column], added: Sequence[Column]) -> None:
    names = {column.name.lower() for column in columns}
    twin = next((each.name for each in added if each.name.lower() in names), None)
    if twin is not None:
        raise Unreadable(f"The files have a column '{twin}' as the path has a parameter.")


def _plainly(reading: Reading, error: Exception) -> str:
    """The error's first sentence, objects under their addresses instead of their files."""
    text = str(error).split("\n\n")[0].replace("\n", " ")
    for file in reading.files:
        text = text.replace(file.path, file.name)
    return text
