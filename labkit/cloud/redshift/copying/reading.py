"""How the options of COPY and UNLOAD are read: any order, with AS or without.

A table of options says what each stands for; the texts of delimiters and nulls keep the backslashes
that Redshift itself reads (``'\\N'``, ``'\\t'``, ``'\\001'``).
Source: https://docs.aws.amazon.com/redshift/latest/dg/r_COPY-parameters.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from labkit.cloud.engine.redshift.errors import SYNTAX, UNSUPPORTED, RedshiftError
from labkit.cloud.engine.redshift.words import Words

Reader = Callable[[Words, dict[str, Any]], None]
_SPECIAL = re.compile(r"''|\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)
_NAMED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


def read_options(words: Words, table: Mapping[str, Reader], told: dict[str, Any]) -> set[str]:
    """Read options until none comes, into ``told``; their names.

    Raises:
        RedshiftError: one is told twice or against another (``GZIP BZIP2``, ``CSV PARQUET``), or
            has not what it needs.
    """
    seen: set[str] = set()
    while not words.ended and words.word.upper in table:
        name = words.take().upper
        if name in seen:
            raise RedshiftError(f"conflicting or redundant options: {name}", "42601")
        seen.add(name)
        before = dict(told)
        table[name](words, told)
        if any(told[each] != value for each, value in before.items()):
            raise RedshiftError(f"conflicting or redundant options: {name}", "42601")
    return seen


def flag(field: str, value: Any = True) -> Reader:
    """An option that is there or not; it may say ON or OFF."""

    def read(words: Words, told: dict[str, Any]) -> None:
        words.accept("AS")
        off = words.accept_one("ON", "TRUE", "OFF", "FALSE") in ("OFF", "FALSE")
        if not off:
            told[field] = value

    return read


def text(field: str) -> Reader:
    """An option with a text, ``AS`` before it or not."""

    def read(words: Words, told: dict[str, Any]) -> None:
        words.accept("AS")
        told[field] = plain_text(words)

    return read


def delimiter(words: Words, told: dict[str, Any]) -> None:
    """``DELIMITER``, of which something must be left: an empty one divides nothing."""
    text("delimiter")(words, told)
    if not told["delimiter"]:
        raise RedshiftError("The delimiter must be at least one character", SYNTAX)


def number(field: str) -> Reader:
    """An option with a number."""

    def read(words: Words, told: dict[str, Any]) -> None:
        words.accept("AS")
        told[field] = words.number()

    return read


def refused(name: str) -> Reader:
    """An option that Redshift has and this warehouse cannot honour."""

    def read(words: Words, told: dict[str, Any]) -> None:
        raise RedshiftError(f"{name} is not available in the local AWS", UNSUPPORTED)

    return read


def plain_text(words: Words) -> str:
    """The next word, a string whose backslashes mean something only before known letters."""
    if words.word.kind != "string":
        raise words.refuse()
    word = words.take()
    raw = words.text[word.start : word.end]
    return word.text if raw.startswith("$") else _SPECIAL.sub(_meant, raw[raw.index("'") + 1 : -1])


def null_as(words: Words, told: dict[str, Any]) -> None:
    """``NULL [AS] 'text'``: the text that stands for NULL."""
    words.accept("AS")
    told["null_as"] = plain_text(words)


def _meant(found: re.Match[str]) -> str:
    if found[1] or found[2]:
        return chr(int(found[1], 16) if found[1] else int(found[2], 8))
    if found[3] is None:
        return "'"
    known = _NAMED.get(found[3])
    return known or (found[3] if found[3] in "\\'\"" else found[0])


def iam_role(words: Words, told: dict[str, Any]) -> None:
    """``IAM_ROLE 'arn' | default``."""
    words.accept("AS")
    told["role"] = "default" if words.accept("DEFAULT") else words.string()


def credentials(words: Words, told: dict[str, Any]) -> None:
    """``CREDENTIALS 'aws_iam_role=arn'``, or with an access key and its secret."""
    words.accept("AS")
    pairs = dict(
        pair.strip().partition("=")[::2] for pair in words.string().split(";") if pair.strip()
    )
    if "master_symmetric_key" in pairs:
        refused("MASTER_SYMMETRIC_KEY")(words, told)
    names = {
        "aws_iam_role": "role",
        "aws_access_key_id": "access_key",
        "aws_secret_access_key": "secret_key",
        "token": "token",
        "aws_session_token": "token",
    }
    if unknown := set(pairs) - set(names):
        raise RedshiftError(f"Invalid credentials: unknown key {min(unknown)}", "22023")
    told.update({names[name]: value for name, value in pairs.items()})


def with_credentials(words: Words, told: dict[str, Any]) -> None:
    """``WITH CREDENTIALS '...'``, as older statements have it."""
    words.expect("CREDENTIALS")
    credentials(words, told)


#: Who reads or writes the objects.
AUTHORIZATION: dict[str, Reader] = {
    "IAM_ROLE": iam_role,
    "CREDENTIALS": credentials,
    "WITH": with_credentials,
    "ACCESS_KEY_ID": text("access_key"),
    "SECRET_ACCESS_KEY": text("secret_key"),
    "SESSION_TOKEN": text("token"),
    "MASTER_SYMMETRIC_KEY": refused("MASTER_SYMMETRIC_KEY"),
}
