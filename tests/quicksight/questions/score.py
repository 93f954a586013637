"""How many questions of a set of (question, chart) pairs the grammar reads right.

    python -m tests.quicksight.questions.score [FILE.csv] [COLUMN_TYPES.json] [--wrong]

The sets are of nvBench's kind (see README.md): a chart is written
``mark M data TABLE encoding x X y aggregate A Y [color C] [transform ...]``. A question is right
when mark, x, aggregate and y, colour, filter, and, where the question says them, sort and bin all
agree; two counts on y are the same.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labkit.cloud.quicksight.questions.answering import ENOUGH
from labkit.cloud.quicksight.questions.grammar import understand
from labkit.cloud.quicksight.questions.lexicon import Lexicon
from labkit.cloud.quicksight.questions.reading import Condition, Reading
from labkit.cloud.quicksight.questions.topic import Topic, read_topic
from tests.quicksight.questions.suggest import kinds, suggest_topic

HERE = Path(__file__).parent
QUESTIONS, TYPES_OF_COLUMNS = HERE / "nvbench_dev.csv.gz", HERE / "column_types.json"
MARKS = {"bar": "BarChartVisual", "arc": "PieChartVisual", "line": "LineChartVisual"}
MARKS |= {"point": "ScatterPlotVisual"}
AGGREGATES = {"mean": "AVERAGE", "sum": "SUM", "max": "MAX", "min": "MIN", "count": "COUNT"}
TYPES = {"numeric": "INTEGER", "categorical": "STRING", "temporal": "DATETIME"}
CHART = re.compile(
    r"mark (\S+) data \S+ encoding x (\S+) y aggregate (\S+) (\S+)"
    r"(?: color (\S+))?(?: transform ?(.*))?"
)
STEPS = re.compile(
    r"(?:filter (.*?))?\s*(?:group (\S+))?\s*(?:bin x by (\S+))?\s*"
    r"(?:sort (\S+)(?: (asc|desc))?)?\s*(?:bin x by (\S+))?\s*(?:group (\S+))?\s*(?:topk (\d+))?"
)
JOINED = re.compile(r" (and|or) (?!\S+ (?:and|or) )(?=[A-Za-z_0-9]+ (?:[=<>!]|like|between|not))")
SAYS_SORT = re.compile(r"\b(asc|desc)|low to high|high to low|sort|order|alphabet|\brank (by|in)")
SAYS_BIN = re.compile(r"\bbin|interval|weekday|\b(each|per|by) (year|month|day|week)\b", re.I)


@dataclass(frozen=True)
class Chart:
    """A chart of the set, in the topic's words."""

    mark: str
    x: str
    aggregate: str
    y: str
    colour: str
    filter: frozenset[tuple[Any, ...]]
    sort: tuple[str, str] | None
    bin: str


def rows(path: Path) -> list[dict[str, str]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(text.decode())))


def half(database: str) -> int:
    """Which half of the set a database falls into: 0 was developed on, 1 was looked at after."""
    return zlib.crc32(database.encode()) % 2


def topic(table: str, types: Mapping[str, str]) -> Topic:
    columns = [{"Name": name, "Type": _type(name, kind)} for name, kind in types.items()]
    return read_topic(
        {"Name": table, "DataSets": [suggest_topic(table, "", columns)]}, kinds(columns)
    )[0]


def _type(name: str, kind: str) -> str:
    """The set calls text dates "categorical"; a data set would have them cast."""
    is_date = "date" in name.split("_") and kind == "categorical"
    return "DATETIME" if is_date else TYPES[kind]


def gold(text: str) -> Chart:
    """A chart as the set writes it."""
    parts = CHART.fullmatch(text.strip())
    assert parts, text
    mark, x, aggregate, y, colour, transform = (each or "" for each in parts.groups())
    steps = STEPS.fullmatch(transform.strip())
    assert steps, text
    condition, group, bin_, axis, way, later, after, _ = (each or "" for each in steps.groups())
    split = {group, after} - {"", "x", x, y}
    sort = (axis, way) if way else None
    filters = frozenset(_conditions(condition))
    return Chart(mark, x, aggregate, y, colour or "".join(split), filters, sort, bin_ or later)


def _conditions(text: str) -> Iterator[tuple[Any, ...]]:
    joined = "and"
    for part in JOINED.split(text):
        if part in ("and", "or"):
            joined = part
        elif part:
            field, operator, value = part.split(None, 2)
            if operator == "not":
                operator, value = "not " + value.split(None, 1)[0], value.split(None, 1)[1]
            yield (joined, field, operator, value.strip("'\" ").replace('"', ""))
            joined = "and"


