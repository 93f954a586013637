"""What a learner may do about the commonest refusals, as AWS's own words name no helper.

A rule reads AWS's message and, where it has to, the statement. None changes what was refused: its
sentence stands below AWS's.
"""

from __future__ import annotations

import re

from botocore.exceptions import ConnectionClosedError, EndpointConnectionError

from labkit.rules import RULES
from labkit.slips import MISSPELT, SLIPS

ENDED = "The local AWS has ended. labkit.start starts it again: run the notebook's first cell."


def what_helps(error: BaseException) -> str:
    """`advice` on an error; nothing listens at a local AWS that has ended."""
    local = re.search(r'"http://(127\.0\.0\.1|localhost)\b', str(error))
    unheard = isinstance(error, (ConnectionClosedError, EndpointConnectionError))
    return ENDED if local and unheard else advice(str(error))


def advice(message: str, statement: str = "") -> str:
    """What helps, by the first rule that fits; nothing where none does.

    >>> advice("line 1:8: Column 'f' cannot be resolved", 'SELECT 1 WHERE gender = "F"')[:41]
    'In SQL a text stands in single quotes. In'
    >>> advice("Internal error")
    ''
    """
    for says, written, helps in (*SLIPS, *RULES, *MISSPELT):
        found = re.search(says, message, re.IGNORECASE)
        if found and re.search(_with(written, re.escape(_named(found))), statement, re.IGNORECASE):
            return _with(helps, _named(found))
    return ""


def _named(found: re.Match[str]) -> str:
    """The name that AWS's words hold."""
    return next(filter(None, found.groups()), "")


def _with(text: str, name: str) -> str:
    """A text with a name in the place of ``\\1``."""
    return text.replace(r"\1", name)
