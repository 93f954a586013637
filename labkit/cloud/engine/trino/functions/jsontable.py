"""The rows of ``JSON_TABLE``: its paths followed, each column's items in its place.

A plan is a path with its columns and the plan below it, or plans whose rows are joined: one after
another (UNION) or each with each (CROSS).
Source: https://trino.io/docs/current/functions/json.html#json-table
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from labkit.cloud.engine.closed import Udf
from labkit.cloud.engine.trino.functions.documents import parse_document
from labkit.cloud.engine.trino.functions.entry import fail
from labkit.cloud.engine.trino.functions.jsonitems import (
    Variables,
    read_variables,
    shown,
    told_apart,
)
from labkit.cloud.engine.trino.functions.jsonpath import parse_path
from labkit.cloud.engine.trino.functions.jsonpath_steps import PathFailed

#: The items of some columns, by the columns' places.
Cells = dict[int, list[str | None]]
_plan_of = lru_cache(maxsize=64)(json.loads)


def _rows(
    text: str, plan_text: str, variables: Variables, strict: bool
) -> list[list[list[str | None] | None]]:
    """Each row's cells; none where the document or a path to rows fails, unless it is strict."""
    plan = _plan_of(plan_text)
    try:
        known = read_variables(variables)
        found = list(_planned(plan, parse_document(text), known))
    except PathFailed as failed:
        if strict:
            fail(f"path evaluation failed: {failed}", "PATH_EVALUATION_ERROR")
        return []
    except (ValueError, RecursionError):
        if strict:
            fail("conversion to JSON failed: ", "JSON_INPUT_CONVERSION_ERROR")
        return []
    return [[cells.get(at) for at in range(plan["size"])] for cells in found]


def _planned(plan: Any, item: Any, known: dict[str, list[Any]]) -> Iterator[Cells]:
    if "parts" not in plan:
        yield from _of_path(plan, item, known)
    elif not plan["cross"]:
        for part in plan["parts"]:
            yield from _planned(part, item, known)
    else:
        yield from _crossed(plan["parts"], item, known)


def _crossed(parts: list[Any], item: Any, known: dict[str, list[Any]]) -> Iterator[Cells]:
    first, *others = parts
    rest: list[Cells] = list(_crossed(others, item, known)) if others else [{}]
    for cells in _planned(first, item, known):
        yield from ({**cells, **more} for more in rest)


def _of_path(plan: Any, item: Any, known: dict[str, list[Any]]) -> Iterator[Cells]:
    """A row for each item of the path, or for each row below it."""
    for number, found in enumerate(parse_path(plan["path"]).items(item, known), 1):
        own: Cells = {
            place: [str(number)] if path is None else _items(path, found, known, scalar)
            for place, path, scalar in plan["columns"]
        }
        below = list(_planned(plan["below"], found, known)) if plan["below"] else [{}]
        if not below and not plan["inner"]:
            below = [{}]
        yield from ({**own, **more} for more in below)


def _items(path: str, item: Any, known: dict[str, list[Any]], scalar: bool) -> list[str | None]:
    """A column's items, None and why where its path fails."""
    show = told_apart if scalar else shown
    try:
        return [show(one) for one in parse_path(path).items(item, known)]
    except PathFailed as failed:
        return [None, str(failed)]


_PARAMETERS = ("VARCHAR", "VARCHAR", "MAP(VARCHAR, VARCHAR)", "BOOLEAN")
UDFS = (Udf("trino_json_table", _rows, _PARAMETERS, "VARCHAR[][][]"),)
