"""Names in quotes under ``enable_case_sensitive_identifier``.

Redshift folds names to lower case, in quotes too, until the setting is on: then ``"Sales"`` keeps
its capitals, and is another name than ``sales``. A statement gets such capitals when it comes in,
and whatever is told of names shows them again, whether the setting is on or not. Names of users,
databases and data shares have none here, nor has what Glue's catalog keeps: those are refused.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_enable_case_sensitive_identifier.html
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from labkit.cloud.engine.redshift.errors import unsupported
from labkit.cloud.engine.redshift.letters import has_kept, shown
from labkit.cloud.engine.redshift.words import Words, with_capitals

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection

SETTING = "enable_case_sensitive_identifier"
_STORING = ("CREATE", "ALTER", "DROP")
_WITHOUT = {"USER", "GROUP", "ROLE", "DATABASE", "DATASHARE", "EXTERNAL", "IDENTITY", "MODEL"}


def minds(connection: Connection) -> bool:
    """Whether the setting is on."""
    return connection.settings[SETTING].lower() in ("on", "true", "1")


def written(connection: Connection, text: str) -> str:
    """A statement with the capitals that count for this session."""
    return with_capitals(text) if minds(connection) else text


def check(words: Words) -> None:
    """Refuse a statement that gives capitals to what has none here.

    Raises:
        RedshiftError: it does.
    """
    first, second = (word.upper for word in (words.words * 2)[:2])
    told = first in _STORING and (second in _WITHOUT or _is_iceberg(words))
    if told and (first, second) != ("ALTER", "DATASHARE") and has_kept(words.text):
        refuse(words)


def refuse(words: Words) -> None:
    """Refuse names with capitals, wherever they stand.

    Raises:
        RedshiftError: there is one.
    """
    for word in words.words:
        if word.kind == "quoted" and has_kept(word.text):
            raise unsupported(f'the name "{shown(word.text)}" under {SETTING}')


def _is_iceberg(words: Words) -> bool:
    return ("USING", "ICEBERG") in pairwise(word.upper for word in words.words)
