"""The vocabularies: small text files, one row a line, columns parted by `|`, `#` for remarks."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "vocabulary"


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of one vocabulary."""
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    return tuple(tuple(line.split("|")) for line in lines if line and not line.startswith("#"))


def column(name: str, place: int = 0) -> list[str]:
    """One column of a vocabulary."""
    return [row[place] for row in rows(name)]


def numbers(name: str) -> list[tuple[int, ...]]:
    """A vocabulary of whole numbers."""
    return [tuple(map(int, row)) for row in rows(name)]
