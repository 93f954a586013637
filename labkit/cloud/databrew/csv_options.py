"""What a CSV file's fields may be delimited by, in data sets and in jobs' outputs.

AWS's page lists comma, colon, semicolon, pipe, tab, caret, backslash and space; other characters
are taken too, but for those that a CSV file has another use for. Source:
https://docs.aws.amazon.com/databrew/latest/dg/datasets.connecting-to-data-in-text-files.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.cloud.databrew.words import invalid

_TAKEN = '"\n\r\0'


def check_delimiter(options: Mapping[str, Any] | None) -> None:
    """Refuse ``FormatOptions`` whose files could not be told apart into fields.

    Raises:
        AwsError: ValidationException.
    """
    delimiter = ((options or {}).get("Csv") or {}).get("Delimiter", ",")
    if delimiter in _TAKEN:
        raise invalid(f"The delimiter of a CSV file cannot be {delimiter!r}.")
