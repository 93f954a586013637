"""Data sets of the chart helpers: what they are made of, and the charts that are made of them.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateDataSet.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit import charts
from labkit.catalog import split_table
from labkit.errors import UnknownName

if TYPE_CHECKING:
    from labkit.charts.pages import Picture
    from labkit.lab import Lab

TABLE = "source"
_TYPES = {
    "tinyint": "INTEGER",
    "smallint": "INTEGER",
    "int": "INTEGER",
    "integer": "INTEGER",
    "bigint": "INTEGER",
    "float": "DECIMAL",
    "real": "DECIMAL",
    "double": "DECIMAL",
    "decimal": "DECIMAL",
    "date": "DATETIME",
    "timestamp": "DATETIME",
    "boolean": "BOOLEAN",
    # as Redshift calls them
    "int2": "INTEGER",
    "int4": "INTEGER",
    "int8": "INTEGER",
    "float4": "DECIMAL",
    "float8": "DECIMAL",
    "numeric": "DECIMAL",
    "bool": "BOOLEAN",
}


@dataclass(frozen=True)
class DataSet:
    """A data set.

    Args:
        lab: the lab that it belongs to.
        described: as ``quicksight.describe_data_set`` tells it.
    """

    lab: Lab
    described: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.described["Name"])

    @property
    def id(self) -> str:
        return str(self.described["DataSetId"])

    @property
    def arn(self) -> str:
        return str(self.described["Arn"])

    @property
    def schema(self) -> dict[str, str]:
        """The type of each column: STRING, INTEGER, DECIMAL or DATETIME."""
        return {each["Name"]: each["Type"] for each in self.described["OutputColumns"]}

    @property
    def columns(self) -> pd.DataFrame:
        """One row a column: ``column``, ``type``."""
        return pd.DataFrame(list(self.schema.items()), columns=["column", "type"])

    def visual(self, kind: str, title: str = "", **wells: Any) -> dict[str, Any]:
        """A visual of this data set; see `labkit.charts.visual`."""
        return charts.visual(kind, title, schema=self.schema, data_set=self.name, **wells)

    def choice(self, column: str, title: str = "") -> dict[str, Any]:
        """A drop-down by which readers choose values of a column.

        Raises:
            UnknownName: there is no such column.
        """
        known_among(self.schema, column)
        return charts.choice(column, title, data_set=self.name)

    def draw(self, kind: str, title: str = "", **wells: Any) -> Picture:
        """The picture of one visual: ``views.draw("line", category="day", values="sum(n)")``."""
        return self.lab.chart.draw(self.visual(kind, title, **wells), self)

    def __repr__(self) -> str:
        _, mode, rows, _ = self.lab.chart.calls.in_short(self.described)
        where = f"{rows:,} rows in SPICE" if mode == "SPICE" else "asked for at each picture"
        return f"Data set {self.name}: {len(self.schema)} columns, {where}"


def known_among(schema: Mapping[str, str], *columns: str) -> None:
    """Refuse a column that a data set has not."""
    for column in columns:
        if column not in schema:
            raise UnknownName("column", column, list(schema))


def physical_table(
    lab: Lab, source: str, table: str, sql: str, calculated: Mapping[str, str], warehouse: bool
) -> dict[str, Any]:
    """The ``PhysicalTableMap`` and, with calculated columns, the ``LogicalTableMap``."""
    if table:
        schema, name = split_table(table)
        columns = dict(_of_table(lab, schema, name))
        relation = {
            "RelationalTable": {"Catalog": "AwsDataCatalog", "Schema": schema, "Name": name}
        }
        inner, listed = relation["RelationalTable"], "InputColumns"
    else:
        sql = sql.strip().rstrip(";")  # QuickSight asks the statement from within one of its own
        columns = dict((_of_warehouse if warehouse else _of_statement)(lab, sql))
        inner, listed = {"Name": "statement", "SqlQuery": sql}, "Columns"
        relation = {"CustomSql": inner}
    typed = [{"Name": name, "Type": kind} for name, kind in columns.items()]
    inner |= {"DataSourceArn": source, listed: typed}  # type: ignore[dict-item]
    made: dict[str, Any] = {"PhysicalTableMap": {TABLE: relation}}
    if calculated:
        made["LogicalTableMap"] = {"curated": _with_columns(list(columns), calculated)}
    return made


def _with_columns(columns: list[str], calculated: Mapping[str, str]) -> dict[str, Any]:
    made = [
        {"ColumnName": name, "ColumnId": charts.identifier(name), "Expression": text}
        for name, text in calculated.items()
    ]
    shown = {"ProjectedColumns": [*columns, *calculated]}
    transforms = [{"CreateColumnsOperation": {"Columns": made}}, {"ProjectOperation": shown}]
    return {"Alias": "curated", "Source": {"PhysicalTableId": TABLE}, "DataTransforms": transforms}


def _of_table(lab: Lab, database: str, table: str) -> Iterator[tuple[str, str]]:
    for _, column in lab.catalog.columns(database, table).iterrows():
        yield column["column"], _type(column["type"])


def _of_statement(lab: Lab, sql: str) -> Iterator[tuple[str, str]]:
    """The columns of a statement, of which Athena runs an empty copy."""
    empty = lab.query(f"SELECT * FROM ({sql}\n) LIMIT 0")
    found = lab.client("athena").get_query_results(QueryExecutionId=empty.execution_id)
    for column in found["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]:
        yield column["Name"], _type(column["Type"])


def _of_warehouse(lab: Lab, sql: str) -> Iterator[tuple[str, str]]:
    """The columns of a statement, of which the warehouse runs an empty copy."""
    empty = lab.warehouse(f"SELECT * FROM ({sql}\n) LIMIT 0")
    found = lab.client("redshift-data").get_statement_result(Id=empty.id)
    for column in found["ColumnMetadata"]:
        yield column["name"], _type(column["typeName"])


def _type(name: str) -> str:
    return _TYPES.get(name.partition("(")[0], "STRING")
