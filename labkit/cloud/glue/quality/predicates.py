"""Predicates on the rows of a data source, which Spark reads: a constant may be of another kind."""

from __future__ import annotations

from sqlglot import exp

from labkit.cloud.glue.records import Definition

_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.In)


def column_types(table: Definition) -> dict[str, exp.DataType]:
    """The types of a table's columns and partition keys, by their names in small letters."""
    columns = table["StorageDescriptor"]["Columns"] + table.get("PartitionKeys", [])
    return {
        each["Name"].lower(): exp.DataType.build(each.get("Type", "string"), dialect="hive")
        for each in columns
    }


def as_spark(predicate: exp.Expr, columns: dict[str, exp.DataType]) -> exp.Expr:
    """A column and a constant of another kind, compared in the kind that Spark takes.

    Source: https://spark.apache.org/docs/3.5.0/sql-ref-ansi-compliance.html
    """
    for node in predicate.find_all(*_COMPARISONS):
        column, kind = node.this, columns.get(node.this.name.lower())
        if not isinstance(column, exp.Column) or kind is None:
            continue
        constants = [each for each in node.iter_expressions() if isinstance(each, exp.Literal)]
        texts = [each for each in constants if each.is_string]
        if kind.is_type(*exp.DataType.TEXT_TYPES):
            if len(texts) < len(constants):
                column.replace(exp.TryCast(this=column.copy(), to=exp.DataType.build("double")))
        elif isinstance(node, exp.In) and texts:
            column.replace(exp.cast(column.copy(), "text"))
        else:
            for each in texts:
                each.replace(exp.TryCast(this=each.copy(), to=kind.copy()))
    return predicate
