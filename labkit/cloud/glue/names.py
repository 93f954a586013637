"""Names that folders give: of tables, of partition keys, and their values.

A table is named after its folder, in lower case, with ``_`` for what Athena does not take; a folder
``k=v`` names a key, others are ``partition_0``, ``partition_1``. Source:
https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Sequence

_HIVE = re.compile(r"([^=/]+)=(.*)", re.DOTALL)


def partition_keys(names: Sequence[tuple[str, ...]], columns: Sequence[str]) -> tuple[str, ...]:
    """The partition keys of folders.

    A key of a column's name would make the table unreadable (Athena: "duplicate columns"), so such
    a folder counts as a plain one.

    >>> partition_keys([("year=2020", "us"), ("year=2021", "fr")], [])
    ('year', 'partition_1')
    """
    found: list[str] = []
    for level, folders in enumerate(zip(*names, strict=True)):
        keys = {hive_key(folder) for folder in folders}
        key = keys.pop() if len(keys) == 1 else None
        taken = key is None or key in columns or key in found
        found.append(f"partition_{level}" if taken else str(key))
    return tuple(found)


def partition_values(names: tuple[str, ...], keys: tuple[str, ...]) -> list[str]:
    """The values of a partition's keys.

    >>> partition_values(("year=2020", "us"), ("year", "partition_1"))
    ['2020', 'us']
    """
    return [
        urllib.parse.unquote(_HIVE.fullmatch(name)[2])  # type: ignore[index]
        if hive_key(name) == key or (hive_key(name) and key.startswith("partition_"))
        else name
        for name, key in zip(names, keys, strict=True)
    ]


def table_name(folder: str, bucket: str) -> str:
    """A table's name after its folder, in the characters that Athena takes.

    >>> table_name("raw/Year=2019/", "lake"), table_name("", "my-lake")
    ('year_2019', 'my_lake')
    """
    return clean_name(folder.rstrip("/").rpartition("/")[2] or bucket)


def clean_name(name: str) -> str:
    """A name in lower case, with ``_`` for each character but letters, digits and ``_``."""
    return re.sub(r"[^a-z0-9_]", "_", name.lower())


def hive_key(name: str) -> str | None:
    """The key that a folder ``key=value`` names.

    >>> hive_key("Year=2020"), hive_key("2020")
    ('year', None)
    """
    found = _HIVE.fullmatch(name)
    return clean_name(found[1]) if found else None
