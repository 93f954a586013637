"""Steps that make other rows: aggregated, pivoted, unpivoted, appended.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AggregateOperation.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.engine.types import BIGINT, DOUBLE, VARCHAR, Type
from labkit.cloud.quicksight.spice import types
from labkit.cloud.quicksight.spice.model import FAULT, Column, PreparationError, Relation
from labkit.cloud.quicksight.spice.steps import Steps
from labkit.cloud.quicksight.spice.transforms import check_names

Members = Mapping[str, Any]


def aggregate(
    steps: Steps,
    *,
    Source: Members,
    Aggregations: list[Members],
    GroupByColumnNames: list[str] | None = None,
    **_: Any,
) -> Relation:
    """One row a group, with what is computed over its rows."""
    table = steps.table(Source)
    groups = [table.column(name) for name in GroupByColumnNames or []]
    made = [_aggregated(table, each) for each in Aggregations]
    columns = (*groups, *(column for column, _ in made))
    check_names([column.name for column in columns])
    values = [f"CAST({sql} AS {column.type.duckdb}) AS {column.sql}" for column, sql in made]
    return _grouped(table, groups, values, columns)


def _aggregated(table: Relation, aggregation: Members) -> tuple[Column, str]:
    function = aggregation["AggregationFunction"]
    sql, kind, source = _function(table, function)
    column = Column(
        aggregation["NewColumnName"], kind, id=aggregation["NewColumnId"], origins=source.origins
    )
    return column, sql


def _function(table: Relation, function: Members) -> tuple[str, Type, Column]:
    if simple := function.get("SimpleAggregation"):
        column = table.column(simple["InputColumnName"])
        sql, kind = _SIMPLE[simple["FunctionType"]]
        number = column.type if column.type in (BIGINT, DOUBLE) else None
        if simple["FunctionType"] in ("SUM", "AVERAGE") and number is None:
            raise PreparationError(f"'{column.name}' holds no numbers to aggregate.")
        return sql.format(column.sql), kind or column.type, column
    listed = function["ListAggregation"]
    column = table.column(listed["InputColumnName"])
    distinct = "DISTINCT " if listed.get("Distinct") else ""
    text = types.converted(column.sql, column.type, "STRING")
    mark = quoted_text(listed["Separator"])
    return f"string_agg({distinct}{text}, {mark} ORDER BY {text})", VARCHAR, column


#: SQL of an aggregation, and its type where it is not the column's.
_SIMPLE: dict[str, tuple[str, Type | None]] = {
    "COUNT": ("count({})", BIGINT),
    "DISTINCT_COUNT": ("count(DISTINCT {})", BIGINT),
    "SUM": ("sum({})", None),
    "AVERAGE": ("avg({})", DOUBLE),
    "MAX": ("max({})", None),
    "MIN": ("min({})", None),
}


def pivot(
    steps: Steps,
    *,
    Source: Members,
    ValueColumnConfiguration: Members,
    PivotConfiguration: Members,
    GroupByColumnNames: list[str] | None = None,
    **_: Any,
) -> Relation:
    """Values of a column become columns."""
    table = steps.table(Source)
    groups = [table.column(name) for name in GroupByColumnNames or []]
    label = table.column(PivotConfiguration.get("LabelColumnName", ""))
    sql, kind, value = _function(table, ValueColumnConfiguration["AggregationFunction"])
    text = types.converted(label.sql, label.type, "STRING")
    columns, values = [*groups], []
    for each in PivotConfiguration["PivotedLabels"]:
        name, origins = each["NewColumnName"], value.origins | label.origins
        columns.append(Column(name, kind, id=each["NewColumnId"], origins=origins))
        met = f"FILTER (WHERE {text} = {quoted_text(each['LabelName'])})"
        values.append(f"CAST({sql} {met} AS {kind.duckdb}) AS {quoted_name(name)}")
    check_names([column.name for column in columns])
    return _grouped(table, groups, values, tuple(columns))


def unpivot(
    steps: Steps,
    *,
    Source: Members,
    ColumnsToUnpivot: list[Members],
    UnpivotedLabelColumnName: str,
    UnpivotedLabelColumnId: str,
    UnpivotedValueColumnName: str,
    UnpivotedValueColumnId: str,
    **_: Any,
) -> Relation:
    """Columns become rows: one with the column's label and one with its value."""
    table = steps.table(Source)
    turned = [table.column(each["ColumnName"]) for each in ColumnsToUnpivot]
    kinds = {column.type for column in turned}
    if len(kinds) != 1:
        raise PreparationError("Columns of different types cannot be turned into one.")
    rest = [column for column in table.columns if column not in turned]
    origins = frozenset().union(*(column.origins for column in turned))
    label = Column(
        UnpivotedLabelColumnName, VARCHAR, id=UnpivotedLabelColumnId,
        origins=frozenset([f"={UnpivotedLabelColumnName}"]),
    )  # fmt: skip
    value = Column(
        UnpivotedValueColumnName, kinds.pop(), id=UnpivotedValueColumnId, origins=origins
    )
    columns = (*rest, label, value)
    check_names([column.name for column in columns])
    selects = [
        table.select([
            *(column.sql for column in rest),
            f"{quoted_text(each.get('NewValue') or column.name)} AS {label.sql}",
            f"{column.sql} AS {value.sql}",
        ])
        for each, column in zip(ColumnsToUnpivot, turned, strict=True)
    ]  # fmt: skip
    return replace(table, sql=" UNION ALL ".join(selects), columns=columns)


