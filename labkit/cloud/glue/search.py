"""Finding tables across databases.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from labkit.cloud.glue.catalog import MOST_TABLES, of_others, shown_to, sorted_tables
from labkit.cloud.glue.records import Definition, glue, lists
from labkit.cloud.glue.words import invalid
from labkit.cloud.members import in_utc, moment
from labkit.cloud.operations import Context


@lists("SearchTables", "TableList", most=MOST_TABLES)
def search_tables(
    context: Context,
    *,
    SearchText: str | None = None,
    Filters: list[Definition] | None = None,
    SortCriteria: list[Definition] | None = None,
    ResourceShareType: str | None = None,
    **_: Any,
) -> list[Definition]:
    """Tables of all databases by a text in what describes them, and by filters.

    A filter compares with the parts of a text: "if Key=Name and Value=link, tables named
    customer-link and xx-link-yy are returned, but xxlinkyy is not".
    """
    databases = [] if of_others(ResourceShareType) else glue(context).databases.values()
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


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "EQUALS": operator.eq,
    "GREATER_THAN": operator.gt,
    "LESS_THAN": operator.lt,
    "GREATER_THAN_EQUALS": operator.ge,
    "LESS_THAN_EQUALS": operator.le,
}


def _passes(table: Definition, condition: Definition) -> bool:
    """Whether a filter takes a table: a text by one of its parts, a time by a comparator."""
    if "Key" not in condition or "Value" not in condition:
        raise invalid("A filter needs a key and a value")
    mine, wanted = _property(table, condition["Key"]), condition["Value"]
    if isinstance(mine, datetime):
        return _COMPARE[condition.get("Comparator", "EQUALS")](in_utc(mine), _moment(wanted))
    text = "" if mine is None else str(mine).lower()
    return wanted.lower() in (text, *re.split(r"\W+", text)) and bool(text)


def _moment(text: str) -> datetime:
    try:
        return moment(text)
    except ValueError as error:
        raise invalid(f"The value {text} of a filter is not a time") from error


def _property(table: Definition, key: str) -> Any:
    return table.get(key[:1].upper() + key[1:], table.get("Parameters", {}).get(key))
