"""Small vocabularies: the countries, the currencies, the states of the United States."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class State:
    """A state of the United States.

    Args:
        code: its two letters.
        zone: the time zone of most of its people.
        region: of the Census Bureau.
        prefixes: the first three digits of its ZIP codes.
    """

    code: str
    zone: str
    region: str
    prefixes: frozenset[str]
    name: str


@cache
def countries() -> dict[str, str]:
    """The two letters of a country by its codes and names, in small letters."""
    rows = [line.split(" ", 2) for line in _lines("countries")]
    return {
        each.lower(): two for two, three, names in rows for each in (two, three, *names.split("; "))
    }


@cache
def currencies() -> frozenset[str]:
    """Codes of currencies."""
    return frozenset(code for line in _lines("currencies") for code in line.split())


@cache
def states() -> tuple[State, ...]:
    """The states, by their codes."""
    return tuple(_state(*line.split(" ", 4)) for line in _lines("states"))


def _state(code: str, zone: str, region: str, prefixes: str, name: str) -> State:
    return State(code, zone, region, frozenset(_prefixes(prefixes)), name)


def _prefixes(ranges: str) -> Iterator[str]:
    for each in ranges.split(","):
        first, _, last = each.partition("-")
        yield from (f"{number:03}" for number in range(int(first), int(last or first) + 1))


def _lines(name: str) -> list[str]:
    text = resources.files(__name__).joinpath(f"{name}.txt").read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
