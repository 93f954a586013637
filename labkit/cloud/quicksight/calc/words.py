"""The words and marks of QuickSight's expression language.

Fields stand in braces or, as one word, bare; text in single or double quotes, where a backslash
takes a quote or another backslash as it is, and else stands for itself: AWS's own dashboards have
``replace({description}, "\\n", ...)`` of texts with those two marks; parameters as ``${name}``;
comments as ``/* ... */``, ``// ...`` or, in AWS's example of ``countIf``, ``# ...``.
Sources: https://docs.aws.amazon.com/quicksight/latest/user/adding-a-calculated-field-analysis.html
https://docs.aws.amazon.com/quicksight/latest/user/parameters-in-a-calculated-field.html
https://docs.aws.amazon.com/quicksight/latest/user/countIf-function.html and
https://github.com/aws-solutions-library-samples/cloud-intelligence-dashboards-framework
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from labkit.cloud.quicksight.calc.errors import CalcSyntaxError

MOST_CHARACTERS = 250_000

_TOKEN = re.compile(
    r"""
    (?P<space>\s+ | /\*.*?\*/ | (?://|\#)[^\n]*)
  | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<text>'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*")
  | (?P<parameter>\$\{[^{}]+\} | \$\w+)
  | (?P<field>\{[^{}]*\})
  | (?P<name>[^\W\d]\w*)
  | (?P<mark><>|<=|>=|!=|[-+*/%^=<>(),\[\]!])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"""\\([\\'"])""")


@dataclass(frozen=True)
class Word:
    """One word or mark.

    Args:
        kind: ``number``, ``text``, ``parameter``, ``field``, ``name``, ``mark`` or ``end``.
        text: what it says, without its quotes, braces and escapes.
        at: where it starts in the expression.
    """

    kind: str
    text: str
    at: int


def words_of(text: str) -> list[Word]:
    """An expression's words, the last of kind ``end``.

    >>> [word.text for word in words_of("sum({Sale amount}) / ${n}")][:4]
    ['sum', '(', 'Sale amount', ')']

    Raises:
        CalcSyntaxError: a mark that the language does not have, or one that is not closed.
    """
    if len(text) > MOST_CHARACTERS:
        raise CalcSyntaxError(f"An expression has at most {MOST_CHARACTERS} characters.")
    return [*_words(text), Word("end", "", len(text))]


def _words(text: str) -> Iterator[Word]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise CalcSyntaxError(
                f"The expression does not read from {_excerpt(text, at)} (character {at + 1})."
            )
        kind = found.lastgroup or ""
        if kind != "space":
            yield Word(kind, _content(kind, found[0]), at)
        at = found.end()


def _content(kind: str, written: str) -> str:
    match kind:
        case "text":
            return _ESCAPED.sub(r"\1", written[1:-1])
        case "field":
            return written[1:-1]
        case "parameter":
            return written.strip("${}").strip()
    return written


def _excerpt(text: str, at: int) -> str:
    return repr(text[at : at + 20])
