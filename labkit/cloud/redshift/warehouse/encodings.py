"""The compression of columns, which Redshift chooses for those that name none.

A column of the sort key is raw, which the catalog calls ``none``.
Source: https://docs.aws.amazon.com/redshift/latest/dg/c_Compression_encodings.html
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from labkit.cloud.redshift.warehouse.objects import TableColumn

RAW = "none"
_DEFAULTS = {
    **dict.fromkeys(("int2", "int4", "int8", "numeric", "date", "time", "timetz"), "az64"),
    **dict.fromkeys(("timestamp", "timestamptz"), "az64"),
    **dict.fromkeys(("bpchar", "varchar", "varbyte"), "lzo"),
    "super": "zstd",
}


def chosen(column: TableColumn, sort_key: Collection[str] = ()) -> TableColumn:
    """A column with its encoding, given or Redshift's own."""
    if column.encode != RAW or column.name in sort_key:
        return replace(column, encode=kept(column.encode))
    return replace(column, encode=_DEFAULTS.get(column.type.base, RAW))


def kept(encode: str) -> str:
    """An encoding as the catalog has it.

    >>> kept("raw"), kept("az64")
    ('none', 'az64')
    """
    return RAW if encode == "raw" else encode


def automatic(columns: Sequence[TableColumn]) -> bool:
    """Whether a table's encodings are Redshift's to choose: no column names one."""
    return all(column.encode == RAW for column in columns)
