r"""How many ways to divide a text Python's ``re`` may try before it gives up, at most.

``(a+)+$`` has twice as many with each letter, ``a*a*a*b`` the text's length to the power of two,
``a?`` thirty times two to the power of thirty. What a part takes is settled once a sign must follow
that it cannot take: ``\S+ \S+ \S+`` has one way. See
https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS
"""

from __future__ import annotations

import math
import re
import re._constants as words  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Part = tuple[Any, Any]


@dataclass(frozen=True)
class Ways:
    """Ways to divide a text, as a power of two.

    Args:
        bits: whatever the text.
        places: a choice each of a place in the text, before one of these signs; before any if none.
        letter_bits: for each letter of it.
    """

    bits: float = 0
    places: tuple[str, ...] = ()
    letter_bits: float = 0

    def __add__(self, other: Ways) -> Ways:
        letters = self.letter_bits + other.letter_bits
        return Ways(self.bits + other.bits, self.places + other.places, letters)

    def __mul__(self, times: int) -> Ways:
        return Ways(self.bits * times, self.places * times, self.letter_bits * times)

    def bits_of(self, text: str) -> float:
        """How many they are for a text."""
        counts = (sum(map(text.count, each)) if each else len(text) for each in self.places)
        return self.bits + self.letter_bits * len(text) + sum(math.log2(1 + n) for n in counts)

    def before(self, signs: str) -> Ways:
        """Its places, where one of these signs follows."""
        return Ways(self.bits, tuple(each or signs for each in self.places), self.letter_bits)

    def longest(self, most_bits: float) -> float:
        """How long a text may be that has not more, whatever is in it."""
        if self.letter_bits or self.bits > most_bits:
            return -1
        return 2.0 ** ((most_bits - self.bits) / len(self.places)) - 1 if self.places else math.inf


_ONE, _ANYWHERE = Ways(), Ways(places=("",))


def from_one_place(pattern: re.Pattern[str]) -> Ways:
    r"""The ways from one place of a text on.

    >>> from_one_place(re.compile(r"\S+ \S+ \d*")).places
    ('',)
    >>> from_one_place(re.compile(r"a*a*,\S*, .*")).places
    (',Aa', '')
    >>> from_one_place(re.compile("(a|a)*")).letter_bits > 0
    True
    """
    settled, last = _sequence(_parsed(pattern))
    return settled + last


def from_anywhere(pattern: re.Pattern[str]) -> Ways:
    """The ways from all places where it may begin."""
    parts = list(_flat(_parsed(pattern)))
    places = [words.AT_BEGINNING_STRING]
    if not pattern.flags & re.MULTILINE:
        places.append(words.AT_BEGINNING)
    found = from_one_place(pattern)
    if parts and parts[0][0] is words.AT and parts[0][1] in places:
        return found
    signs, goes_on = _first(parts)
    return found + _ANYWHERE.before(_few(signs) if goes_on else "")


def _parsed(pattern: re.Pattern[str]) -> Iterable[Part]:
    found: Iterable[Part] = parser.parse(pattern.pattern, pattern.flags)
    return found


def _sequence(parts: Iterable[Part]) -> tuple[Ways, Ways]:
    """The ways of a sequence, and those that a sign that follows may settle."""
    listed, found, last = list(_flat(parts)), _ONE, _ONE
    for at, part in enumerate(listed):
        settled, own = _choice(part)
        found += settled
        if own == _ONE:
            continue
        signs, goes_on = _first(listed[at + 1 :])
        own = own.before(_few(signs) if goes_on else "")
        match _is_settled(part, listed[at + 1 :]):
            case False:
                found += own
            case None:
                last += own
    return found, last


def _is_settled(part: Part, later: list[Part]) -> bool | None:
    """Whether what follows tells where a part ends; ``None`` where no part says that it does not.

    In ``[^ ]*" `` it is the blank that does.
    """
    signs: list[Part] = []
    for each in later:
        own, goes_on = _first_of(each)
        signs += own
        if goes_on and _are_disjoint(signs, part):
            return True
        if each[0] not in _PLACES and (each[0] not in _SIGNS):
            if not _are_disjoint(signs, part):
                return False
        elif goes_on:
            signs = []
    return None


def _choice(part: Part) -> tuple[Ways, Ways]:
    """As of a sequence, of a part: the choices that it has within, and where it ends."""
    kind, value = part
    if kind in (words.ASSERT, words.ASSERT_NOT):
        settled, last = _sequence(value[1])
        return settled + last, _ONE
    if kind in _REPEATS:
        return _repeated(value[0], value[1], list(_flat(value[2])))
    if kind not in (words.BRANCH, words.GROUPREF_EXISTS):
        return _ONE, _ONE
    branches = [list(_flat(each)) for each in _bodies(part)]
    each = list(map(_sequence, branches))
    which = 0 if _are_apart(branches) else math.log2(len(branches))
    return _most([settled for settled, _ in each]) + Ways(which), _most([last for _, last in each])


def _most(known: list[Ways]) -> Ways:
    return Ways(
        max(one.bits for one in known),
        max((one.places for one in known), key=len),
        max(one.letter_bits for one in known),
    )


def _repeated(least: int, most: int, body: list[Part]) -> tuple[Ways, Ways]:
    settled, last = _sequence(body)
    rounds = _ANYWHERE if most == words.MAXREPEAT else Ways(math.log2(most - least + 1))
    if most <= 1:
        return settled, rounds + last
    signs, goes_on = _first(body)
    within = sum(_sequence([*body, (words.IN, signs)] if goes_on else body), _ONE)
    if within == _ONE:  # a round ends where the next one must begin
        return _ONE, Ways(rounds.bits + last.bits, rounds.places or last.places)
    if most == words.MAXREPEAT:
        return Ways(letter_bits=1 + within.bits + within.letter_bits + len(within.places)), _ONE
    return within * most, rounds