def read(reading: Reading) -> Chart:
    """What the grammar understood, in the set's terms."""
    metric = reading.metrics[0] if reading.metrics else None
    groups = [each.field.name for each in reading.groups]
    colour = reading.colour.field.name if reading.colour else ""
    mark = next((m for m, v in MARKS.items() if v == (reading.visual or "BarChartVisual")), "")
    aggregate = metric.aggregation.replace("DISTINCT_", "") if metric else ""
    names = {value: key for key, value in AGGREGATES.items()}
    order = reading.order
    sort = None
    if order:
        axis = order.target if isinstance(order.target, str) else order.target.name
        sort = (axis, "desc" if order.direction == "DESCENDING" else "asc")
    y = (metric.field.name if metric and metric.field else "") if metric else ""
    unit = reading.groups[0].unit.lower() if reading.groups else ""
    filters = frozenset(each for one in reading.conditions for each in _said(one))
    x, aggregate = next(iter(groups), ""), names.get(aggregate, "none" if metric else "")
    return Chart(mark, x, aggregate, y, colour, filters, sort, unit)


def _said(one: Condition) -> Iterator[tuple[Any, ...]]:
    name, values = one.field.name, one.values
    operators = {"CONTAINS": "like", "null": "="}
    operator = operators.get(one.operator, one.operator)
    if one.operator == "between":
        yield (one.joined, name, "between", " and ".join(values).lower())
    elif one.operator == "null":
        yield (one.joined, name, "!=" if one.inverse else "=", "null")
    elif one.operator == "CONTAINS":
        yield (one.joined, name, "not like" if one.inverse else "like", f"%{values[0]}%".lower())
    else:
        yield (one.joined, name, "!=" if one.inverse else operator, ",".join(values).lower())


def differences(question: str, wanted: Chart, found: Chart) -> list[str]:
    counts = wanted.aggregate == found.aggregate == "count"
    sorts, bins = SAYS_SORT.search(question.lower()), SAYS_BIN.search(question)
    same = {
        "mark": wanted.mark == found.mark,
        "x": wanted.x == found.x,
        "aggregate": wanted.aggregate == found.aggregate,
        "y": counts or wanted.y == found.y,
        "colour": wanted.colour == found.colour,
        "filter": wanted.filter == found.filter,
        "sort": not sorts or not wanted.sort or wanted.sort == found.sort,
        "bin": not bins or not wanted.bin or wanted.bin == found.bin,
    }
    return [name for name, agrees in same.items() if not agrees]


def table_of(types: Mapping[str, Any], row: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    name = row["vega_zero"].split(" data ")[1].split()[0]
    tables = {key.lower(): value for key, value in types[row["db_id"]].items()}
    return name, {key.lower(): value for key, value in tables[name].items()}


def judge(
    questions: list[dict[str, str]], types: Mapping[str, Any], today: dt.date = dt.date(2021, 6, 1)
) -> Iterator[tuple[dict[str, str], Reading, list[str]]]:
    """Each question, how it was read, and what is wrong with that."""
    lexicons: dict[tuple[str, str], Lexicon] = {}
    for row in questions:
        name, columns = table_of(types, row)
        key = (row["db_id"], name)
        lexicon = lexicons.setdefault(key, Lexicon(topic(name, columns), {}))
        reading = understand(row["question"], lexicon, today)
        wrong = differences(row["question"], gold(row["vega_zero"]), read(reading))
        yield row, reading, [*wrong, *(["NO_ANSWER"] if reading.score < ENOUGH else [])]


def score(questions: list[dict[str, str]], types: Mapping[str, Any]) -> tuple[float, float]:
    """The part that is read right, of each half."""
    judged = [(half(row["db_id"]), not wrong) for row, _, wrong in judge(questions, types)]
    halves = [[right for at, right in judged if at == which] for which in (0, 1)]
    first, second = (sum(each) / max(len(each), 1) for each in halves)
    return first, second


def main(arguments: list[str]) -> None:
    paths = [Path(each) for each in arguments if not each.startswith("--")]
    questions = rows(paths[0] if paths else QUESTIONS)
    types = json.loads((paths[1] if len(paths) > 1 else TYPES_OF_COLUMNS).read_text())
    judged = [(row, reading, wrong) for row, reading, wrong in judge(questions, types)]
    for row, reading, wrong in judged if "--wrong" in arguments else ():
        if wrong:
            lines = (f"{wrong} {row['question']}", row["vega_zero"], read(reading), reading.unknown)
            sys.stdout.write("\n    ".join(map(str, lines)) + "\n")
    right = sum(not wrong for *_, wrong in judged)
    first, second = score(questions, types)
    sys.stdout.write(f"half 0: {first:.1%}\nhalf 1: {second:.1%}\n")
    sys.stdout.write(f"together: {right} of {len(judged)} = {right / len(judged):.1%}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
