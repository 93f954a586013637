"""TO_CHAR and TO_NUMBER of numbers: a format of digits, signs and separators.

Redshift writes them as PostgreSQL does, place by place: a sign stands before the first digit
unless the format has a place for it, and ``FM`` leaves out what only fills.

Sources: https://docs.aws.amazon.com/redshift/latest/dg/r_Numeric_formating.html and
https://www.postgresql.org/docs/8.0/functions-formatting.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from labkit.cloud.engine.redshift.errors import fail

_PLACE = re.compile(
    r'"(?P<text>[^"]*)"|(?P<mark>FM|EEEE|MI|PL|PR|RN|SG|TH|[SVLGD.,09BC])|(?P<other>.)',
    re.IGNORECASE | re.DOTALL,
)
_DIGITS = ("0", "9")


@dataclass
class _Format:
    """A format's places and what they ask for.

    Args:
        places: each mark in capitals, its own spelling behind it; texts under ``text``.
        whole: places before the point.
        fraction: places behind it.
        zeros: of all places, the first and the last that a zero has; -1 where none has.
        signed: where ``S`` stands: ``before``, ``behind`` or nowhere.
    """

    pattern: str
    places: list[tuple[str, str]] = field(default_factory=list)
    whole: int = 0
    fraction: int = 0
    zeros: tuple[int, int] = (-1, -1)
    point: bool = False
    signed: str = ""
    marks: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        sign_at = -1
        for found in _PLACE.finditer(self.pattern):
            mark = found["mark"].upper() if found["mark"] else "text"
            spelled = found["text"] if found["text"] is not None else found[0]
            self.places.append(("." if mark == "D" else mark, spelled))
            self.marks.add(self.places[-1][0])
            if mark in _DIGITS:
                self._count(mark)
            elif mark in ("D", "."):
                self.point = True
            elif mark == "S" and not self.signed:
                self.signed, sign_at = "behind" if self.point else "before", self.whole
        if self.signed == "before" and sign_at == self.whole:
            self.signed = "behind"

    def _count(self, mark: str) -> None:
        if mark == "0" and self.zeros[0] < 0 and not self.point:
            self.zeros = (self.whole, -1)
        self.whole, self.fraction = self.whole + (not self.point), self.fraction + self.point
        if mark == "0":
            self.zeros = (self.zeros[0], self.whole + self.fraction)

    @property
    def filled(self) -> bool:
        """Whether blanks fill what a number leaves free."""
        return "FM" not in self.marks


@lru_cache(maxsize=500)
def _format(pattern: str) -> _Format:
    found = _Format(pattern)
    if unknown := found.marks & {"EEEE", "V", "B", "C"}:
        fail(f'the format "{min(unknown)}" is not supported here', "0A000")
    if "S" in found.marks and found.marks & {"MI", "PL", "SG", "PR"}:
        fail('cannot use "S" and "PL"/"MI"/"SG"/"PR" together', "42601")
    return found


def to_char_number(number: Decimal, pattern: str) -> str:
    """A number in a format.

    >>> to_char_number(Decimal("-125.8"), "999D99")
    '-125.80'
    >>> to_char_number(Decimal("125.8"), "SG9,999.9")
    '+  125.8'
    """
    form = _format(pattern)
    if "RN" in form.marks:
        return _roman(number, pattern)
    return _Writer(form, number).text()


class _Writer:
    """One number that is written place by place."""

    def __init__(self, form: _Format, number: Decimal) -> None:
        self.form = form
        rounded = number.quantize(Decimal(1).scaleb(-form.fraction), ROUND_HALF_UP)
        self.sign = "-" if rounded < 0 else "+"
        digits = f"{abs(rounded):f}"
        whole = len(digits.partition(".")[0])
        if whole > form.whole:
            digits = "#" * form.whole + "." + "#" * form.fraction
        self.digits, self.blanks = digits, max(form.whole - whole, 0)
        self.last = None if form.filled or not form.point else self._last_that_counts()
        self.end = form.whole + form.fraction - 1 + form.point + (self.blanks > 0)
        self.written = self._needs_no_sign()
        if not self.written and not self.blanks:
            self.end += 1
        self.at, self.place, self.inside = 0, 0, False
        self.out: list[str] = []

    def _needs_no_sign(self) -> bool:
        marks = self.form.marks
        if marks & {"PL", "MI", "SG"}:
            return bool(marks & {"MI", "SG"})
        return self.sign == "+" and not self.form.filled and not self.form.signed

    def _last_that_counts(self) -> int | None:
        """``FM`` leaves zeros at the end out, but for those that the format has a zero for."""
        if "." not in self.digits:
            return None
        last = len(self.digits.rstrip("0")) - 1
        kept = self.form.zeros[1] - self.blanks
        return max(last, min(len(self.digits) - 1, kept)) if kept > 0 else last

    def text(self) -> str:
        for mark, spelled in self.form.places:
            if mark in ("0", "9", "."):
                self._digit(mark)
            else:
                self.out.append(self._other(mark, spelled))
        return "".join(self.out)

    def _other(self, mark: str, spelled: str) -> str:
        blank = " " if self.form.filled else ""
        if mark in (",", "G"):
            return "," if self.inside else blank
        if mark in ("MI", "PL"):
            return self.sign if self.sign == {"MI": "-", "PL": "+"}[mark] else blank
        if mark == "TH":
            plain = self.digits[0] != "#" and self.sign == "+" and not self.form.point
            return ordinal(self.digits, spelled) if plain else ""
        told = {"SG": self.sign, "L": "$", "text": spelled}
        return told.get(mark, "")

    def _digit(self, mark: str) -> None:
        self.inside = False
        zero = self.form.zeros[0]
        if not self.written:
            self._sign()
        if self.place < self.blanks:
            if 0 <= zero <= self.place:
                self.out.append("0")
                self.inside = True
            elif self.form.filled:
                self.out.append(" ")
        else:
            self._next(mark)
        last = self.last is not None and self.last == self.at
        if self.place + 1 == (self.place if last else self.end):
            self._close()
        self.place += 1

    def _bare_zero(self) -> bool:
        """Whether this is the zero before a point, for which the format has no zero."""
        form = self.form
        return form.zeros[0] < 0 and not self.at and self.digits[0] == "0" and form.fraction > 0

    def _ends_at_point(self) -> bool:
        return self.last is not None and self.digits[self.last] == "."

    def _sign(self) -> None:
        begun = self.place >= self.blanks or self.form.zeros[0] == self.place
        if not begun or (self._bare_zero() and not self._ends_at_point()):
            return
        if self.form.signed:
            if self.form.signed == "behind":
                return
            self.out.append(self.sign)
        elif "PR" in self.form.marks:
            kept = self.sign == "-" or self.form.filled
            self.out.append(("<" if self.sign == "-" else " ") if kept else "")
        elif self.sign == "-" or self.form.filled:
            self.out.append("-" if self.sign == "-" else " ")
        self.written = True

    def _next(self, mark: str) -> None:
        """The next digit of the number, or its point."""
        digit = self.digits[self.at : self.at + 1]
        if digit == ".":
            self.out.append(digit)
        elif self.last is not None and self.at > self.last and mark != "0":
            pass
        elif self._bare_zero():
            self.out.append(" " if self.form.filled else "0" if self._ends_at_point() else "")
        else:
            self.out.append(digit)
            self.inside = True
        self.at += bool(digit)

    def _close(self) -> None:
        if self.form.signed == "behind":
            self.out.append(self.sign)
        elif self.written and "PR" in self.form.marks and (self.sign == "-" or self.form.filled):
            self.out.append(">" if self.sign == "-" else " ")


def ordinal(number: str, like: str) -> str:
    """The ending of a number's place in a row, in the case of ``like``.

    >>> ordinal("22", "th"), ordinal("113", "TH")
    ('nd', 'TH')
    """
    last = number[-2:].lstrip()
    ends = {"1": "st", "2": "nd", "3": "rd"}
    found = "th" if last[:1] == "1" and len(last) == 2 else ends.get(last[-1:], "th")
    return found.upper() if like.isupper() else found


_NUMERALS = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def _roman(number: Decimal, pattern: str) -> str:
    """
    >>> _roman(Decimal("618.80"), "fmrn")
    'dcxix'
    """
    if pattern.upper().removeprefix("FM") != "RN":
        fail(f'the format "{pattern}" is not supported here', "0A000")
    left, found = int(number.quantize(Decimal(1), ROUND_HALF_UP)), ""
    if not 0 < left < 4000:
        return "#" * 15
    for size, letters in _NUMERALS:
        found += letters * (left // size)
        left %= size
    found = found if pattern[-2:].isupper() else found.lower()
    return found if pattern[:2].upper() == "FM" else found.rjust(15)


def to_number(text: str, pattern: str) -> Decimal:
    """The number that a text in a format names.

    >>> to_number("12,454.8-", "99G999D9S"), to_number("+12454.88", "PL99G999D99")
    (Decimal('-12454.8'), Decimal('1254.88'))
    """
    form = _format(pattern)
    if unknown := form.marks & {"RN", "TH"}:
        fail(f'the format "{min(unknown)}" is not supported here', "0A000")
    read = _loosely(text) if "FM" in form.marks else _Reader(form, text).text()
    try:
        return Decimal(read).quantize(Decimal(1).scaleb(-form.fraction), ROUND_DOWN)
    except InvalidOperation:
        fail(f'invalid input syntax for type numeric: "{text}"')


def _loosely(text: str) -> str:
    """What AWS's guide reads under ``FM``, wherever the format has its marks."""
    sign = "-" if "-" in text or text.strip().startswith("<") else ""
    return sign + re.sub(r"[^\d.]", "", text)


