"""Values as a reader sees them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from labkit.cloud.quicksight.reports.excel_files import number_format
from labkit.cloud.quicksight.visuals.formats import format_value, null_label
from labkit.cloud.quicksight.visuals.model import Field

AT = datetime(2024, 7, 5, 15, 4, 9)


def number(kind: str = "Number", **options: Any) -> Any:
    return {"FormatConfiguration": {f"{kind}DisplayFormatConfiguration": options}}


def places(count: int) -> Any:
    return {"DecimalPlacesConfiguration": {"DecimalPlaces": count}}


def separated(decimal: str, thousands: str, **more: Any) -> Any:
    marks = {"DecimalSeparator": decimal, "ThousandsSeparator": {"Symbol": thousands, **more}}
    return {"SeparatorConfiguration": marks}


NUMBERS: list[tuple[Any, Any, str]] = [
    (1234567, {}, "1,234,567"),
    (0, {}, "0"),
    (1234.5, {}, "1,234.5"),
    (1234.5678, {}, "1,234.57"),
    (Decimal("0.30"), {}, "0.3"),
    (0.000123, {}, "0.00012"),
    (-0.0, {}, "0"),
    (float("nan"), {}, "null"),
    (2.675, number(**places(2)), "2.68"),
    (3, number(**places(2)), "3.00"),
    (1234567.891, number(**separated("COMMA", "DOT"), **places(2)), "1.234.567,89"),
    (1234567, number(**separated("DOT", "COMMA", Visibility="HIDDEN")), "1234567"),
    (1234567, number(**separated("DOT", "COMMA", GroupingStyle="LAKHS")), "12,34,567"),
    (1234567, number(NumberScale="THOUSANDS"), "1,234.57K"),
    (1234567, number(NumberScale="AUTO"), "1.23M"),
    (999, number(NumberScale="AUTO"), "999"),
    (2_500_000_000, number(NumberScale="BILLIONS"), "2.5B"),
    (1234567, number(NumberScale="LAKHS"), "12.35L"),
    (-5, number(NegativeValueConfiguration={"DisplayMode": "POSITIVE"}), "(5)"),
    (-5, number(NegativeValueConfiguration={"DisplayMode": "NEGATIVE"}), "-5"),
    (5, number(Prefix="~", Suffix=" pages"), "~5 pages"),
    (1234.5, number("Currency", Symbol="USD"), "$1,234.50"),
    (-1234.5, number("Currency", Symbol="EUR", **places(0)), "-€1,235"),
    (1_500_000, number("Currency", Symbol="GBP", NumberScale="MILLIONS", **places(1)), "£1.5M"),
    (0.256, number("Percentage"), "25.6%"),
    (-0.079, number("Percentage", Suffix="%"), "-7.9%"),
    (0.25, number("Percentage", **places(1)), "25.0%"),
    (Decimal(f"{'9' * 36}.5"), {}, f"{',999' * 12}.5".removeprefix(",")),
    (1e30, number("Currency"), f"$1{',000' * 10}.00"),
    (None, number(NullValueFormatConfiguration={"NullString": "none"}), "none"),
    (None, {}, "null"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "format_", "text"), NUMBERS)
def test_numbers(value: Any, format_: Any, text: str) -> None:
    assert format_value(value, format_) == text


DATES = [
    (AT, "", "YEAR", "2024"),
    (AT, "", "QUARTER", "Q3 2024"),
    (AT, "", "MONTH", "Jul 2024"),
    (AT, "", "WEEK", "Jul 5, 2024"),
    (AT, "", "DAY", "Jul 5, 2024"),
    (AT, "", "HOUR", "Jul 5, 2024 3pm"),
    (AT, "", "MINUTE", "Jul 5, 2024 3:04pm"),
    (AT, "", "", "Jul 5, 2024 3:04:09pm"),
    (date(2024, 7, 5), "", "", "Jul 5, 2024"),
    (AT, "YYYY-MM-DD HH:mm:ss", "", "2024-07-05 15:04:09"),
    (AT, "dddd, MMMM D, YYYY", "", "Friday, July 5, 2024"),
    (AT, "DD/MM/YY h:mm A", "MONTH", "05/07/24 3:04 PM"),
    (AT, "yyyy-MM-dd", "", "2024-07-05"),
]


@pytest.mark.parametrize(("value", "pattern", "granularity", "text"), DATES)
def test_dates(value: Any, pattern: str, granularity: str, text: str) -> None:
    format_ = {"DateTimeFormat": pattern} if pattern else {}
    assert format_value(value, format_, granularity=granularity) == text
    wrapped = {"DateTimeFormatConfiguration": format_}
    assert format_value(value, wrapped, granularity=granularity) == text


def test_every_shape_says_what_stands_for_null() -> None:
    null = {"NullValueFormatConfiguration": {"NullString": "–"}}
    for shape in (null, {"StringFormatConfiguration": null},
                  {"NumberFormatConfiguration": number(**null)}):  # fmt: skip
        assert null_label(shape) == "–"


EXCEL: list[tuple[Any, Any, str]] = [
    (1234, {}, "#,##0"),
    (1234.0, {}, "#,##0"),
    (Decimal("0.5"), {}, "#,##0.##"),
    (3, number(**places(2)), "#,##0.00"),
    (1234567, number(NumberScale="THOUSANDS"), '#,##0.##,"K"'),
    (-5, number(NegativeValueConfiguration={"DisplayMode": "POSITIVE"}), "#,##0;(#,##0)"),
    (5, number(Prefix="~", Suffix=" pages"), '"~"#,##0" pages"'),
    (1234.5, number("Currency", Symbol="EUR"), '"€"#,##0.00'),
    (0.25, number("Percentage"), "#,##0%"),
    (0.256, number("Percentage", Prefix="~"), '"~"#,##0.##%'),
    (AT, {"DateTimeFormat": "EEE, DD/MM/YYYY hh:mm:ss.SSS A"},
     "ddd, dd/mm/yyyy hh:mm:ss.000 AM/PM"),
    (AT, {"DateTimeFormat": "[Q]Q YYYY"}, '"Q""3" yyyy'),
    (AT, {"DateTimeFormat": "YYYY-MM-DDTHH:mm"}, 'yyyy-mm-dd"T"hh:mm'),
]  # fmt: skip


@pytest.mark.parametrize(("value", "format_", "expected"), EXCEL)
def test_formats_of_excel(value: Any, format_: Any, expected: str) -> None:
    kind: Any = "date" if isinstance(value, date) else "number"
    of = Field("f", "Values", "", kind, "x", "SUM", format=format_)
    assert number_format(of, value) == expected
