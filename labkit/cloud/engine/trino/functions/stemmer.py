"""The English stemmer of ``word_stem``: Snowball's "Porter2", which Trino's Lucene carries.

Source: https://snowballstem.org/algorithms/english/stemmer.html
"""

from __future__ import annotations

import re

_EXCEPTIONS = {
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie",
    "idly": "idl", "gently": "gentl", "ugly": "ugli", "early": "earli", "only": "onli",
    "singly": "singl", "sky": "sky", "news": "news", "howe": "howe", "atlas": "atlas",
    "cosmos": "cosmos", "bias": "bias", "andes": "andes",
}  # fmt: skip
_AFTER_1A = ("inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed")
_STEP_2 = {
    "tional": "tion", "enci": "ence", "anci": "ance", "abli": "able", "entli": "ent", "izer": "ize",
    "ization": "ize", "ational": "ate", "ation": "ate", "ator": "ate", "alism": "al", "aliti": "al",
    "alli": "al", "fulness": "ful", "ousli": "ous", "ousness": "ous", "iveness": "ive",
    "iviti": "ive", "biliti": "ble", "bli": "ble", "fulli": "ful", "lessli": "less",
}  # fmt: skip
_STEP_3 = {
    "tional": "tion", "ational": "ate", "alize": "al", "icate": "ic", "iciti": "ic", "ical": "ic",
    "ful": "", "ness": "",
}  # fmt: skip
_STEP_4 = [
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism", "ate",
    "iti", "ous", "ive", "ize",
]  # fmt: skip
_DOUBLE = re.compile(r"(bb|dd|ff|gg|mm|nn|pp|rr|tt)$")


def stem(word: str) -> str:
    """The stem of an English word.

    >>> [stem(w) for w in ("running", "generously", "flies", "relational")]
    ['run', 'generous', 'fli', 'relat']
    """
    if len(word) <= 2:
        return word
    if word in _EXCEPTIONS:
        return _EXCEPTIONS[word]
    word = re.sub(r"^y|(?<=[aeiouy])y", "Y", word.lstrip("'"))
    r1, r2 = _regions(word)
    word = _step_1a(re.sub(r"'(s'?)?$", "", word))
    if word in _AFTER_1A:
        return word
    word = _step_1c(_step_1b(word, r1))
    word = _step_3(_step_2(word, r1), r1, r2)
    return _step_5(_step_4(word, r2), r1, r2).replace("Y", "y")


def _regions(word: str) -> tuple[int, int]:
    """Where R1 and R2 start: after the first non-vowel that follows a vowel, and once more."""
    special = re.match(r"gener|commun|arsen", word)
    r1 = special.end() if special else _after(word, 0)
    return r1, _after(word, r1)


def _after(word: str, start: int) -> int:
    found = re.compile(r"[aeiouy][^aeiouy]").search(word, start)
    return found.end() if found else len(word)


def _short(word: str, r1: int) -> bool:
    return r1 >= len(word) and bool(
        re.search(r"[^aeiouy][aeiouy][^aeiouywxY]$|^[aeiouy][^aeiouy]$", word)
    )


def _step_1a(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if re.search(r"(ied|ies)$", word):
        return word[:-2] if len(word) > 4 else word[:-1]
    if re.search(r"[aeiouy].+[^us]s$|[aeiouy][^aeiouys]s$", word):
        return word[:-1]
    return word


def _step_1b(word: str, r1: int) -> str:
    if found := re.search(r"(eed|eedly)$", word):
        return word[: found.start()] + "ee" if found.start() >= r1 else word
    found = re.search(r"(ed|edly|ing|ingly)$", word)
    if not found or not re.search(r"[aeiouy]", word[: found.start()]):
        return word
    word = word[: found.start()]
    if re.search(r"(at|bl|iz)$", word):
        return word + "e"
    if _DOUBLE.search(word):
        return word[:-1]
    return word + "e" if _short(word, r1) else word


def _step_1c(word: str) -> str:
    return re.sub(r"(?<=[^aeiouyY])(?<=..)[yY]$", "i", word)


def _longest(word: str, endings: list[str]) -> str:
    return max((e for e in endings if word.endswith(e)), key=len, default="")


def _step_2(word: str, r1: int) -> str:
    ending = _longest(word, [*_STEP_2, "ogi", "li"])
    stemmed = word[: len(word) - len(ending)]
    if not ending or len(stemmed) < r1:
        return word
    if ending == "ogi":
        return word[:-1] if stemmed.endswith("l") else word
    if ending == "li":
        return stemmed if stemmed[-1:] in set("cdeghkmnrt") else word
    return stemmed + _STEP_2[ending]


def _step_3(word: str, r1: int, r2: int) -> str:
    ending = _longest(word, [*_STEP_3, "ative"])
    stemmed = word[: len(word) - len(ending)]
    if not ending or len(stemmed) < r1:
        return word
    if ending == "ative":
        return stemmed if len(stemmed) >= r2 else word
    return stemmed + _STEP_3[ending]


def _step_4(word: str, r2: int) -> str:
    ending = _longest(word, [*_STEP_4, "ion"])
    stemmed = word[: len(word) - len(ending)]
    if not ending or len(stemmed) < r2:
        return word
    return word if ending == "ion" and stemmed[-1:] not in ("s", "t") else stemmed


def _step_5(word: str, r1: int, r2: int) -> str:
    rest = len(word) - 1
    if word.endswith("e"):
        if rest >= r2 or (rest >= r1 and not _short_syllable(word[:-1])):
            return word[:-1]
    elif word.endswith("ll") and rest >= r2:
        return word[:-1]
    return word


def _short_syllable(word: str) -> bool:
    return bool(re.search(r"[^aeiouy][aeiouy][^aeiouywxY]$|^[aeiouy][^aeiouy]$", word))
