"""Finding tables across databases.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.glue.catalog import MOST_TABLES, shown_to, sorted_tables
from labkit.cloud.glue.records import Definition, glue, lists
from labkit.cloud.glue.words import invalid
from labkit.cloud.operations import Context


@lists("SearchTables", "TableList", most=MOST_TABLES)
def search_tables(
    context: Context,
    *,
    SearchText: str | None = None,
    Filters: list[Definition] | None = None,
    SortCriteria: list[Definition] | None = None,
    **_: Any,
) -> list[Definition]:
    """Tables of all databases by a text in what describes them, and by filters."""
    databases = glue(context).databases.values()
    tables = [shown_to(context, each, t) for each in databases for t in sorted_tables(each)]
    wanted = [t for t in tables if t and _mentions(t, SearchText or "")]
    wanted = [t for t in wanted if all(_passes(t, f) for f in Filters or [])]
    for criterion in reversed(SortCriteria or []):
        wanted.sort(
            key=lambda t: str(_property(t, criterion.get("FieldName", "Name"))),
            reverse=criterion.get("Sort") == "DESC",
        )
    return wanted


def _mentions(table: Definition, text: str) -> bool:
    exact = re.fullmatch(r'"(.*)"', text)
    columns = table.get("StorageDescriptor", {}).get("Columns", [])
    texts = [table["Name"], table["DatabaseName"], table.get("Description") or ""]
    texts += [part for c in columns for part in (c["Name"], c.get("Comment") or "")]
    texts += table.get("Parameters", {}).values()
    if exact:
        return any(exact[1].lower() == each.lower() for each in texts)
    return any(text.lower() in each.lower() for each in texts)


_COMPARE: dict[str, Any] = {
    "EQUALS": lambda mine, theirs: mine == theirs,
    "GREATER_THAN": lambda mine, theirs: mine > theirs,
    "LESS_THAN": lambda mine, theirs: mine < theirs,
    "GREATER_THAN_EQUALS": lambda mine, theirs: mine >= theirs,
    "LESS_THAN_EQUALS": lambda mine, theirs: mine <= theirs,
}


def _passes(table: Definition, condition: Definition) -> bool:
    if "Key" not in condition or "Value" not in condition:
        raise invalid("A filter needs a key and a value")
    mine = _property(table, condition["Key"])
    if mine is None:
        return False
    compare = _COMPARE[condition.get("Comparator", "EQUALS")]
    if isinstance(mine, str):
        return bool(compare(mine.lower(), condition["Value"].lower()))
    return bool(compare(mine.isoformat(), condition["Value"]))


def _property(table: Definition, key: str) -> Any:
    return table.get(key[:1].upper() + key[1:], table.get("Parameters", {}).get(key))
