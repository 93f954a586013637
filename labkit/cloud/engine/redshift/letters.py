"""Capitals that count: names under ``enable_case_sensitive_identifier``.

Redshift's names fold to lower case, and DuckDB's have no case. A capital that counts therefore is
another character within: one of Unicode's last private area, by 0x100000 above itself. `kept` puts
such into a name, `shown` takes them out of whatever is told.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_enable_case_sensitive_identifier.html
"""

from __future__ import annotations

import re
from typing import Any

_FAR = 0x100000
_CAPITALS = re.compile(r"[^\W\d_a-z]")
_KEPT = re.compile(f"[{chr(_FAR)}-{chr(0x10FFFD)}]")


def kept(name: str) -> str:
    """A name whose capitals count.

    >>> kept("Sales") == "sales", kept("sales"), shown(kept("Sales"))
    (False, 'sales', 'Sales')
    """
    return _CAPITALS.sub(_far, name)


def _far(found: re.Match[str]) -> str:
    letter, place = found[0], ord(found[0]) + _FAR
    return chr(place) if letter != letter.lower() and place <= 0x10FFFD else letter


def has_kept(text: str) -> bool:
    """Whether capitals count somewhere in a text."""
    return not text.isascii() and bool(_KEPT.search(text))


def shown(text: str) -> str:
    """A text with its capitals, as it was written."""
    return text if text.isascii() else _KEPT.sub(lambda found: chr(ord(found[0]) - _FAR), text)


def shown_value(value: Any) -> Any:
    """A value of a row that tells of names."""
    return shown(value) if isinstance(value, str) else value
