"""Column formatting steps: numbers and telephone numbers as they are written.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.column-formatting.html
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Literal

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parts import phones
from labkit.cloud.databrew.recipe.parts.values import numeric
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation

operation = category("Column formatting")

_UNITS = {"THOUSAND": 3, "MILLION": 6, "BILLION": 9, "TRILLION": 12}
_MOST_DIGITS = 400


@operation("NUMBER_FORMAT")
def number_format(
    table: Relation,
    *,
    source_column: Column,
    decimal_places: int | None = None,
    numeric_decimal_separator: str = ".",
    numeric_thousand_separator: str = "null",
    numeric_abbreviated_unit: Literal[
        "null", "THOUSAND", "MILLION", "BILLION", "TRILLION"
    ] = "null",
    numeric_unit_abbreviation: str = "null",
) -> Relation:
    """Numbers as text: rounded, with separators, in thousands or more.

    Halves are rounded away from zero, as by Spark's ``round``; what is no number becomes null.
    Neither is documented.
    """
    if decimal_places is not None and not 0 <= decimal_places <= 30:
        raise RecipeError(f"The parameter 'decimalPlaces' must be 0 to 30, not '{decimal_places}'.")
    thousands = numeric_thousand_separator.replace("null", "")
    if thousands == numeric_decimal_separator:
        raise RecipeError(
            "The parameters 'numericDecimalSeparator' and 'numericThousandSeparator' must differ."
        )
    written = _written(
        decimal_places,
        numeric_decimal_separator,
        thousands,
        _UNITS.get(numeric_abbreviated_unit, 0),
        numeric_unit_abbreviation.replace("null", ""),
    )
    name = table.context.function(written, ["VARCHAR"], "VARCHAR")
    return table.put(
        source_column.name, f"{name}(CAST({numeric(source_column).number} AS VARCHAR))"
    )


@operation("FORMAT_PHONE_NUMBER")
def format_phone_number(
    table: Relation,
    *,
    source_column: Column,
    phone_number_format: Literal["E164", "INTERNATIONAL", "NATIONAL", "RFC3966"] = "E164",
    default_region: str | None = None,
    default_region_column: Column | None = None,
) -> Relation:
    """Telephone numbers in one form; what is none, or lacks its country, stays as it is."""
    if default_region and default_region_column:
        raise RecipeError("Give either 'defaultRegion' or 'defaultRegionColumn', not both.")
    region = phones.checked_region(default_region) if default_region else None

    def printed(text: str | None, of_row: str | None) -> str | None:
        where = phones.region_of(of_row) if of_row else region
        return None if text is None else phones.printed(text, where, phone_number_format)

    name = table.context.function(printed, ["VARCHAR", "VARCHAR"], "VARCHAR")
    of_row = default_region_column.text if default_region_column else "NULL"
    return table.put(source_column.name, f"{name}({source_column.text}, {of_row})")


def _written(
    places: int | None, point: str, group: str, power: int, unit: str
) -> Callable[[str | None], str | None]:
    """A function that writes a number's text anew."""

    def written(text: str | None) -> str | None:
        if text is None or not (number := Decimal(text)).is_finite():
            return None
        with localcontext(Context(prec=_MOST_DIGITS, rounding=ROUND_HALF_UP)):
            number = number.scaleb(-power)
            shown = f"{number.normalize() if places is None else round(number, places):,f}"
        whole, _, fraction = shown.partition(".")
        return whole.replace(",", group) + (point + fraction if fraction else "") + unit

    return written
