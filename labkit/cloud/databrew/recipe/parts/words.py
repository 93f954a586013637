"""Words of English texts: as tokens, out of contractions, without stop words, as stems.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.TOKENIZATION.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache

from labkit.cloud.databrew.recipe.parts import lancaster, porter

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_WHOLE = {
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "ain't": "is not",
    "let's": "let us",
    "gonna": "going to",
    "wanna": "want to",
}
_ENDS = (
    (re.compile(r"n't$"), " not"),
    (re.compile(r"'re$"), " are"),
    (re.compile(r"'ve$"), " have"),
    (re.compile(r"'ll$"), " will"),
    (re.compile(r"'m$"), " am"),
    (re.compile(r"'d$"), " would"),
    (re.compile(r"^(it|he|she|that|what|who|there|here|where|how)'s$"), r"\1 is"),
)
STOP_WORDS = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being
    below between both but by can could did do does doing down during each few for from further had
    has have having he her here hers herself him himself his how i if in into is it its itself just
    me more most my myself no nor not now of off on once only or other our ours ourselves out over
    own same she should so some such than that the their theirs them themselves then there these
    they this those through to too under until up very was we were what when where which while who
    whom why will with would you your yours yourself yourselves
    """.split()
)


#: What makes a token of a word, by ``stemmingMode``; texts say the same words again and again.
STEMMERS: dict[str, Callable[[str], str]] = {
    "NONE": str,
    "PORTER": lru_cache(65_536)(lambda word: porter.stem(word.lower())),
    "LANCASTER": lru_cache(65_536)(lambda word: lancaster.stem(word.lower())),
}


def tokens(
    *, expand: bool, stem: Callable[[str], str], without: Collection[str], delimiter: str
) -> Callable[[str | None], str | None]:
    """A function that gives the words of a text, with a delimiter between them."""

    def work(text: str | None) -> str | None:
        if text is None:
            return None
        words: Iterable[str] = _WORD.findall(text)
        if expand:
            words = (part for word in words for part in expanded(word).split())
        kept = (word for word in words if word.lower() not in without)
        return delimiter.join(map(stem, kept))

    return work


def expanded(word: str) -> str:
    """A contracted word in full.

    >>> expanded("don't"), expanded("Can't"), expanded("Ada's")
    ('do not', 'Can not', "Ada's")
    """
    plain = word.replace("’", "'")
    if plain.lower() in _WHOLE:
        full = _WHOLE[plain.lower()]
        return plain[0] + full[1:]
    for end, full in _ENDS:
        if end.search(plain.lower()):
            return re.sub(end.pattern, full, plain, flags=re.I)
    return plain
