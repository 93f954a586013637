"""How a COPY statement is read.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.engine.redshift.errors import SYNTAX, UNSUPPORTED, RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.copying.options import (
    COLUMNAR,
    MOST_ERRORS,
    MOST_RATIO,
    Access,
    CopyOptions,
    Job,
)
from labkit.cloud.redshift.copying.reading import (
    AUTHORIZATION,
    Reader,
    delimiter,
    flag,
    null_as,
    number,
    plain_text,
    read_options,
    refused,
    text,
)


def read_copy(words: Words) -> tuple[CopyOptions, Job | None]:
    """Read a COPY statement.

    Raises:
        RedshiftError: it is not one, or has what cannot be together.
    """
    words.expect("COPY")
    table = words.name()
    columns = tuple(words.names()) if words.peek("(") else ()
    words.expect("FROM")
    if words.accept_one("STDIN"):
        raise RedshiftError(
            "LOAD source is not supported. "
            "(Hint: only S3 or DynamoDB or EMR based load is allowed)", UNSUPPORTED,
        )  # fmt: skip
    source = words.string()
    if not source.startswith(("s3://", "dynamodb://")):
        raise _no_source(source)
    told: dict[str, Any] = {}
    named = read_options(words, _OPTIONS, told)
    job = _job(words)
    words.end()
    spoken = named if told.get("max_error") else named - {"MAXERROR"}
    _check_source(source, named, told, by_job=job is not None)
    _check_columnar(told.get("format", ""), spoken)
    keys = [key for key in Access.__dataclass_fields__ if key in told]
    access = Access(**{key: told.pop(key) for key in keys})
    options = CopyOptions(table, columns, source, access, **told)
    _check(options)
    return options, job


def _no_source(source: str) -> RedshiftError:
    kind = source.partition("://")[0]
    if kind in ("emr", "ssh"):
        return RedshiftError(f"COPY from {kind}:// is not available in the local AWS", UNSUPPORTED)
    return RedshiftError(f"Invalid source for COPY: {source}", "22023")


def _check_source(source: str, named: set[str], told: dict[str, Any], *, by_job: bool) -> None:
    """READRATIO goes with DynamoDB's tables alone, and they with few parameters.

    Source: https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-source-dynamodb.html
    """
    if source.startswith("s3://"):
        if "READRATIO" in named:
            raise RedshiftError("READRATIO is only supported for DynamoDB based COPY", UNSUPPORTED)
        return
    if not 1 <= told.get("read_ratio", 0) <= MOST_RATIO:
        words = f"READRATIO is a number from 1 to {MOST_RATIO}"
        raise RedshiftError(f"COPY from DynamoDB needs READRATIO: {words}", SYNTAX)
    unfit = "CREATE JOB" if by_job else next(iter(sorted(named & _NOT_OF_ITEMS)), None)
    if unfit:
        raise RedshiftError(f"{unfit} is not supported for DynamoDB based COPY", UNSUPPORTED)


def _job(words: Words) -> Job | None:
    if not words.accept("JOB"):
        return None
    words.expect("CREATE")
    name = words.identifier()
    auto = not words.accept("AUTO") or words.accept_one("ON", "OFF") != "OFF"
    return Job(name, auto)


def _check(options: CopyOptions) -> None:
    if len(options.delimiter) > 1 and options.format == "csv":
        raise RedshiftError("COPY delimiter must be a single character", SYNTAX)
    if len(options.quote) != 1:
        raise RedshiftError("COPY quote must be a single character", SYNTAX)
    if len(options.invalid_char) > 1 or ord(options.invalid_char or "?") > 127:
        raise RedshiftError("ACCEPTINVCHARS takes a single ASCII character", SYNTAX)
    if not 0 <= options.max_error <= MOST_ERRORS:
        raise RedshiftError(f"MAXERROR must be between 0 and {MOST_ERRORS}", "22023")
    unfit = _unfit(options)
    if unfit:
        name = options.format.upper()
        raise RedshiftError(f"{unfit} is not supported for {name} format", UNSUPPORTED)


def _check_columnar(shape: str, named: set[str]) -> None:
    """Parquet and ORC take few parameters; ``MAXERROR 0`` asks for nothing (dlt says so).

    Source: https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-copy-from-columnar.html
    """
    unfit = sorted(named - _OF_COLUMNAR) if shape in COLUMNAR else []
    if unfit:
        raise RedshiftError(
            f"{unfit[0]} argument is not supported for {shape.upper()} based COPY", UNSUPPORTED
        )


def _unfit(options: CopyOptions) -> str:
    """An option that the format does not take."""
    csv = options.format == "csv"
    checks = {
        "ESCAPE": options.escape and options.format != "text",
        "REMOVEQUOTES": options.remove_quotes and options.format != "text",
        "DELIMITER": options.delimiter and options.format not in ("text", "csv"),
        "FILLRECORD": options.fill_record and options.format in ("json", "avro", "fixed"),
        "IGNOREHEADER": options.ignore_header and options.format == "avro",
        "QUOTE": options.quote != '"' and not csv,
    }
    return next((name for name, wrong in checks.items() if wrong), "")


# The options ------------------------------------------------------------------------------------


def _format(words: Words, told: dict[str, Any]) -> None:
    words.accept("AS")
    name = words.word.upper
    if name not in _FORMATS:
        raise words.refuse()
    words.take()
    _FORMATS[name](words, told)


def _csv(words: Words, told: dict[str, Any]) -> None:
    told["format"] = "csv"


def _columnar(name: str) -> Reader:
    def read(words: Words, told: dict[str, Any]) -> None:
        told["format"] = name
        if words.accept("SERIALIZETOJSON"):
            told["serialize"] = True

    return read


def _with_argument(name: str) -> Reader:
    def read(words: Words, told: dict[str, Any]) -> None:
        words.accept("AS")
        told["format"] = name
        told["argument"] = words.string() if words.word.kind == "string" else "auto"

    return read


def _fixed(words: Words, told: dict[str, Any]) -> None:
    words.accept("AS")
    told["format"], told["argument"] = "fixed", words.string()


def _invalid(words: Words, told: dict[str, Any]) -> None:
    words.accept("AS")
    told["invalid_char"] = plain_text(words) if words.word.kind == "string" else "?"


def _encoding(words: Words, told: dict[str, Any]) -> None:
    words.accept("AS")
    name = words.string() if words.word.kind == "string" else words.identifier()
    known = {"utf8": "utf-8", "utf16": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be"}
    known |= {"iso88591": "latin-1"}
    if name.lower() not in known:
        raise RedshiftError(f"Unsupported encoding: {name}", UNSUPPORTED)
    told["encoding"] = name.lower()


def _automatic(words: Words, told: dict[str, Any]) -> None:
    """COMPUPDATE and STATUPDATE: the table's encodings and statistics keep themselves here."""
    if not words.accept("PRESET"):
        words.accept_one("ON", "OFF", "TRUE", "FALSE")