def append(
    steps: Steps,
    *,
    AppendedColumns: list[Members],
    FirstSource: Members | None = None,
    SecondSource: Members | None = None,
    **_: Any,
) -> Relation:
    """The rows of two steps, one after the other; a column that one lacks is empty there."""
    tables = [steps.table(source) for source in (FirstSource, SecondSource) if source]
    columns = tuple(_appended(tables, each) for each in AppendedColumns)
    check_names([column.name for column in columns])
    selects = list(_padded(tables, columns))
    faults = any(table.faults for table in tables)
    return Relation(" UNION ALL ".join(selects), columns, faults)


def _appended(tables: list[Relation], appended: Members) -> Column:
    name = appended["ColumnName"]
    found = [column for table in tables for column in table.columns if column.name == name]
    if not found:
        raise PreparationError(f"There is no column '{name}' to append.")
    if len({column.type for column in found}) > 1:
        raise PreparationError(f"The columns '{name}' have different types.")
    origins = frozenset().union(*(column.origins for column in found))
    return replace(found[0], id=appended["NewColumnId"], origins=origins)


def _padded(tables: list[Relation], columns: tuple[Column, ...]) -> Iterator[str]:
    faults = any(table.faults for table in tables)
    for table in tables:
        known = {column.name for column in table.columns}
        shown = [
            c.sql if c.name in known else f"CAST(NULL AS {c.type.duckdb}) AS {c.sql}"
            for c in columns
        ]
        if faults:
            shown.append(f"{table.fault_sql} AS {quoted_name(FAULT)}")
        yield f"SELECT {', '.join(shown)} FROM ({table.sql})"


def _grouped(
    table: Relation, groups: list[Column], values: list[str], columns: tuple[Column, ...]
) -> Relation:
    """One row a group; the rows that have a fault go beside them, to be counted."""
    shown = ", ".join([*(column.sql for column in groups), *values])
    by = f" GROUP BY {', '.join(column.sql for column in groups)}" if groups else ""
    if not table.faults:
        return Relation(f"SELECT {shown} FROM ({table.sql}){by}", columns)
    fault = quoted_name(FAULT)
    empty = ", ".join(f"CAST(NULL AS {c.type.duckdb}) AS {c.sql}" for c in columns)
    sql = (
        f"SELECT {shown}, CAST(NULL AS VARCHAR) AS {fault} FROM ({table.sql}) "
        f"WHERE {fault} IS NULL{by} UNION ALL "
        f"SELECT {empty}, {fault} FROM ({table.sql}) WHERE {fault} IS NOT NULL"
    )
    return Relation(sql, columns, faults=True)
