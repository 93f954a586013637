"""SQL over texts that steps and functions share: letter case, white space, parts.

Words are parted by spaces, as for Spark's ``initcap``; sentences by a full stop, an exclamation or
a question mark with white space behind it, which DataBrew's pages show by example only.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.data-cleaning.html
"""

from __future__ import annotations

#: What Java's ``\\s`` matches.
WHITE = r"[ \t\n\x0B\f\r]"
_LETTERS = [chr(code) for codes in (range(0x80, 0x2000), range(0xFB00, 0xFB18)) for code in codes]
#: Letters whose capitals are several, for Java as for Python; DuckDB's ``upper`` leaves them.
_SEVERAL = {each: each.upper() for each in _LETTERS if len(each.upper()) > 1}
#: A capital → what begins a word in its place: ǅ for ǆ; Georgian letters and ß stay small.
_TITLES = {"ẞ": "ß"} | {
    each.upper(): each.title()
    for each in _LETTERS
    if len(each.upper()) == 1 and each.title() != each.upper()
}
_STARTED = (
    f"translate(upper(left(_w, 1)), '{''.join(_TITLES)}', '{''.join(_TITLES.values())}')"
    " || substr(_w, 2)"
)
#: A capital sigma that ends a word.
_LAST_SIGMA = r"(\p{L}\p{M}*)Σ(\p{M}*(?:[^\p{L}\p{M}]|$))"


def small(text: str) -> str:
    """SQL of a text in small letters, as Java has them: a word's last Σ becomes ς, İ two marks."""
    dotted = f"replace({text}, 'İ', 'i' || chr(775))"
    return rf"lower(regexp_replace({dotted}, '{_LAST_SIGMA}', '\1ς\2', 'g'))"


def large(text: str) -> str:
    """SQL of a text in large letters, as Java has them: ß becomes SS, ﬁ FI."""
    spelled = text
    for letter, capitals in _SEVERAL.items():
        spelled = f"replace({spelled}, '{letter}', '{capitals}')"
    some = f"strlen({text}) > length({text}) AND regexp_matches({text}, '[{''.join(_SEVERAL)}]')"
    return f"upper(CASE WHEN {some} THEN {spelled} ELSE {text} END)"


def capitals(text: str) -> str:
    """SQL of a text in capital case: The Quick Brown Fox."""
    words = f"list_transform(string_split({small(text)}, ' '), lambda _w: {_STARTED})"
    return f"array_to_string({words}, ' ')"


def sentences(text: str) -> str:
    """SQL of a text in sentence case: The quick brown fox. Jumped over."""
    marked = rf"regexp_replace({small(text)}, '(^{WHITE}*|[.!?]{WHITE}+)', '\1' || chr(1), 'g')"
    parts = f"list_transform(string_split({marked}, chr(1)), lambda _w: {_STARTED})"
    return f"array_to_string({parts}, '')"


def stripped(text: str) -> str:
    """SQL of a text without the white space around it."""
    return f"regexp_replace({text}, '^{WHITE}+|{WHITE}+$', '', 'g')"


def without_white(text: str) -> str:
    """SQL of a text without any white space."""
    return f"regexp_replace({text}, '{WHITE}+', '', 'g')"


def between(text: str, start: int, end: int) -> str:
    """SQL of the characters from one position to another, both counted from 1 and within."""
    return f"substr({text}, {start}, {max(end - start + 1, 0)})"
