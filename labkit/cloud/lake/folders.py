"""The folders of partitions as Hive names them: ``dt=2024-01-01/place=a%2Fb``.

Source: ``escapePathName`` of
https://github.com/apache/hive/blob/master/common/src/java/org/apache/hadoop/hive/common/FileUtils.java
"""

from __future__ import annotations

from collections.abc import Sequence

_SPECIAL = frozenset("\"#%'*/:=?\\\x7f{[]^") | {chr(code) for code in range(1, 32)}


def escaped(text: str) -> str:
    """A key or a value as it stands in the folder's name.

    >>> escaped("10:30")
    '10%3A30'
    """
    return "".join(f"%{ord(c):02X}" if c in _SPECIAL else c for c in text)


def folders_of(names: Sequence[str], values: Sequence[str]) -> str:
    """A partition's folders below its table's.

    >>> folders_of(["dt", "hour"], ["2024-01-01", "10:30"])
    'dt=2024-01-01/hour=10%3A30'
    """
    return "/".join(f"{escaped(n)}={escaped(v)}" for n, v in zip(names, values, strict=True))
