"""What a COPY says: the table, the source, and thirty options in any order.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html
"""

from __future__ import annotations

from dataclasses import dataclass

COLUMNAR = ("parquet", "orc")
MOST_ERRORS, MOST_RATIO = 100_000, 200


@dataclass(frozen=True)
class Access:
    """By which right objects are read and written.

    Args:
        role: an ARN, ARNs with commas between (each taken on by the one before), or ``default``.
        access_key: a user's, in place of a role.
        secret_key: the one of ``access_key``.
        token: of the session that both are of, if of any.
        region: of the bucket.
    """

    role: str = ""
    access_key: str = ""
    secret_key: str = ""
    token: str = ""
    region: str = ""


@dataclass(frozen=True)
class CopyOptions:
    """A COPY as it was told; the names are those of its parameters."""

    table: tuple[str, ...]
    columns: tuple[str, ...]
    source: str
    access: Access
    format: str = "text"
    argument: str = ""
    delimiter: str = ""
    quote: str = '"'
    compression: str = ""
    manifest: bool = False
    ignore_header: int = 0
    null_as: str = "\\N"
    empty_as_null: bool = False
    blanks_as_null: bool = False
    date_format: str = ""
    time_format: str = ""
    accept_any_date: bool = False
    invalid_char: str = ""
    trim_blanks: bool = False
    truncate_columns: bool = False
    fill_record: bool = False
    ignore_all_errors: bool = False
    ignore_blank_lines: bool = False
    max_error: int = 0
    no_load: bool = False
    round_decimals: bool = False
    explicit_ids: bool = False
    encoding: str = "utf8"
    escape: bool = False
    remove_quotes: bool = False
    serialize: bool = False
    read_ratio: int = 0

    @property
    def separator(self) -> str:
        """What parts fields: ``|``, in CSV a comma, unless it says another."""
        return self.delimiter or ("," if self.format == "csv" else "|")

    @property
    def most_errors(self) -> float:
        """With how many errors the load fails."""
        return float("inf") if self.ignore_all_errors else max(self.max_error, 1)


@dataclass(frozen=True)
class Job:
    """What JOB CREATE says behind a COPY."""

    name: str
    auto: bool
