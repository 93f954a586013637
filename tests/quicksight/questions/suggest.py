"""A topic made from a data set, as the console makes one: words, roles, aggregations, types.

Source: https://docs.aws.amazon.com/quicksight/latest/user/quicksight-q-topics-create.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from labkit.cloud.quicksight.questions.topic import identifies
from labkit.cloud.quicksight.questions.words import tokens
from labkit.cloud.quicksight.visuals.model import Kind

Column = dict[str, Any]


def suggest_topic(name: str, arn: str, columns: Sequence[Column]) -> dict[str, Any]:
    """The ``DatasetMetadata`` of a topic on a data set.

    Args:
        name: of the data set.
        arn: of the data set.
        columns: the API's output columns: ``Name``, ``Type``, ``Description``.
    """
    dates = [each["Name"] for each in columns if each["Type"] == "DATETIME"]
    made: dict[str, Any] = {
        "DatasetArn": arn,
        "DatasetName": name,
        "Columns": [_column(each) for each in columns],
    }
    if dates:
        made["DataAggregation"] = {
            "DatasetRowDateGranularity": "DAY",
            "DefaultDateColumnName": dates[0],
        }
    return made


def kinds(columns: Sequence[Column]) -> dict[str, Kind]:
    """What each column holds, by its type."""
    return {each["Name"]: _KINDS.get(each["Type"], "text") for each in columns}


def friendly_name(name: str) -> str:
    """A column's name as people write it.

    >>> friendly_name("parent_highest_ed"), friendly_name("highSchoolGpa")
    ('Parent Highest Ed', 'High School GPA')
    """
    words = [each.text for each in tokens(name) if each.kind in ("word", "number")]
    return " ".join(w.upper() if w.lower() in _ACRONYMS else w[:1].upper() + w[1:] for w in words)


def _column(column: Column) -> dict[str, Any]:
    name, kind = column["Name"], column["Type"]
    made = {"ColumnName": name, "ColumnFriendlyName": friendly_name(name) or name}
    if column.get("Description"):
        made["ColumnDescription"] = column["Description"]
    return made | {"IsIncludedInTopic": True} | _role(name, kind) | _semantic(name, kind)


def _role(name: str, kind: str) -> dict[str, Any]:
    """Identifiers, flags and parts of a date are grouped by, not summed."""
    name = _snake(name)
    if kind == "DATETIME":
        return {"ColumnDataRole": "DIMENSION", "TimeGranularity": "DAY", "Aggregation": "COUNT"}
    if kind not in ("INTEGER", "DECIMAL"):
        return {"ColumnDataRole": "DIMENSION", "Aggregation": "COUNT"}
    if identifies(name) or _KEY.search(name):
        return {"ColumnDataRole": "DIMENSION", "Aggregation": "DISTINCT_COUNT"}
    if _PART.search(name) or _FLAG.search(name):
        return {"ColumnDataRole": "DIMENSION", "Aggregation": "COUNT"}
    rate = _RATE.search(name)
    return {
        "ColumnDataRole": "MEASURE",
        "Aggregation": "AVERAGE" if rate else "SUM",
        **({"NonAdditive": True} if rate else {}),
    }


def _snake(name: str) -> str:
    """A name with one sign between its words: ``birthYear`` is ``birth_year``."""
    return "_".join(each.text for each in tokens(name) if each.kind in ("word", "number"))


def _semantic(name: str, kind: str) -> dict[str, Any]:
    name = _snake(name)
    if kind == "INTEGER" and _FLAG.search(name):
        return {
            "SemanticType": {"TypeName": "Boolean", "TruthyCellValue": "1", "FalseyCellValue": "0"}
        }
    for pattern, type_name in SEMANTIC_TYPES:
        if re.search(pattern, name, re.IGNORECASE) and (kind == "STRING") != (
            type_name in _NUMERIC
        ):
            return {"SemanticType": {"TypeName": type_name}}
    return {}


_KINDS: dict[str, Kind] = {"INTEGER": "number", "DECIMAL": "number", "DATETIME": "date"}
_ACRONYMS = frozenset("id gpa url ip hs sis lms".split())
_KEY = re.compile(r"(?:^|_)(?:key|code|zip|zip_code|number|no|nbr)$|(?:^|_)fk_", re.IGNORECASE)
_PART = re.compile(r"(?:^|_)(?:year|month|day|hour|week|quarter|minute)$", re.IGNORECASE)
_FLAG = re.compile(
    r"^(?:is|has|was)_|^(?:admitted|enrolled)$|_(?:ind|indicator|flag|alum|student|ed)$",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"(?:^|_)(?:gpa|avg|average|mean|rate|rating|ratio|percent|percentage|percentile|pct|score|age|"
    r"price|temperature|grade|level|rank)(?:$|_)",
    re.IGNORECASE,
)
_NUMERIC = ("Currency", "Percentage", "Duration", "Age")
SEMANTIC_TYPES = (
    (r"(?:^|_)country", "Country"),
    (r"state(?:_name|_code)?$", "Location"),
    (r"(?:^|_)city", "Location"),
    (r"first_name|last_name|full_name", "Person"),
    (r"email", "Identifier"),
    (r"price|cost|revenue|salary|amount", "Currency"),
    (r"percent|pct", "Percentage"),
    (r"(?:^|_)age$", "Age"),
    (r"duration|minutes$|seconds$", "Duration"),
)
