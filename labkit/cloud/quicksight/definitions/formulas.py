"""What a definition's calculated fields are.

Source: https://docs.aws.amazon.com/quicksight/latest/user/adding-a-calculated-field-analysis.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labkit.cloud.quicksight.calc import CalcError, Field, Scope, compile_field
from labkit.cloud.quicksight.definitions.judgement import Columns
from labkit.cloud.quicksight.spice.types import engine_type


def compiled(
    fields: Mapping[str, str], columns: Columns, parameters: Mapping[str, Any]
) -> Iterator[tuple[str, Field | CalcError]]:
    """Each calculated field by its name, or why it cannot be calculated.

    Args:
        fields: their expressions by name.
        columns: of their data set.
        parameters: a value for each.
    """
    types = {name: engine_type(column.type) for name, column in columns.items()}
    # Table functions may partition by whatever a visual groups by.
    grouped = {name: f'"{name}"' for name in (*columns, *fields)}
    scope = Scope(types, parameters, fields, grouped)
    for name, text in fields.items():
        try:
            yield name, compile_field(text, scope)
        except CalcError as error:
            yield name, error


def faults(
    fields: Mapping[str, str], columns: Columns, parameters: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """The calculated fields that cannot be calculated, and why, in a sentence each."""
    for name, found in compiled(fields, columns, parameters):
        if isinstance(found, CalcError):
            yield name, str(found)
