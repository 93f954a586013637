"""Whether two plain answers say the same, and what the nearest difference is."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from labkit.exercises.forms import as_dict, as_list, as_number, as_scalar, as_table
from labkit.exercises.values import Plain, is_table

MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d(:?\d\d)?)?")


@dataclass(frozen=True)
class Compare:
    """How an answer is compared with the reference.

    Args:
        tolerance: numbers may differ by that much, absolutely.
        ordered: whether the order of rows (of a table or a list) is part of the answer.
        any_names: whether columns may have any name, and are then matched by their place.
        ignore_case: whether capitals matter in texts and names.
        more_visuals: whether a dashboard may have visuals that nobody asked for.
        unasked: keys of dictionaries whose values are of no account.
    """

    tolerance: float = 1e-6
    ordered: bool = False
    any_names: bool = False
    ignore_case: bool = False
    more_visuals: bool = False
    unasked: tuple[str, ...] = ()

    def same(self, said: Plain, expected: Plain) -> bool:
        """Whether an answer says what is expected."""
        return not self.difference(said, expected)

    def difference(self, said: Plain, expected: Plain) -> str:
        """The first difference as the id of a message in `GENERAL`; empty when there is none."""
        if is_table(expected):
            return self._of_tables(as_table(said), expected)
        if isinstance(expected, dict):
            return self._of_dicts(as_dict(said, expected), expected)
        if isinstance(expected, list):
            return self._of_lists(said, expected)
        return self._of_scalars(as_scalar(said), expected)

    def places(self, said: Plain, expected: Plain) -> list[str]:
        """Which columns of a table, or keys of a dictionary, hold what is not right."""
        if is_table(expected):
            return self._columns_off(as_table(said), expected)
        if not isinstance(expected, dict):
            return []
        said = as_dict(said, expected)
        return [key for key in expected if self.difference(said[key], expected[key])]

    def _columns_off(self, said: Plain, expected: Plain) -> list[str]:
        columns = self._matched(said["columns"], expected["columns"])
        pairs = zip(expected["columns"], columns, strict=True)
        return [
            name
            for at, (name, there) in enumerate(pairs)
            if self._of_lists([row[there] for row in said["rows"]], _column(expected, at))
        ]

    def _of_tables(self, said: Plain, expected: Plain) -> str:
        if not is_table(said):
            return "kind-table"
        columns = self._matched(said["columns"], expected["columns"])
        if isinstance(columns, str):
            return columns
        if len(said["rows"]) != len(expected["rows"]):
            return "rows-more" if len(said["rows"]) > len(expected["rows"]) else "rows-fewer"
        rows = [[row[at] for at in columns] for row in said["rows"]]
        return self._of_rows(rows, expected["rows"])

    def _matched(self, said: list[str], expected: list[str]) -> list[int] | str:
        """Where each expected column stands in the answer."""
        if len(said) != len(expected):
            return "columns-more" if len(said) > len(expected) else "columns-fewer"
        names = [name.lower() for name in said]
        wanted = [name.lower() for name in expected]
        if sorted(names) == sorted(wanted):
            return [names.index(name) for name in wanted]
        return list(range(len(said))) if self.any_names else "columns-names"

    def _of_rows(self, said: list[Plain], expected: list[Plain]) -> str:
        said = _as_numbers(said, expected)
        if self._all_same(said, expected):
            return ""
        sorted_both = sorted(said, key=_order), sorted(expected, key=_order)
        if self._all_same(*sorted_both):
            return "order" if self.ordered else ""
        if not self.ordered:
            said, expected = sorted_both
        return self._kind(said, expected) or "values"

    def _kind(self, said: list[Plain], expected: list[Plain]) -> str:
        """How a whole column is of another kind, or all that is off is rounded or of other sign."""
        off: set[str] = set()
        for values, wanted in zip(
            zip(*said, strict=True), zip(*expected, strict=True), strict=True
        ):
            pairs = zip(values, wanted, strict=True)
            there = [self._of_scalars(*pair) for pair in pairs if pair != (None, None)]
            if (kind := _only(each for each in there if each != "missing")).startswith("kind"):
                return kind
            off.update(filter(None, there))
        return _only(off)

    def _all_same(self, said: Iterable[Plain], expected: Iterable[Plain]) -> bool:
        pairs = zip(said, expected, strict=True)
        return all(
            all(not self._of_scalars(one, other) for one, other in zip(left, right, strict=True))
            for left, right in pairs
        )

    def _of_lists(self, given: Plain, expected: list[Plain]) -> str:
        said = as_list(given)
        if not isinstance(said, list):
            return "list-deep" if isinstance(given, list) else "kind-list"
        if len(said) != len(expected):
            return "rows-more" if len(said) > len(expected) else "rows-fewer"
        if any(isinstance(one, (list, dict)) for one in expected):
            pairs = zip(said, expected, strict=True)
            return next(filter(None, (self.difference(*pair) for pair in pairs)), "")
        if any(isinstance(one, (list, dict)) for one in said):
            return "values"
        return self._of_rows([[one] for one in said], [[one] for one in expected])

    def _of_dicts(self, said: Plain, expected: dict[str, Plain]) -> str:
        if not isinstance(said, dict):
            return "kind-dict"
        if said.keys() != expected.keys():
            return "keys"
        off = [self.difference(said[key], expected[key]) for key in expected]
        return min(filter(None, off), key=_graver, default="")

    def _of_scalars(self, said: Plain, expected: Plain) -> str:
        said = as_number(said, expected)
        if isinstance(said, (list, dict)):
            return "kind-one" if said else "kind-none"
        if said is None or expected is None:
            return "" if said is expected else "missing"
        if isinstance(expected, str) or isinstance(said, str):
            return self._of_texts(said, expected)
        if isinstance(expected, bool) != isinstance(said, bool):
            return "kind-truth"
        near = math.isclose(said, expected, rel_tol=1e-9, abs_tol=self.tolerance)
        return "" if near or said == _single(expected) else _how_far(said, expected)

    def _of_texts(self, said: Plain, expected: Plain) -> str:
        if not (isinstance(said, str) and isinstance(expected, str)):
            return "kind-text" if isinstance(expected, str) else "kind-number"
        if self.ignore_case:
            said, expected = said.lower(), expected.lower()
        return (
            "" if said == expected or _same_moment(said, expected) else _how_alike(said, expected)
        )


def _same_moment(said: str, expected: str) -> bool:
    """Whether two texts are one moment, such as what a cast to a timestamp makes of a text.

    >>> _same_moment("2021-05-03 08:00:00", "2021-05-03T08:00:00Z")
    True
    """
    if not (MOMENT.fullmatch(said) and MOMENT.fullmatch(expected)):
        return False
    try:
        one, other = pd.to_datetime([said, expected], utc=True, format="ISO8601")
    except ValueError:  # no day or hour of the calendar
        return False
    return bool(one == other)


def _as_numbers(said: list[Plain], expected: list[Plain]) -> list[Plain]:
    """Rows whose texts are numbers where the expected ones are: APIs say decimals as texts.

    Source: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_Field.html
    """
    one_of_each = [next(filter(_is_number, each), None) for each in zip(*expected, strict=True)]
    return [
        [as_number(value, one) for value, one in zip(row, one_of_each, strict=True)] for row in said
    ]


def _is_number(value: Plain) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _how_alike(said: str, expected: str) -> str:
    """Of two texts that differ, whether it is by what surrounds them or by capitals alone."""
    if said.strip() == expected.strip():
        return "only-blanks"
    return "only-capitals" if said.lower() == expected.lower() else "values"


def _only(kinds: Iterable[str]) -> str:
    """The one thing that is said of all; empty where several are."""
    found = set(kinds)
    return found.pop() if len(found) == 1 else ""


def _graver(kind: str) -> bool:
    """Whether a difference is told after others: it says that all but one thing is right."""
    return kind in ALIKE


def _single(number: float) -> float:
    """A number in single precision, as a column of `real` keeps it; a whole one stays whole.

    >>> _single(71.35), _single(16_777_217)
    (71.3499984741211, 16777217)
    """
    return float(np.float32(number)) if isinstance(number, float) else number


def _how_far(said: float, expected: float) -> str:
    """How a number that is not right comes about, where the two tell.

    >>> _how_far(0.57, 0.5663), _how_far(-3, 3), _how_far(0, 0.2), _how_far(4, 3)
    ('rounded', 'sign', 'values', 'values')
    """
    if said and said in (round(expected, digits) for digits in range(4)):
        return "rounded"
    return "sign" if math.isclose(said, -expected, rel_tol=1e-9) else "values"


# What is said of a difference when no misconception is known that makes it.
GENERAL = {
    "kind-table": "A table is wanted: a DataFrame, or the result of a query.",
    "kind-list": "A list is wanted, or one column.",
    "kind-dict": "A dictionary is wanted.",
    "kind-one": "One value is wanted, not several.",
    "kind-none": "One value is wanted, and there is none.",
    "kind-text": "A text is wanted here, not a number.",
    "kind-number": "A number is wanted here, not a text.",
    "kind-truth": "Is it a number, or True or False? It is the other one.",
    "columns-more": "There are more columns than were asked for.",
    "columns-fewer": "There are fewer columns than were asked for.",
    "columns-names": "The number of columns is right, but not what they are called.",
    "rows-more": "There are more rows than there should be.",
    "rows-fewer": "There are fewer rows than there should be.",
    "list-deep": "A list of single values is wanted: those of this one hold several values each.",
    "list-longer": "There are more values than there should be.",
    "list-shorter": "There are fewer values than there should be.",
    "order": "The rows are right, but not their order.",
    "list-order": "The values are right, but not their order.",
    "keys": "The keys are not those that were asked for.",
    "missing": "A value is missing, or is there where none should be.",
    "values": "The form is right, but a value is not.",
    "rounded": "Right, but rounded further than was asked for.",
    "sign": "The number is right, its sign is the other one.",
    "only-blanks": "Right, but for blanks around a text.",
    "only-capitals": "Right, but for capitals and small letters.",
}

# All but one thing is right in a value.
ALIKE = ("rounded", "sign", "only-blanks", "only-capitals")
# Those that are about single values, so that it helps to hear where these stand.
SOMEWHERE = ("values", "missing", "kind-text", "kind-number", "kind-truth", *ALIKE)


def without(said: Plain, names: tuple[str, ...]) -> Plain:
    """A dictionary, and those in it, without some keys.

    >>> without({"kept": {"format": "parquet", "folder": "a"}}, ("folder",))
    {'kept': {'format': 'parquet'}}
    """
    if not (names and isinstance(said, dict)) or is_table(said):
        return said
    return {key: without(one, names) for key, one in said.items() if key not in names}


def kind_of(said: Plain) -> str:
    """What kind of answer it is, in words.

    >>> kind_of({"columns": ["a", "b"], "rows": []}), kind_of(3)
    ('a table with 2 columns', 'a number')
    """
    if is_table(said):
        count = len(said["columns"])
        return f"a table with {count} column{'s' * (count != 1)}"
    kinds = ((dict, "a dictionary"), (list, "a list"), (str, "a text"), (bool, "True or False"))
    return next((name for kind, name in kinds if isinstance(said, kind)), "a number")


def _column(table: Plain, at: int) -> list[Plain]:
    return [row[at] for row in table["rows"]]


def _order(row: list[Plain]) -> list[tuple[str, float, str]]:
    """A row's place whatever its values are: numbers by size, texts by letter."""
    return [_key(value) for value in row]


def _key(value: Plain) -> tuple[str, float, str]:
    if _is_number(value):
        return ("number", round(float(value), 6), "")
    text = value if isinstance(value, str) else json.dumps(value)
    return (type(value).__name__, 0.0, text)
