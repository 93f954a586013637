"""A recipe's step in words, as the console's recipe pane says it."""

from __future__ import annotations

import json
from typing import Any

#: Operations that say more than their name and their column.
SENTENCES = {
    "RENAME": "Rename {sourceColumn} to {targetColumn}",
    "DELETE": "Delete {sourceColumns}",
    "DUPLICATE": "Duplicate {sourceColumn} as {targetColumn}",
    "CHANGE_DATA_TYPE": "Change the type of {sourceColumn} to {columnDataType}",
    "UPPER_CASE": "Change {sourceColumn} to upper case",
    "LOWER_CASE": "Change {sourceColumn} to lower case",
    "CAPITAL_CASE": "Change {sourceColumn} to capital case",
    "SENTENCE_CASE": "Change {sourceColumn} to sentence case",
    "MOVE_AFTER": "Move {sourceColumn} after {targetColumn}",
    "MOVE_BEFORE": "Move {sourceColumn} before {targetColumn}",
    "MOVE_TO_START": "Move {sourceColumn} to the start",
    "MOVE_TO_END": "Move {sourceColumn} to the end",
    "MOVE_TO_INDEX": "Move {sourceColumn} to position {targetIndex}",
    "SORT": "Sort by {expressions}",
    "REMOVE_MISSING": "Remove rows where {sourceColumn} is missing",
    "REMOVE_DUPLICATES": "Remove rows whose {sourceColumn} was there before",
    "REMOVE_VALUES": "Remove rows",
    "DELETE_DUPLICATE_ROWS": "Remove duplicate rows",
    "FILL_WITH_CUSTOM": "Fill missing values of {sourceColumn} with {columnValue}",
    "REPLACE_TEXT": "Replace {pattern} by {value} in {sourceColumn}",
    "GROUP_BY": "Group by {sourceColumns}: {groupByAggFunctionOptions}",
    "JOIN": "{joinType} on {joinKeys}",
    "UNION": "Union",
    "SPLIT_COLUMN_SINGLE_DELIMITER": "Split {sourceColumn} at {pattern}",
}
CONDITIONS = {
    "IS": "is",
    "IS_NOT": "is not",
    "IS_BETWEEN": "is between",
    "IS_NOT_BETWEEN": "is not between",
    "LESS_THAN": "<",
    "LESS_THAN_EQUAL": "≤",
    "GREATER_THAN": ">",
    "GREATER_THAN_EQUAL": "≥",
}


def sentence(step: dict[str, Any]) -> str:
    """A step in words.

    >>> sentence({"Action": {"Operation": "RENAME", "Parameters":
    ...     {"sourceColumn": "id", "targetColumn": "key"}}})
    'Rename id to key'
    >>> sentence({"Action": {"Operation": "SORT", "Parameters":
    ...     {"expressions": '[{"sourceColumn": "gpa", "ordering": "DESCENDING"}]'}}})
    'Sort by gpa descending'
    >>> sentence({"Action": {"Operation": "ROUND", "Parameters":
    ...     {"sourceColumn": "gpa", "targetColumn": "whole"}}})
    'Round gpa → whole'
    """
    action = step["Action"]
    given = {n: _value(text) for n, text in (action.get("Parameters") or {}).items()}
    if "joinType" in given:
        given["joinType"] = given["joinType"].replace("_", " ").capitalize()
    said = _filled(action["Operation"], given)
    conditions = " and ".join(map(_condition, step.get("ConditionExpressions") or []))
    return f"{said} where {conditions}" if conditions else said


def _filled(operation: str, given: dict[str, str]) -> str:
    try:
        return SENTENCES[operation].format(**given)
    except KeyError:
        name = operation.replace("_", " ").capitalize()
        sources = [v for n, v in given.items() if n.startswith("source") and n != "sourceType"]
        target = next((given[n] for n in ("targetColumn", "targetColumnName") if n in given), "")
        return " ".join([name, ", ".join(sources), *([f"→ {target}"] * bool(target))]).strip()


def _condition(condition: dict[str, str]) -> str:
    name = condition["Condition"]
    words = CONDITIONS.get(name, name.replace("_", " ").lower())
    value = _value(condition["Value"]) if "Value" in condition else ""
    return f"{condition['TargetColumn']} {words} {value}".strip()


def _value(text: str) -> str:
    """A parameter as people read it: a list without its brackets."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    if not isinstance(found, list):
        return text
    return ", ".join(_item(each) for each in found)


def _item(item: Any) -> str:
    if isinstance(item, dict):
        if set(item) == {"key", "value"}:
            return f"{item['key']} = {item['value']}"
        if "functionName" in item:
            function = item["functionName"].replace("_", " ").lower()
            return f"{function} of {item.get('sourceColumnName', '')}"
        return " ".join(_word(value) for value in item.values())
    return str(item)


def _word(value: Any) -> str:
    """Constants such as DESCENDING in small letters."""
    text = str(value)
    return text.lower() if text in ("ASCENDING", "DESCENDING") else text
