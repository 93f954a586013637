"""What a warehouse's statements give: rows with types, and a refusal's reason in a sentence."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit.errors import slip
from labkit.progress import QUIET
from labkit.storage import readable_denial
from labkit.tables import table_html

if TYPE_CHECKING:
    from labkit.lab import Lab


@dataclass(frozen=True)
class Result:
    """A statement that succeeded.

    Args:
        lab: the lab that ran it.
        described: as ``redshift-data.describe_statement`` tells it.
    """

    lab: Lab
    described: dict[str, Any]

    @property
    def id(self) -> str:
        """The statement's id; of the last one where several ran together."""
        parts = self.described.get("SubStatements") or [self.described]
        return str(parts[-1]["Id"])

    @property
    def milliseconds(self) -> float:
        """How long it ran."""
        return round(float(self.described.get("Duration", 0)) / 1e6, 1)

    @property
    def rows(self) -> int:
        """How many rows it gave or changed."""
        return int(self.described.get("ResultRows", 0))

    @functools.cached_property
    def df(self) -> pd.DataFrame:
        """The rows as a pandas DataFrame."""
        parts = self.described.get("SubStatements") or [self.described]
        if not parts[-1].get("HasResultSet"):
            return pd.DataFrame()
        pages = self.lab.client("redshift-data").get_paginator("get_statement_result")
        found = list(pages.paginate(Id=self.id))
        columns = found[0]["ColumnMetadata"]
        decimals = [column["typeName"] == "numeric" for column in columns]
        records = [
            [_value(cell, decimal) for cell, decimal in zip(row, decimals, strict=True)]
            for page in found
            for row in page["Records"]
        ]
        return _typed(pd.DataFrame(records, columns=[column["name"] for column in columns]))

    @property
    def _done(self) -> str:
        """What a statement without a result says: -1 stands for no rows to count."""
        return f"Done, {self.rows:,} rows" if self.rows >= 0 else "Done"

    @property
    def value(self) -> Any:
        """The one value of a result with one row and one column."""
        if self.df.shape != (1, 1):
            rows, columns = self.df.shape
            raise slip(f"The result has {rows} rows and {columns} columns, not one value.")
        return self.df.iloc[0, 0]

    def __len__(self) -> int:
        return len(self.df)

    def __repr__(self) -> str:
        return repr(self.df) if len(self.df.columns) else self._done

    def _repr_html_(self) -> str:
        if not len(self.df.columns):
            return f"<em>{self._done}</em>"
        more = f" · first 50 of {len(self):,} rows" if len(self) > 50 else ""
        rows = f"{len(self):,} row{'s' * (len(self) != 1)}"
        note = f'<div style="font:12px system-ui;{QUIET}">{rows}{more}</div>'
        return table_html(self.df.head(50)) + note


def split(sql: str) -> list[str]:
    """Statements parted by ``;``, but not by one within quotes, ``$$``, ``$tag$`` or a comment.

    >>> split("SELECT ';'; SELECT 2;")
    ["SELECT ';'", 'SELECT 2']
    >>> len(split("CREATE PROCEDURE p() AS $x$ BEGIN NULL; END; $x$ LANGUAGE plpgsql; CALL p()"))
    2
    """
    parts, start = [], 0
    for token in _TOKENS.finditer(sql):
        if token[0] == ";":
            parts.append(sql[start : token.start()])
            start = token.end()
    return [part.strip() for part in [*parts, sql[start:]] if part.strip()]


def first_word(sql: str) -> str:
    r"""The word that a statement begins with, behind comments.

    >>> first_word("-- all\ndelete FROM marks")
    'DELETE'
    """
    found = re.search(r"\w+", _TOKENS.sub(" ", sql))
    return found[0].upper() if found else ""


_TOKENS = re.compile(
    r"'(?:[^']|'')*'|\"[^\"]*\"|(\$(?:[a-z_]\w*)?\$).*?\1|--[^\n]*|/\*.*?\*/|;",
    re.DOTALL | re.IGNORECASE,
)


def readable(message: str) -> str:
    """Redshift's reason without the block of details, nor what differs from run to run.

    >>> readable("ERROR: Access Denied,Status 403,Rid 1F,CanRetry 1\\n  Detail: \\n  ----\\n")
    'ERROR: Access Denied,Status 403'
    """
    message = re.sub(r",Rid \w+(,\w+ \d+)?|(?<=role)/redshift-\d+", "", message)
    return readable_denial(message.partition("\n  Detail:")[0].rstrip())


def _value(cell: dict[str, Any], decimal: bool) -> Any:
    """A field of the Data API: one member that names its type; a decimal and NaN come as texts."""
    [(kind, value)] = cell.items()
    if kind == "isNull":
        return None
    if kind == "doubleValue":
        return float(value)
    return Decimal(value) if decimal else value


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers and truth values with room for NULL; text and decimals stay as they are."""
    if frame.empty:
        return frame
    typed: pd.DataFrame = frame.apply(
        lambda one: one if one.map(type).isin((str, Decimal)).any() else one.convert_dtypes()
    )
    return typed