def _sampled(words: Words, told: dict[str, Any]) -> None:
    """COMPROWS: how many rows COMPUPDATE looks at."""
    words.number()


_FORMATS: dict[str, Reader] = {
    "CSV": _csv,
    "JSON": _with_argument("json"),
    "AVRO": _with_argument("avro"),
    "PARQUET": _columnar("parquet"),
    "ORC": _columnar("orc"),
    "FIXEDWIDTH": _fixed,
    "DELIMITER": delimiter,
    "SHAPEFILE": refused("SHAPEFILE"),
}
_OPTIONS: dict[str, Reader] = {
    **AUTHORIZATION,
    **_FORMATS,
    "FORMAT": _format,
    "QUOTE": text("quote"),
    "GZIP": flag("compression", "gz"),
    "BZIP2": flag("compression", "bz2"),
    "ZSTD": flag("compression", "zst"),
    "LZOP": refused("LZOP"),
    "ENCRYPTED": refused("ENCRYPTED"),
    "READRATIO": number("read_ratio"),
    "SSH": refused("SSH"),
    "MANIFEST": flag("manifest"),
    "REGION": text("region"),
    "IGNOREHEADER": number("ignore_header"),
    "NULL": null_as,
    "EMPTYASNULL": flag("empty_as_null"),
    "BLANKSASNULL": flag("blanks_as_null"),
    "DATEFORMAT": text("date_format"),
    "TIMEFORMAT": text("time_format"),
    "ACCEPTANYDATE": flag("accept_any_date"),
    "ACCEPTINVCHARS": _invalid,
    "TRIMBLANKS": flag("trim_blanks"),
    "TRUNCATECOLUMNS": flag("truncate_columns"),
    "FILLRECORD": flag("fill_record"),
    "IGNOREALLERRORS": flag("ignore_all_errors"),
    "IGNOREBLANKLINES": flag("ignore_blank_lines"),
    "MAXERROR": number("max_error"),
    "NOLOAD": flag("no_load"),
    "COMPUPDATE": _automatic,
    "STATUPDATE": _automatic,
    "COMPROWS": _sampled,
    "ROUNDEC": flag("round_decimals"),
    "EXPLICIT_IDS": flag("explicit_ids"),
    "ENCODING": _encoding,
    "ESCAPE": flag("escape"),
    "REMOVEQUOTES": flag("remove_quotes"),
}
_NOT_OF_ITEMS = {
    *_FORMATS, "FORMAT", "QUOTE", "GZIP", "BZIP2", "ZSTD", "ENCODING",
    "ESCAPE", "FILLRECORD", "IGNOREBLANKLINES", "IGNOREHEADER", "NULL", "REMOVEQUOTES",
    "ACCEPTINVCHARS", "MANIFEST",
}  # fmt: skip
_OF_COLUMNAR = {
    *AUTHORIZATION, "FORMAT", "PARQUET", "ORC", "MANIFEST", "STATUPDATE", "COMPUPDATE",
    "EXPLICIT_IDS", "FILLRECORD", "ACCEPTINVCHARS",
}  # fmt: skip
