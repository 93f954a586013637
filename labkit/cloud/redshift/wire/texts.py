"""The texts of clients: their statements and parameters."""

from __future__ import annotations

from labkit.cloud.engine.redshift.errors import SYNTAX, RedshiftError
from labkit.cloud.engine.redshift.words import words

#: In bytes. Source: https://docs.aws.amazon.com/redshift/latest/dg/c_redshift-sql.html
LONGEST_TEXT = 16 << 20


def pieces(text: str) -> list[tuple[int, str]]:
    """The statements of a text that semicolons part, each with its comments and its place.

    Raises:
        RedshiftError: the text is longer than Redshift reads.
    """
    size = len(text.encode())
    if size > LONGEST_TEXT:
        told = f"Statement Size: {size} bytes. Maximum Allowed: {LONGEST_TEXT} bytes"
        raise RedshiftError(f"Statement is too large. {told}", SYNTAX)
    found, start, empty = [], 0, True
    for word in words(text):
        if word.kind != "end" and word.upper != ";":
            empty = False
            continue
        piece = text[start : word.start]
        if not empty:
            found.append((word.start - len(piece.lstrip()), piece.strip()))
        start, empty = word.end, True
    return found


def parameter_count(sql: str) -> int:
    """How many parameters a statement has: the highest ``$n``. PREPARE's are its own."""
    first, *others = words(sql)
    if first.upper == "PREPARE":
        return 0
    found = [word.text[1:] for word in (first, *others) if word.kind == "parameter"]
    return max((int(each) for each in found if each.isdigit()), default=0)
