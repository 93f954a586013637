"""SHOW with parameters, by which Redshift's own drivers name what they ask for.

In ``SHOW TABLES FROM SCHEMA $1.$2 LIKE $3`` a value stands for a name, whose capitals count, behind
LIKE for a text, and in brackets for a type. Before the values are known, for Describe, what is
named is `NOTHING`.

Source: https://github.com/aws/amazon-redshift-python-driver/blob/master/redshift_connector/metadataAPIHelper.py
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from labkit.cloud.engine.redshift.letters import kept
from labkit.cloud.engine.redshift.types import VARCHAR
from labkit.cloud.engine.redshift.words import Word, Words
from labkit.cloud.engine.redshift.words import words as words_of
from labkit.cloud.redshift.warehouse.objects import Object

NOTHING = Object("relation", "", "", "", body={"arguments": (), "returns": ("varchar",)})


def bind(words: Words, values: Sequence[Any]) -> bool:
    """Put values in the places of a SHOW's parameters; whether one of them is not known."""
    told = [_text(each) for each in values]
    words.words = list(_bound(words.words, told))
    return None in told


def _text(value: Any) -> str | None:
    if value is not None and value.told:
        value.told(VARCHAR)
    found: str | None = value.literal if value is not None else None
    return found


def _bound(found: Sequence[Word], values: Sequence[str | None]) -> Iterator[Word]:
    last, depth = "", 0
    for word in found:
        depth += {"(": 1, ")": -1}.get(word.upper, 0)
        if word.kind == "parameter" and word.text[1:].isdigit():
            yield from _of_value(word, values[int(word.text[1:]) - 1], last, depth)
        else:
            yield word
        last = word.upper


def _of_value(word: Word, value: str | None, last: str, depth: int) -> Iterator[Word]:
    if depth:
        for each in words_of(value or "varchar")[:-1]:
            yield each._replace(start=word.start, end=word.end)
    else:
        kind, text = ("string", value) if last == "LIKE" else ("quoted", kept(value or ""))
        yield word._replace(kind=kind, text=text or "")
