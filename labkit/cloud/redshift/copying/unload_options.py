"""What an UNLOAD says: the query, the prefix, and its options in any order.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labkit.cloud.engine.redshift.errors import SYNTAX, UNSUPPORTED, RedshiftError
from labkit.cloud.engine.redshift.letters import shown
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.copying.options import Access
from labkit.cloud.redshift.copying.reading import (
    AUTHORIZATION,
    Reader,
    delimiter,
    flag,
    null_as,
    read_options,
    refused,
    text,
)

MEGABYTE = 1 << 20
LEAST_FILE, MOST_FILE = 5 * MEGABYTE, 6349 * MEGABYTE  # 6.2 GB
LEAST_GROUP, MOST_GROUP = 32 * MEGABYTE, 128 * MEGABYTE


@dataclass(frozen=True)
class UnloadOptions:
    """An UNLOAD as it was told; the names are those of its parameters."""

    query: str
    prefix: str
    access: Access
    format: str = "text"
    partition_by: tuple[str, ...] = ()
    include: bool = False
    manifest: bool = False
    verbose: bool = False
    header: bool = False
    delimiter: str = ""
    widths: str = ""
    compression: str = ""
    add_quotes: bool = False
    null_as: str | None = None
    escape: bool = False
    allow_overwrite: bool = False
    clean_path: bool = False
    parallel: bool = True
    most_bytes: int = MOST_FILE
    row_group_bytes: int = 0
    extension: str = ""
    kms_key: str = ""
    encrypted: bool = False

    @property
    def separator(self) -> str:
        return self.delimiter or ("," if self.format == "csv" else "|")


def read_unload(words: Words) -> UnloadOptions:
    """Read an UNLOAD statement.

    Raises:
        RedshiftError: it is not one, or has what cannot be together.
    """
    words.expect("UNLOAD", "(")
    query = words.string()
    words.expect(")", "TO")
    prefix = words.string()
    if not prefix.startswith("s3://"):
        raise RedshiftError(f"Invalid destination for UNLOAD: {prefix}", "22023")
    told: dict[str, Any] = {}
    read_options(words, _OPTIONS, told)
    words.end()
    keys = [key for key in Access.__dataclass_fields__ if key in told]
    access = Access(**{key: told.pop(key) for key in keys})
    options = UnloadOptions(query, prefix, access, **told)
    _check(options)
    return options


def _check(options: UnloadOptions) -> None:
    text = options.format in ("text", "fixed")
    columnar = options.format in ("parquet", "json")
    wrong = {
        "ADDQUOTES": options.add_quotes and options.format != "text",
        "ESCAPE": options.escape and not text,
        "DELIMITER": options.delimiter and options.format not in ("text", "csv"),
        "HEADER": options.header and options.format not in ("text", "csv"),
        "NULL AS": options.null_as is not None and columnar,
        "ROWGROUPSIZE": options.row_group_bytes and options.format != "parquet",
        "Compression": options.compression and options.format == "parquet",
    }
    for name, unfit in wrong.items():
        if unfit:
            shown = options.format.upper()
            raise RedshiftError(f"{name} is not supported for UNLOAD to {shown}", UNSUPPORTED)
    if len(options.delimiter.encode()) > 1:
        raise RedshiftError("UNLOAD delimiter must be a single ASCII character", SYNTAX)
    if options.clean_path and options.allow_overwrite:
        raise RedshiftError("CLEANPATH cannot be used with ALLOWOVERWRITE", SYNTAX)
    if options.kms_key and not options.encrypted:
        raise RedshiftError("KMS_KEY_ID can only be used with ENCRYPTED", SYNTAX)
    if not LEAST_FILE <= options.most_bytes <= MOST_FILE:
        raise RedshiftError("MAXFILESIZE must be between 5 MB and 6.2 GB", "22023")
    if options.row_group_bytes and not LEAST_GROUP <= options.row_group_bytes <= MOST_GROUP:
        raise RedshiftError("ROWGROUPSIZE must be between 32 MB and 128 MB", "22023")


# The options ------------------------------------------------------------------------------------


def _format(words: Words, told: dict[str, Any]) -> None:
    words.accept("AS")
    name = words.accept_one("CSV", "PARQUET", "JSON")
    if not name:
        raise words.refuse()
    told["format"] = name.lower()


def _of(name: str) -> Reader:
    def read(words: Words, told: dict[str, Any]) -> None:
        told["format"] = name

    return read


def _fixed(words: Words, told: dict[str, Any]) -> None:
    words.accept("AS")
    told["format"], told["widths"] = "fixed", words.string()


def _partition(words: Words, told: dict[str, Any]) -> None:
    words.expect("BY")
    told["partition_by"] = tuple(map(shown, words.names()))
    told["include"] = words.accept("INCLUDE")


def _manifest(words: Words, told: dict[str, Any]) -> None:
    told["manifest"] = True
    told["verbose"] = words.accept("VERBOSE")


def _size(field: str) -> Reader:
    """``5.5 MB``, ``1 GB``; megabytes when it says neither."""

    def read(words: Words, told: dict[str, Any]) -> None:
        words.accept("AS")
        if words.word.kind != "number":
            raise words.refuse()
        number = float(words.take().text)
        unit = words.accept_one("MB", "GB")
        told[field] = int(number * MEGABYTE * (1024 if unit == "GB" else 1))

    return read


def _encrypted(words: Words, told: dict[str, Any]) -> None:
    words.accept("AUTO")
    told["encrypted"] = True


def _parallel(words: Words, told: dict[str, Any]) -> None:
    told["parallel"] = words.accept_one("ON", "TRUE", "OFF", "FALSE") not in ("OFF", "FALSE")


_OPTIONS: dict[str, Reader] = {
    **AUTHORIZATION,
    "FORMAT": _format,
    "CSV": _of("csv"),
    "PARQUET": _of("parquet"),
    "JSON": _of("json"),
    "FIXEDWIDTH": _fixed,
    "PARTITION": _partition,
    "MANIFEST": _manifest,
    "HEADER": flag("header"),
    "DELIMITER": delimiter,
    "ENCRYPTED": _encrypted,
    "KMS_KEY_ID": text("kms_key"),
    "MASTER_SYMMETRIC_KEY": refused("MASTER_SYMMETRIC_KEY"),
    "GZIP": flag("compression", "gz"),
    "BZIP2": flag("compression", "bz2"),
    "ZSTD": flag("compression", "zst"),
    "ADDQUOTES": flag("add_quotes"),
    "NULL": null_as,
    "ESCAPE": flag("escape"),
    "ALLOWOVERWRITE": flag("allow_overwrite"),
    "CLEANPATH": flag("clean_path"),
    "PARALLEL": _parallel,
    "MAXFILESIZE": _size("most_bytes"),
    "ROWGROUPSIZE": _size("row_group_bytes"),
    "REGION": text("region"),
    "EXTENSION": text("extension"),
}