class _Reader:
    """One number that is read place by place, as PostgreSQL 8.0 does: a mark takes what is there.

    Measured results:
    https://docs.snowflake.com/en/migrations/snowconvert-docs/translation-references/redshift/redshift-functions
    """

    def __init__(self, form: _Format, text: str) -> None:
        self.form, self.left = form, text
        self.sign, self.read, self.behind = "", "", 0

    def text(self) -> str:
        for mark, _ in self.form.places:
            if mark in ("0", "9", "."):
                self._number()
            elif mark in ("MI", "PL", "SG"):
                self._sign("-" if mark == "MI" else "+" if mark == "PL" else "+-")
            if mark in ("S", "PR") or (mark == "," and self.left[:1].isdigit()):
                continue
            self.left = self.left[1:]
        return self.sign + self.read.removesuffix(".")

    def _sign(self, known: str, at: int = 0) -> bool:
        """Note the sign that is there, if one is and none was."""
        here = self.left[at : at + 1]
        if self.sign or not here or here not in known:
            return False
        self.sign = "+" if here == "+" else "-"
        return True

    def _number(self) -> None:
        self.left = self.left.removeprefix(" ")
        if not self.read and self._sign("+-<" if "PR" in self.form.marks else "+-"):
            self.left = self.left[1:]
        here, in_fraction = self.left[:1], "." in self.read
        is_digit = (
            here.isascii()
            and here.isdigit()
            and not (in_fraction and self.behind == self.form.fraction)
        )
        if is_digit or (here == "." and self.form.point):
            self.behind += is_digit and in_fraction
            self.read += here
            if self.form.signed and self._sign("+-", at=1):
                self.left = self.left[1:]
        elif self.read and not self.form.marks & {"S", "MI", "PL", "SG"}:
            self._sign("+-")


def number_scale(pattern: str) -> tuple[int, int]:
    """The precision and scale of what `to_number` gives for a format."""
    form = _format(pattern)
    return min(38, max(1, form.whole + form.fraction)), form.fraction
