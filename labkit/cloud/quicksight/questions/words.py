"""A question as words: tokens, stems, and how far two words are apart.

Names of columns and words of people meet here: ``Team_Name``, ``teamName`` and "team names" become
the same two stems. The stemmer is small on purpose: it cuts English endings and knows no word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""(?P<string>"[^"]*"|'[^']*'(?!\w)|“[^”]*”|‘[^’]*’)
      | (?P<date>\d{4}-\d{2}-\d{2})
      | (?P<number>-?\d[\d,]*(?:\.\d+)?)
      | (?P<word>[^\W\d_]+(?:['’][^\W\d_]+|\s['’]s\b(?!['’]))?)
      | (?P<sign>>=|<=|!=|<>|[=<>,.?;:()*%&])""",
    re.VERBOSE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"))
_KEPT = ("ss", "us", "is")


@dataclass(frozen=True)
class Token:
    """One word, number, date, quoted string or sign.

    Args:
        text: as it was written, without quotes.
        kind: ``word``, ``number``, ``date``, ``string`` or ``sign``.
        start: where it begins in the question.
        end: where it ends.
    """

    text: str
    kind: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def stem(self) -> str:
        return stem(self.lower)


def tokens(text: str) -> list[Token]:
    """The tokens of a question, names with underscores or humps taken apart.

    >>> [each.text for each in tokens("Show each 's Team_Name for price > 1,000")]
    ['Show', "each's", 'Team', 'Name', 'for', 'price', '>', '1000']
    """
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        found += _parts(match.lastgroup or "", match.group(), match.start())
    return found


def name_words(name: str) -> tuple[str, ...]:
    """The stems of a column's name.

    >>> name_words("Home_StateName")
    ('hom', 'stat', 'nam')
    """
    return tuple(each.stem for each in tokens(name) if each.kind in ("word", "number"))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word without its English endings.

    >>> [stem(each) for each in ("nationalities", "hired", "hire", "planning", "movies", "movie")]
    ['nationality', 'hir', 'hir', 'plan', 'movy', 'movy']
    """
    word = _singular(word.replace("'s", "").replace("’s", ""))
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = _undoubled(word.removesuffix(ending))
            break
    if len(word) > 4 and word.endswith("ie"):
        return word.removesuffix("ie") + "y"
    return word.removesuffix("e") if len(word) > 3 else word


def distance(one: str, other: str, most: int = 2) -> int:
    """Edits between two words, a swap of neighbours being one; ``most + 1`` when there are more.

    >>> distance("pagevews", "pageviews"), distance("shcool", "school"), distance("a", "wxyz")
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row, older = row, [i], before
        for j, b in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = above
        if min(row) > most:
            return most + 1
    return row[-1]


def _parts(kind: str, text: str, start: int) -> list[Token]:
    if kind == "string":
        return [Token(text[1:-1], kind, start, start + len(text))]
    if kind == "number":
        trimmed = text.rstrip(",")
        return [Token(trimmed.replace(",", ""), kind, start, start + len(trimmed))]
    if kind != "word":
        return [Token(text, kind, start, start + len(text))]
    found, text = [], "".join(text.split())
    for part in _CAMEL.split(text):
        found.append(Token(part, kind, start, start + len(part)))
        start += len(part)
    return found


def _singular(word: str) -> str:
    if len(word) < 4 or word.endswith(_KEPT):
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + instead
    return word.removesuffix("s")


def _undoubled(word: str) -> str:
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls"
    return word[:-1] if doubled else word
