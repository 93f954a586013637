"""Calculated fields: QuickSight's expression language compiled to DuckDB's SQL.

    field = compile_field("sum({Sales}) / distinct_count({Order ID})", Scope(columns))

Source: https://docs.aws.amazon.com/quicksight/latest/user/calculated-field-reference.html
"""

from labkit.cloud.quicksight.calc.compile import (
    check_field,
    compile_condition,
    compile_field,
    fields_in,
    parameters_in,
)
from labkit.cloud.quicksight.calc.errors import CalcError
from labkit.cloud.quicksight.calc.scope import Derived, Field, Scope
from labkit.cloud.quicksight.calc.select import Filter, with_derived

__all__ = [
    "CalcError", "Derived", "Field", "Filter", "Scope", "check_field", "compile_condition",
    "compile_field", "fields_in", "parameters_in", "with_derived",
]  # fmt: skip
