"""Parts of a date that come around again: the weekday, the month of the year, the hour of the day.

The API's granularities are steps of time; what comes around is a calculated field.
Source: https://docs.aws.amazon.com/quicksight/latest/user/extract-function.html
"""

from __future__ import annotations

from dataclasses import dataclass

WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    "January February March April May June July August September October November December".split()
)


@dataclass(frozen=True)
class Part:
    """A part of a date.

    Args:
        noun: what it is called behind the date's name.
        code: of QuickSight's ``extract``.
        names: what its numbers are called, from 1; empty where the number is the name.
    """

    noun: str
    code: str
    names: tuple[str, ...] = ()

    def expression(self, date: str) -> str:
        """The part in words, in QuickSight's language of calculated fields."""
        if not self.names:
            return self.number(date)
        named = ", ".join(f"{at}, '{name}'" for at, name in enumerate(self.names, 1))
        return f"switch({self.number(date)}, {named}, '')"

    def number(self, date: str) -> str:
        """The part as a number, to sort by."""
        return f"extract('{self.code}', {{{date}}})"


PARTS = {
    "WEEKDAY": Part("weekday", "WD", WEEKDAYS),
    "MONTH_OF_YEAR": Part("month of year", "MM", tuple(MONTHS)),
    "HOUR_OF_DAY": Part("hour of day", "HH"),
}


def identity(field: str, unit: str) -> str:
    """The name of a field's part: ``date (weekday)``; of anything else the field's own.

    >>> identity("view date", "WEEKDAY"), identity("view date", "MONTH")
    ('view date (weekday)', 'view date')
    """
    return f"{field} ({PARTS[unit].noun})" if unit in PARTS else field


def part_of(name: str) -> tuple[str, str] | None:
    """The date and the unit behind such a name."""
    for unit, part in PARTS.items():
        ending = f" ({part.noun})"
        if name.endswith(ending):
            return name.removesuffix(ending), unit
    return None
