"""The Porter stemmer: English words without their endings.

M. F. Porter, An algorithm for suffix stripping, Program 14 (1980), 130-137:
https://tartarus.org/martin/PorterStemmer/def.txt
"""

from __future__ import annotations

import re

_STEP_2 = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize",
    "abli": "able", "alli": "al", "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize",
    "ation": "ate", "ator": "ate", "alism": "al", "iveness": "ive", "fulness": "ful",
    "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble",
}  # fmt: skip
_STEP_3 = {
    "icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": "",
}  # fmt: skip
_STEP_4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou",
    "ism", "ate", "iti", "ous", "ive", "ize",
)  # fmt: skip


def stem(word: str) -> str:
    """The stem of a word in small letters.

    >>> [stem(word) for word in ("caresses", "ponies", "hopping", "relational", "controlling")]
    ['caress', 'poni', 'hop', 'relat', 'control']
    """
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return word
    word = _y(_past(_plural(word)))
    word = _replace(_replace(word, _STEP_2), _STEP_3)
    return _tidy(_cut(word))


def _shape(word: str) -> str:
    """Each letter as ``c`` or ``v``: a y after a consonant is a vowel."""
    found = ""
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and found[-1:] == "c")
        found += "v" if vowel else "c"
    return found


def _measure(word: str) -> int:
    """How often a consonant follows a vowel."""
    return len(re.findall("v+c", _shape(word)))


def _double(word: str) -> bool:
    return word[-1:] == word[-2:-1] and _shape(word).endswith("cc")


def _short(word: str) -> bool:
    """Consonant, vowel, consonant at the end, the last none of w, x, y: as in *hop*."""
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for end in ("ed", "ing"):
        rest = word.removesuffix(end)
        if rest != word:
            return _mended(rest) if "v" in _shape(rest) else word
    return word


def _mended(rest: str) -> str:
    if rest.endswith(("at", "bl", "iz")):
        return rest + "e"
    if _double(rest) and rest[-1] not in "lsz":
        return rest[:-1]
    return rest + "e" if _measure(rest) == 1 and _short(rest) else rest


def _y(word: str) -> str:
    return f"{word[:-1]}i" if word.endswith("y") and "v" in _shape(word[:-1]) else word


def _replace(word: str, endings: dict[str, str]) -> str:
    end = _longest(word, endings)
    if not end or _measure(word.removesuffix(end)) == 0:
        return word
    return word.removesuffix(end) + endings[end]


def _cut(word: str) -> str:
    end = _longest(word, _STEP_4)
    rest = word.removesuffix(end)
    if not end or _measure(rest) <= 1 or (end == "ion" and rest[-1:] not in ("s", "t")):
        return word
    return rest


def _tidy(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        if _measure(rest) > 1 or (_measure(rest) == 1 and not _short(rest)):
            word = rest
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word


def _longest(word: str, endings: dict[str, str] | tuple[str, ...]) -> str:
    return max((end for end in endings if word.endswith(end)), key=len, default="")
