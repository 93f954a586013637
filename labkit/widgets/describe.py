"""The catalog's tables as the consoles show them."""

from __future__ import annotations

from typing import Any

from labkit.widgets.picture import Markup, fold, joined, table, tag

Facts = dict[str, Any]


def table_facts(found: Facts) -> Facts:
    """A table of ``glue.get_tables`` in a console's words.

    Returns:
        ``name``, ``kind`` (table or view), ``format``, ``rows`` (-1: unknown), ``keys`` (partition
        keys), ``columns`` (``name``, ``type``, ``key``, ``comment``), ``location``, ``properties``.
    """
    storage, parameters = found.get("StorageDescriptor", {}), found.get("Parameters", {})
    return {
        "name": found["Name"],
        "kind": "view" if found.get("TableType") == "VIRTUAL_VIEW" else "table",
        "format": parameters.get("classification", parameters.get("table_type", "")).lower(),
        "rows": int(parameters.get("recordCount", -1)),
        "keys": [key["Name"] for key in found.get("PartitionKeys", [])],
        "columns": [
            *(_column(column, key=False) for column in storage.get("Columns", [])),
            *(_column(column, key=True) for column in found.get("PartitionKeys", [])),
        ],
        "location": storage.get("Location", ""),
        "properties": _properties(found),
    }


def pictured(facts: Facts) -> Markup:
    """A table as a line that opens to its columns."""
    rows = [(c["name"], c["type"], "partition key" if c["key"] else "") for c in facts["columns"]]
    return fold(summary(facts), table(["Column", "Type", ""], rows))


def summary(facts: Facts) -> Markup:
    """A table in a line."""
    said = [facts["format"] or facts["kind"], f"{len(facts['columns'])} columns"]
    rows = facts["rows"]
    said += [f"{rows:,} row{'s' * (rows != 1)}"] * (rows >= 0)
    said += [f"partitioned by {', '.join(facts['keys'])}"] * bool(facts["keys"])
    return joined([tag("b", facts["name"]), " ", tag("span", " · ".join(said), style="quiet")])


def _column(column: Facts, *, key: bool) -> Facts:
    return {
        "name": column["Name"],
        "type": column.get("Type", ""),
        "key": key,
        "comment": column.get("Comment", ""),
    }


def _properties(found: Facts) -> dict[str, str]:
    storage = found.get("StorageDescriptor", {})
    serde = storage.get("SerdeInfo", {})
    known = {
        "Table type": found.get("TableType"),
        "Location": storage.get("Location"),
        "Input format": storage.get("InputFormat"),
        "Output format": storage.get("OutputFormat"),
        "SerDe": serde.get("SerializationLibrary"),
        **{f"SerDe: {k}": v for k, v in sorted(serde.get("Parameters", {}).items())},
        **dict(sorted(found.get("Parameters", {}).items())),
    }
    return {name: str(value) for name, value in known.items() if value}
