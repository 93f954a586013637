"""Regular expressions that select columns, and those of a data set's conditions.

Source: https://docs.aws.amazon.com/databrew/latest/dg/API_ColumnSelector.html
"""

from __future__ import annotations

import re
from typing import NoReturn

from labkit.cloud.databrew.expressions import BadExpression
from labkit.cloud.engine.patience import patient


def pattern_of(text: str) -> re.Pattern[str]:
    """A regular expression that ends.

    Raises:
        BadExpression: it is none; or, when it is used, it takes too long on a text.
    """
    try:
        return patient(re.compile(text), _too_slow)
    except re.error as error:
        raise BadExpression(f"'{text}' is no regular expression: {error}.") from error


def _too_slow(words: str) -> NoReturn:
    raise BadExpression(words)
