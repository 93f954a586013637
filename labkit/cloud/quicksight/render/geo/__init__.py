"""The shapes of countries and of the United States' states, by name and by code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from unicodedata import combining, normalize

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California",
    "CO": "Colorado", "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia",
    "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois",
    "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota",
    "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York",
    "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
ALSO = {
    "england": "GB", "scotland": "GB", "wales": "GB", "great britain": "GB", "uk": "GB",
    "u.s.": "US", "u.s.a.": "US", "america": "US", "holland": "NL", "burma": "MM",
    "ivory coast": "CI", "czech republic": "CZ", "macedonia": "MK", "swaziland": "SZ",
    "russia": "RU", "south korea": "KR", "north korea": "KP", "vietnam": "VN", "laos": "LA",
    "syria": "SY", "iran": "IR", "tanzania": "TZ", "bolivia": "BO", "venezuela": "VE",
    "moldova": "MD", "brunei": "BN", "turkey": "TR", "taiwan": "TW", "hong kong": "HK",
}  # fmt: skip
Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Shape:
    """A country or a state.

    Args:
        name: its name in English.
        at: longitude and latitude of its middle.
        rings: its outlines, in degrees; none of a country too small for the map's scale.
        flat: a state's outlines on the map of all states, in that map's own units.
        flat_at: its middle there.
    """

    name: str
    at: tuple[float, float]
    rings: tuple[Ring, ...]
    flat: tuple[Ring, ...] = ()
    flat_at: tuple[float, float] = (0, 0)


@cache
def countries() -> dict[str, Shape]:
    """Countries by each of their names and ISO 3166 codes, in lower case."""
    known: dict[str, Shape] = {}
    for each in _file()["countries"]:
        shape = Shape(each["name"], tuple(each["at"]), tuple(map(_ring, each["rings"])))
        known |= {folded(name): shape for name in [*each["names"], *each["codes"]]}
        known |= {each["id"]: shape} if each["id"] else {}
    return known | {name: known[code.lower()] for name, code in ALSO.items()}


@cache
def states() -> dict[str, Shape]:
    """The United States' states by their names and postal codes, in lower case."""
    codes = {name: code for code, name in STATES.items()}
    known: dict[str, Shape] = {}
    for each in _file()["states"]:
        shape = Shape(
            each["name"],
            tuple(each["at"]),
            tuple(map(_ring, each["rings"])),
            tuple(map(_ring, each["flat"])),
            tuple(each["at_flat"]),
        )
        known |= {folded(each["name"]): shape}
        known |= {codes[each["name"]].lower(): shape} if each["name"] in codes else {}
    return known


def shapes_for(values: Iterable[Any]) -> dict[str, Shape]:
    """The kind of shapes that most of the values name: countries or states.

    A value such as ``CA`` is both Canada and California; the others decide.
    """
    names = [folded(each) for each in values if each is not None]
    kinds = (countries(), states())
    return max(kinds, key=lambda kind: sum(name in kind for name in names))


def folded(value: Any) -> str:
    """A name as it is looked up: in lower case, without accents.

    >>> folded(" Côte d'Ivoire ")
    "cote d'ivoire"
    """
    letters = normalize("NFKD", str(value).strip().lower())
    return "".join(each for each in letters if not combining(each)).removeprefix("the ")


def outlines(shapes: dict[str, Shape]) -> list[Shape]:
    """Each shape once."""
    return list({id(each): each for each in shapes.values()}.values())


@cache
def _file() -> dict[str, Any]:
    text = files(__package__).joinpath("shapes.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def _ring(numbers: list[float]) -> Ring:
    return list(zip(numbers[::2], numbers[1::2], strict=True))
