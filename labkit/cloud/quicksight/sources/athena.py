"""Tables and queries of Athena: through Athena's own compiler, as the data source's reader.

``<<$name>>`` in a custom query stands for a parameter of the data set. Source:
https://docs.aws.amazon.com/quicksight/latest/user/dataset-parameters.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from labkit.cloud.athena.workgroups import work_groups
from labkit.cloud.engine import Compiled, compile_query
from labkit.cloud.engine.quoting import quoted_name
from labkit.cloud.lake.catalog import MODULES, GlueCatalog
from labkit.cloud.quicksight.sources.access import SourceStore
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.quicksight.sources.opening import Opening, reader, typed
from labkit.cloud.quicksight.spice.conditions import literal
from labkit.cloud.quicksight.spice.model import Column, PreparationError, Relation
from labkit.cloud.quicksight.spice.types import is_readable

Members = Mapping[str, Any]
_PARAMETER = re.compile(r"<<\s*\$\s*([\w ]+?)\s*>>")


@reader("ATHENA", "RelationalTable")
def read_table(opening: Opening, table: Members) -> Relation:
    """A table or view, of which the input's columns are read."""
    names = [column["Name"] for column in table["InputColumns"]]
    place = ".".join(map(quoted_name, [p for p in (table.get("Schema"), table["Name"]) if p]))
    sql = f"SELECT {', '.join(map(quoted_name, names))} FROM {place}"
    return typed(_relation(opening, sql, table.get("Catalog")), table["InputColumns"])


@reader("ATHENA", "CustomSql")
def read_query(opening: Opening, table: Members) -> Relation:
    """What a query answers; without columns of the input, all that QuickSight can take."""
    sql = with_parameters(table["SqlQuery"].strip().rstrip(";"), opening.parameters)
    found = _relation(opening, sql, None)
    return typed(found, table.get("Columns") or [])


def with_parameters(sql: str, parameters: Mapping[str, Any]) -> str:
    """A query with the values of its parameters.

    >>> with_parameters("a IN (<<$b>>)", {"b": ["x", "y's"]})
    "a IN ('x', 'y''s')"

    Raises:
        PreparationError: there is no such parameter.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] not in parameters:
            raise PreparationError(f"There is no parameter '{found[1]}' in the data set.")
        given = parameters[found[1]]
        return ", ".join(literal(each) for each in (given if isinstance(given, list) else [given]))

    return _PARAMETER.sub(value, sql)


def check_workgroup(opening_cloud: Any, region: str, source: Members) -> None:
    """Raise when the source's work group is not there or is disabled."""
    name = _workgroup(source)
    found = work_groups(opening_cloud, region).get(name)
    if found is None or found.state != "ENABLED":
        why = "is not found" if found is None else "is disabled"
        raise SourceError("INVALID_DATA_SOURCE_CONFIG", f"WorkGroup {name} {why}.")


def _workgroup(source: Members) -> str:
    parameters = (source.get("DataSourceParameters") or {}).get("AthenaParameters") or {}
    return str(parameters.get("WorkGroup") or "primary")


def _relation(opening: Opening, sql: str, catalog: str | None) -> Relation:
    check_workgroup(opening.cloud, opening.region, opening.source)
    if catalog and catalog.lower() != GlueCatalog.name:
        raise SourceError("SQL_TABLE_NOT_FOUND", f"Catalog '{catalog}' does not exist")
    group = work_groups(opening.cloud, opening.region)[_workgroup(opening.source)]
    limit = group.configuration.get("BytesScannedCutoffPerQuery")
    lake = GlueCatalog(
        opening.cloud, opening.principal, opening.region, "default", limit, kinds=MODULES
    )
    lake.store = SourceStore(opening.cloud, opening.principal, opening.region)
    return _shown(opening, compile_query(sql, lake))


def _shown(opening: Opening, compiled: Compiled) -> Relation:
    """The columns that QuickSight takes, under the names that stand above a result."""
    kept = [
        (inner, Column(heading.name, heading.type))
        for inner, heading in zip(compiled.columns, compiled.headings, strict=True)
        if is_readable(heading.type)
    ]
    if not kept:
        raise SourceError("SQL_SCHEMA_MISMATCH_ERROR", "The query has no column of a known type.")
    shown = ", ".join(f"{quoted_name(inner.name)} AS {column.sql}" for inner, column in kept)
    sql = f"SELECT {shown} FROM ({opening.session.sql(compiled)})"
    return Relation(sql, tuple(column for _, column in kept))
