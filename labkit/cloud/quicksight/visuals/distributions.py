"""Visuals of the rows' own values: histograms and box plots.

A histogram counts rows by equal bins: ten, or as many or as wide as the definition says. A box
spans the middle half; its whiskers end at the last values within 1.5 times its height, and what is
beyond are outliers. Sources: https://docs.aws.amazon.com/quicksight/latest/user/histogram-charts.html
and https://docs.aws.amazon.com/quicksight/latest/user/box-plots.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.calc.scope import Derived
from labkit.cloud.quicksight.visuals import fields
from labkit.cloud.quicksight.visuals.model import Field, VisualData, VisualError, direction
from labkit.cloud.quicksight.visuals.plain import page
from labkit.cloud.quicksight.visuals.request import Request

Json = Mapping[str, Any]
_BINS, _MOST_BINS = 10, 1_000
_MOST_POINTS = 10_000


def histogram(request: Request) -> VisualData:
    """A row a bin: its start, its end and how many rows are in it, empty bins too."""
    measures = request.measures(request.shown)
    if len(measures) != 1:
        raise VisualError("A histogram shows one column.")
    one = _numbers(measures)[0]
    rows = request.rows(request.of_rows(), one.derived)
    options = request.wells.configuration.get("BinOptions") or {}
    found = request.run(_bins(rows, f"CAST({one.measure.value} AS DOUBLE)", options))
    if found and found[0]["n"] > _most(options) and _most(options) == _MOST_BINS:
        request.notes.append(f"More than {_MOST_BINS:,} bins: the last ones are left out.")
    start, end, count = (_bin_field(one.field, well) for well in ("BinStart", "BinEnd", "Values"))
    return VisualData(
        (start, end, count),
        [(row["low"], row["high"], row["count"]) for row in found],
        not_drawn=tuple(request.notes),
    )


def _numbers(measures: list[fields.Measured]) -> list[fields.Measured]:
    """The measures, each of which is of a column of numbers."""
    for each in measures:
        if not each.measure.value or each.field.kind != "number":
            raise VisualError(f"The distribution of '{each.field.column}' needs its rows' numbers.")
    return measures


def _bin_field(of: Field, well: str) -> Field:
    if well == "Values":
        return Field(of.id, well, "Count", "number", of.column, "COUNT")
    return Field(f"{of.id}.{well}", well, of.column, "number", of.column, format=of.format)


def _bins(rows: str, value: str, options: Json) -> str:
    start = options.get("StartValue")
    low = "min(x)" if start is None else f"{float(start)!r}::DOUBLE"
    above = "" if start is None else f" AND x >= {float(start)!r}"
    width, count, last = _widths(options)
    return f"""
        WITH v AS (SELECT {value} AS x FROM ({rows})),
        ends AS (SELECT {low} AS low, max(x) AS high FROM v WHERE x IS NOT NULL{above}),
        size AS (SELECT low, {width} AS width FROM ends),
        number AS (SELECT low, width, {count} AS n FROM ends JOIN size USING (low)),
        counted AS (
            SELECT {last} AS b, count(*) AS c FROM v, number
            WHERE x IS NOT NULL{above} GROUP BY 1
        )
        SELECT low + b * width AS low, low + (b + 1) * width AS high, coalesce(c, 0) AS count, n
        FROM number, LATERAL (SELECT unnest(range(least(n, {_most(options)}))) AS b) AS all_bins
        LEFT JOIN counted USING (b) ORDER BY b"""


def _most(options: Json) -> int:
    """How many bins of a width are shown.

    Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_BinWidthOptions.html
    """
    said = (options.get("BinWidth") or {}).get("BinCountLimit")
    return min(int(said or _MOST_BINS), _MOST_BINS)


def _widths(options: Json) -> tuple[str, str, str]:
    """SQL of a bin's width, of how many there are, and of a value's bin.

    Of a number of bins, the last one holds the highest value too.
    """
    if options.get("SelectedBinType") == "BIN_WIDTH" and options.get("BinWidth"):
        width = f"{float(options['BinWidth'].get('Value', 1))!r}::DOUBLE"
        count = "coalesce(CAST(floor((high - low) / width) AS BIGINT) + 1, 0)"
        return width, count, "CAST(floor((x - low) / width) AS BIGINT)"
    bins = int((options.get("BinCount") or {}).get("Value", _BINS))
    width = f"CASE WHEN high > low THEN (high - low) / {bins} ELSE greatest(1, abs(low) / 1e9) END"
    count = f"CASE WHEN high > low THEN {bins}::BIGINT WHEN high = low THEN 1 ELSE 0 END"
    return width, count, "least(CAST(floor((x - low) / width) AS BIGINT), n - 1)"


#: Each well of a box and the SQL of its value over the rows of a group.
_QUARTILES = "quantile_cont(x, [0.25, 0.5, 0.75])"
_NUMBERS = ("Minimum", "Quartile1", "Median", "Quartile3", "Maximum")


def box_plot(request: Request) -> VisualData:
    """A row a box: its group, the five numbers and what lies beyond the whiskers."""
    shown = request.shown
    dimensions = request.dimensions(each for each in shown if each.is_dimension)
    measures = _numbers(request.measures(each for each in shown if not each.is_dimension))
    derived = [part for one in dimensions for part in one.derived]
    derived += [part for each in measures for part in each.derived]
    keys = list(_keys(request, dimensions, measures, derived))
    conditions = request.conditions()
    rows = request.rows(conditions, derived)
    places = _places(request, rows, dimensions, keys, request.having(conditions))
    most, skip = page(request)
    options = request.wells.configuration.get("BoxPlotOptions") or {}
    everything = options.get("AllDataPointsVisibility") == "VISIBLE"
    outliers = options.get("OutlierVisibility", "VISIBLE") == "VISIBLE"
    found: list[tuple[Any, ...]] = []
    cut = 0
    for each in measures:
        boxes = request.run(_boxes(rows, dimensions, each))
        boxes = [box for box in boxes if _group(box, len(dimensions)) in places]
        boxes.sort(key=lambda box: places[_group(box, len(dimensions))])
        cut = max(cut, len(boxes) - skip - most)
        for box in boxes[skip : skip + most]:
            found.append(_box(box, len(dimensions), each, len(measures) > 1, outliers, everything))
    return VisualData(
        tuple(_box_fields(dimensions, measures)), found, cut=cut, not_drawn=tuple(request.notes)
    )


def _boxes(rows: str, dimensions: Sequence[fields.Dimension], one: fields.Measured) -> str:
    named = "".join(f"{each.sql} AS d{at}, " for at, each in enumerate(dimensions))
    keys = "".join(f"d{at}, " for at in range(len(dimensions)))
    group = f"GROUP BY {keys[:-2]}" if keys else ""
    same = " AND ".join(f"v.d{at} IS NOT DISTINCT FROM q.d{at}" for at in range(len(dimensions)))
    low, high = "q[1] - 1.5 * (q[3] - q[1])", "q[3] + 1.5 * (q[3] - q[1])"
    inside = f"x BETWEEN {low} AND {high}"
    per_q = f"{''.join(f'v.d{at}, ' for at in range(len(dimensions)))}q"
    return f"""
        WITH v AS (SELECT {named}CAST({one.measure.value} AS DOUBLE) AS x FROM ({rows})
                   WHERE {one.measure.value} IS NOT NULL),
        q AS (SELECT {keys}{_QUARTILES} AS q FROM v {group})
        SELECT {per_q}, min(x) FILTER ({inside}) AS low, max(x) FILTER ({inside}) AS high,
            list(x ORDER BY x) FILTER (NOT ({inside})) AS beyond, list(x ORDER BY x) AS points
        FROM v JOIN q ON {same or "TRUE"} WHERE q IS NOT NULL GROUP BY {per_q}"""


def _keys(
    request: Request,
    dimensions: Sequence[fields.Dimension],
    measures: Sequence[fields.Measured],
    derived: list[Derived],
) -> Iterator[str]:
    """The sorts of the categories: by their own values, the boxes' means, or another column.

    What rows must have for them is added to ``derived``.
    """
    ids = {each.field.id: f"d{at}" for at, each in enumerate(dimensions)}
    ids |= {each.field.id: f"avg({each.measure.value})" for each in measures}
    for sort in request.wells.sorting.get("CategorySort") or ():
        if said := sort.get("FieldSort"):
            sql = ids.get(said["FieldId"], "NULL")
        else:
            said = sort["ColumnSort"]
            column = said["SortBy"]["ColumnName"]
            one, more = fields.hidden(column, said.get("AggregationFunction"), request.names)
            derived += more
            sql = "NULL" if one.window else one.sql
        if sql == "NULL":
            request.notes.append("The sort of the boxes, by what the visual does not have.")
        yield f"{sql} {direction(said)} NULLS LAST"


def _places(
    request: Request,
    rows: str,
    dimensions: Sequence[fields.Dimension],
    keys: Sequence[str],
    having: Sequence[str],
) -> dict[tuple[Any, ...], int]:
    """The groups in order that the conditions let through, each with its place."""
    names = [f"d{at}" for at in range(len(dimensions))]
    shown = [f"{each.sql} AS {name}" for each, name in zip(dimensions, names, strict=True)]
    parts = [f"SELECT {', '.join(shown) or 'count(*)'} FROM ({rows})"]
    parts += [f"GROUP BY {', '.join(each.sql for each in dimensions)}"] if dimensions else []
    parts += [f"HAVING {' AND '.join(having)}"] if having else []
    order = [*keys, *(f"{name} NULLS LAST" for name in names)]
    parts += [f"ORDER BY {', '.join(order)}"] if dimensions else []
    found = request.run(" ".join(parts))
    return {_group(row, len(names)): at for at, row in enumerate(found)}


def _group(row: Json, dimensions: int) -> tuple[Any, ...]:
    return tuple(row[f"d{at}"] for at in range(dimensions))


def _box(
    row: Json, dimensions: int, one: fields.Measured, many: bool, outliers: bool, all_: bool
) -> tuple[Any, ...]:
    first, median, third = row["q"]
    beyond = row["points"] if all_ else (row["beyond"] or []) if outliers else []
    numbers = (row["low"], first, median, third, row["high"], list(beyond[:_MOST_POINTS]))
    return (*_group(row, dimensions), *((one.field.column,) if many else ()), *numbers)


def _box_fields(
    dimensions: Sequence[fields.Dimension], measures: Sequence[fields.Measured]
) -> list[Field]:
    first = measures[0].field
    found = [each.field for each in dimensions]
    if len(measures) > 1:
        found.append(Field("measure", "Measure", "Measure", "text", ""))
    for well in (*_NUMBERS, "Outliers"):
        label = first.column if len(measures) == 1 else "Value"
        found.append(
            Field(f"{first.id}.{well}", well, label, "number", first.column, well.upper(),
                  format=first.format)
        )  # fmt: skip
    return found
