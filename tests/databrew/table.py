"""The table of recipe cases: what an operation makes of a small table.

A file under ``cases/`` holds blocks::

    [LOWER_CASE ordinary]
    {"sourceColumn": "name"}
    name string: ["ADA", "Éva"]
    age int: [36, null]
    =>
    name string: ["ada", "éva"]
    age

The head names the operation and the kind of case. Then come the parameters as one JSON object, the
table a column a line (type and values), and after the arrow every column of the result in order;
one that stays as it was needs its name only. ``=> accepted`` asks only that the recipe runs,
``! text`` in place of the arrow asks for an error that has this text. A line
``when IS_MISSING name`` or ``when IS name "Ada"`` before the table is a condition of the step, a
line that starts with ``#`` a remark. Columns after ``second votes`` are those of a second data
set, ``votes``. ``[PI missing -] It reads no column.`` says why there is no
case of a kind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from labkit.cloud.databrew.recipe.conditions import Condition

KINDS = ("ordinary", "missing", "type", "parameter", "example")
CASES = Path(__file__).with_name("cases")
_HEAD = re.compile(r"\[(\w+) (\w+)( -)?\] ?(.*)")
_CONDITION = re.compile(r"when (\w+) (\w+) ?(.*)")
_COLUMN = re.compile(r"([^:]+?) (\w+(?:\([^:]*\))?(?:\[\])*): (\[.*\])")


@dataclass
class Case:
    """One case: a step on a table, and what comes out."""

    name: str
    operation: str
    kind: str
    waived: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)
    given: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)
    second: dict[str, dict[str, tuple[str, list[Any]]]] = field(default_factory=dict)
    expected: dict[str, tuple[str, list[Any]]] | None = None
    error: str = ""


def read_cases() -> list[Case]:
    """Every case of every file."""
    return [case for path in sorted(CASES.glob("*.txt")) for case in _in_file(path)]


def _in_file(path: Path) -> Iterator[Case]:
    lines = [line for line in path.read_text("utf-8").splitlines() if line[:1] != "#"]
    for number, block in enumerate(re.split(r"\n(?=\[[A-Z_0-9]+ )", "\n".join(lines).strip())):
        yield _case(number, [line for line in block.splitlines() if line.strip()])


def _case(number: int, lines: list[str]) -> Case:
    head = _HEAD.fullmatch(lines[0])
    assert head, f"not the head of a case: {lines[0]}"
    assert head[2] in KINDS, f"no kind of case: {lines[0]}"
    case = Case(f"{head[1]}-{head[2]}-{number}", head[1], head[2])
    if head[3]:
        case.waived = head[4]
        return case
    case.parameters = {name: as_text(value) for name, value in json.loads(lines[1]).items()}
    for line in lines[2:]:
        _read_line(case, line)
    return case


def _read_line(case: Case, line: str) -> None:
    if line.startswith("! "):
        case.error = line[2:]
    elif line.startswith("=>"):
        case.expected = None if line.endswith("accepted") else {}
    elif line.startswith("second "):
        case.second[line.removeprefix("second ")] = {}
    elif found := _CONDITION.fullmatch(line):
        value = as_text(json.loads(found[3])) if found[3] else None
        case.conditions.append(Condition(found[1], found[2], value))
    elif found := _COLUMN.fullmatch(line):
        given = list(case.second.values())[-1] if case.second else case.given
        columns = given if case.expected is None else case.expected
        exact = Decimal if found[2].lower().startswith("decimal") else float
        columns[found[1]] = (found[2], json.loads(found[3], parse_float=exact))
    else:
        assert case.expected is not None, f"not a line of a case: {line}"
        case.expected[line] = case.given[line]


def as_text(value: Any) -> str:
    """A parameter's value as the API carries it."""
    return value if isinstance(value, str) else json.dumps(value)