def _are_apart(branches: list[list[Part]]) -> bool:
    """Whether the next sign tells which of some branches it is."""
    begun = list(map(_first, branches))
    return all(goes_on for _, goes_on in begun) and all(
        _are_disjoint(signs, (words.IN, other))
        for at, (signs, _) in enumerate(begun)
        for other, _ in begun[:at]
    )


def _few(signs: list[Part]) -> str:
    """These signs in either case, where they are told one by one."""
    if any(kind is not words.LITERAL for kind, _ in signs):
        return ""
    return "".join(sorted(_in_each_case("".join(map(_ends, signs)))))


def _first(parts: list[Part]) -> tuple[list[Part], bool]:
    """The signs that a sequence may begin with, and whether it must begin with one of them."""
    found: list[Part] = []
    for part in parts:
        signs, goes_on = _first_of(part)
        found += signs
        if goes_on:
            return found, True
    return found, False


def _first_of(part: Part) -> tuple[list[Part], bool]:
    kind, value = part
    if kind is words.IN and value[:1] != [(words.NEGATE, None)]:
        return list(value), True
    if kind in _SIGNS:
        return [part], True
    if kind is words.AT and value in _ENDS:
        return [(words.LITERAL, 10)], True
    if kind in _REPEATS:
        signs, goes_on = _first(list(_flat(value[2])))
        return signs, goes_on and value[0] > 0
    if kind is words.BRANCH:
        begun = [_first(list(_flat(each))) for each in value[1]]
        return [sign for signs, _ in begun for sign in signs], all(each for _, each in begun)
    return ([], False) if kind in _PLACES else ([(words.ANY, None)], False)


def _are_disjoint(signs: list[Part], other: Part) -> bool:
    """Whether a part takes nothing that one of these signs stands for, in either case."""
    ends = _in_each_case(_ends(other))
    for each in {str(one): one for one in signs}.values():
        own = _in_each_case(_ends(each))
        known = own if each[0] is words.LITERAL else {*_SAMPLE, *own, *ends}
        if any(_takes(each, sign) and _takes_any(other, sign) for sign in known):
            return False
    return True


def _takes_any(part: Part, sign: str) -> bool:
    return any(_takes(part, case) for case in (sign, sign.swapcase()))


def _in_each_case(signs: str) -> set[str]:
    return {*signs, *signs.lower(), *signs.upper()}


def _takes(part: Part, sign: str) -> bool:
    """Whether a part of a pattern may take this sign; so may all that is not known here."""
    kind, value = part
    if kind in (words.LITERAL, words.NOT_LITERAL):
        return (sign == chr(value)) is (kind is words.LITERAL)
    if kind is words.RANGE:
        return bool(value[0] <= ord(sign[0]) <= value[1])
    if kind is words.CATEGORY:
        return value not in _CLASSES or re.match(_CLASSES[value], sign) is not None
    if kind is words.IN:
        members = [each for each in value if each[0] is not words.NEGATE]
        return any(_takes(each, sign) for each in members) is (len(members) == len(value))
    if kind in _REPEATS or kind is words.BRANCH:
        return any(_takes(each, sign) for body in _bodies(part) for each in _flat(body))
    return kind not in _PLACES


def _ends(part: Part) -> str:
    """The signs that a part names, and the ends of its ranges."""
    kind, value = part
    if kind in (words.LITERAL, words.NOT_LITERAL):
        return chr(value)
    if kind is words.RANGE:
        return "".join(map(chr, value))
    if kind is words.IN:
        return "".join(map(_ends, value))
    if kind in _REPEATS or kind is words.BRANCH:
        return "".join(_ends(each) for body in _bodies(part) for each in _flat(body))
    return ""


def _bodies(part: Part) -> list[Iterable[Part]]:
    """The sequences within a repeat, or of which one is taken."""
    kind, value = part
    if kind is words.BRANCH:
        return list(value[1])
    return [each or () for each in value[1:]] if kind is words.GROUPREF_EXISTS else [value[2]]


def _flat(parts: Iterable[Part]) -> Iterator[Part]:
    """A sequence without the brackets of its groups."""
    for kind, value in parts:
        if kind in (words.SUBPATTERN, words.ATOMIC_GROUP):
            yield from _flat(value[-1] if kind is words.SUBPATTERN else value)
        else:
            yield kind, value


_CLASSES = {
    words.CATEGORY_DIGIT: r"\d", words.CATEGORY_NOT_DIGIT: r"\D", words.CATEGORY_WORD: r"\w",
    words.CATEGORY_NOT_WORD: r"\W", words.CATEGORY_SPACE: r"\s", words.CATEGORY_NOT_SPACE: r"\S",
}  # fmt: skip
_REPEATS = (words.MAX_REPEAT, words.MIN_REPEAT, words.POSSESSIVE_REPEAT)
_SIGNS = (words.LITERAL, words.NOT_LITERAL, words.IN, words.ANY, words.CATEGORY)
_ENDS = (words.AT_END, words.AT_END_STRING)
_PLACES = (words.AT, words.ASSERT, words.ASSERT_NOT)
#: ASCII, and a letter, a digit, a blank and others from beyond it.
_SAMPLE = frozenset([*map(chr, range(128)), *"éß中٠\u2003\x85😀"])
