"""What a table's entry in the Glue catalog says: its columns, its parameters, a view's query.

Athena keeps a view as base64 of JSON in ``ViewOriginalText``, between marks that say so:
https://docs.aws.amazon.com/athena/latest/ug/views-console.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from labkit.cloud.engine import Column, QueryFailed, View
from labkit.cloud.engine.bounds import bounds_problem
from labkit.cloud.engine.types import Type, UnknownType, parse_hive_type, parse_type
from labkit.cloud.lake.metastore import CATALOG, Definition

_VIEW_MARK, _VIEW_END = "/* Presto View: ", " */"


def is_view(definition: Definition) -> bool:
    """Whether a catalog entry is a view."""
    return definition.get("TableType") == "VIRTUAL_VIEW"


def parameters_of(definition: Definition) -> dict[str, str]:
    """A table's parameters, as text."""
    return {k: str(v) for k, v in (definition.get("Parameters") or {}).items()}


def table_type_of(properties: dict[str, str]) -> str:
    """``ICEBERG`` and the like; empty for a Hive table, which may also say ``hive``.

    Of a Delta table Spark tells the provider alone, by which Trino knows it.
    """
    said = {name.lower(): value.upper() for name, value in properties.items()}
    if said.get("spark.sql.sources.provider") == "DELTA":
        return "DELTA"
    found = said.get("table_type", "")
    return "" if found == "HIVE" else found


def encode_view(sql: str, database: str, columns: Iterable[Column]) -> str:
    """A view's text as Athena stores it in the catalog."""
    content = {
        "originalSql": sql,
        "catalog": CATALOG,
        "schema": database,
        "columns": [{"name": c.name, "type": str(c.type)} for c in columns],
    }
    return _VIEW_MARK + base64.b64encode(json.dumps(content).encode()).decode() + _VIEW_END


def decode_view(definition: Definition) -> dict[str, Any]:
    """The content of a view that `encode_view` (or Athena) wrote.

    Raises:
        QueryFailed: it is another system's view.
    """
    text = definition.get("ViewOriginalText") or ""
    if not text.startswith(_VIEW_MARK):
        name = f"{definition['DatabaseName']}.{definition['Name']}"
        raise QueryFailed("INVALID_VIEW", f"View '{name}' is no view of Athena's")
    decoded: dict[str, Any] = json.loads(base64.b64decode(text[len(_VIEW_MARK) : -len(_VIEW_END)]))
    return decoded


def view_of(definition: Definition) -> View:
    """The view that a definition describes, for the compiler."""
    content = decode_view(definition)
    columns = tuple(Column(c["name"].lower(), parse_type(c["type"])) for c in content["columns"])
    return View(
        content["originalSql"], content.get("schema") or definition["DatabaseName"], columns
    )


def columns_of(declared: Any, table: str) -> tuple[Column, ...]:
    """Columns as a definition lists them, with their types.

    Raises:
        QueryFailed: HIVE_INVALID_METADATA, for a type that is none.
    """
    return tuple(
        Column(c["Name"].lower(), _type(c.get("Type") or "string", table), c.get("Comment"))
        for c in declared or ()
    )


def finer(kind: Type, digits: int) -> Type:
    """A type whose timestamps, nested ones too, have so many digits of a second's fraction."""
    if kind.base == "timestamp":
        return Type(kind.base, (digits,))
    args = tuple(finer(a, digits) if isinstance(a, Type) else a for a in kind.args)
    return replace(kind, args=args)


def _type(text: str, table: str) -> Type:
    """A column's type; the names of a struct's fields are in lower case to Trino and Redshift.

    Source: toTypeSignature of Trino's HiveTypeTranslator
    """
    try:
        found = parse_hive_type(text.lower())
        if not found.storable or bounds_problem(found):
            raise UnknownType(text)
        return found
    except (UnknownType, ValueError) as error:
        raise QueryFailed(
            "HIVE_INVALID_METADATA",
            f"Glue table '{table}' column type '{text}' is invalid or not supported",
        ) from error
