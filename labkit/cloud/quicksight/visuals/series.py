"""What is added to series in time: forecasts, and periods without data.

Sources: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ForecastConfiguration.html
and https://docs.aws.amazon.com/quicksight/latest/user/customizing-missing-data-controls.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from labkit.cloud.quicksight.visuals.forecast import asked, bounded, filled, forecast, later
from labkit.cloud.quicksight.visuals.grouped import grouped
from labkit.cloud.quicksight.visuals.model import Field, VisualData
from labkit.cloud.quicksight.visuals.request import Request

Json = Mapping[str, Any]
_FORECAST = ("Forecast", "ForecastLower", "ForecastUpper")
_MOST_PERIODS = 10_000


def line_chart(request: Request) -> VisualData:
    """The groups of a line chart, its gaps treated and its forecast added."""
    data = grouped(request)
    dates = [each for each in data.well("Category") if each.granularity]
    configuration = request.wells.configuration
    if not dates:
        return _without(data, configuration)
    treated = _treated(data, dates[0], configuration)
    wanted = configuration.get("ForecastConfigurations") or ()
    if not wanted:
        return treated
    return _forecast(request, treated, dates[0], wanted[0])


def _without(data: VisualData, configuration: Json) -> VisualData:
    if not configuration.get("ForecastConfigurations"):
        return data
    note = "The forecast, which needs dates on the axis."
    return replace(data, not_drawn=(*data.not_drawn, note))


def _treated(data: VisualData, date: Field, configuration: Json) -> VisualData:
    """With a row for each period that has none, where the definition shows missing dates."""
    axis = configuration.get("XAxisDisplayOptions") or {}
    options = (axis.get("DataOptions") or {}).get("DateAxisOptions") or {}
    missing = (configuration.get("PrimaryYAxisDisplayOptions") or {}).get(
        "MissingDataConfigurations"
    ) or ()
    treatment = missing[0].get("TreatmentOption") if missing else None
    if options.get("MissingDateVisibility") != "VISIBLE" and treatment is None:
        return data
    rows = [
        row
        for series in _series(data, date).values()
        for row in _with_gaps(data, date, series, treatment or "SHOW_AS_BLANK")
    ]
    at = data.fields.index(date)
    dates = [row[at] for row in data.rows if row[at] is not None]
    rows = _in_time(rows, at, latest_first=dates[:1] > dates[-1:])
    return replace(data, rows=rows, places=_placed(data, date))


def _placed(data: VisualData, date: Field) -> dict[str, tuple[Any, ...]]:
    """The places of all but the dates, which stand in the order of the rows."""
    return {name: each for name, each in data.places.items() if name != date.id}


def _in_time(
    rows: Sequence[tuple[Any, ...]], at: int, *, latest_first: bool = False
) -> list[tuple[Any, ...]]:
    """Rows by their date, those without one last."""
    dated = [row for row in rows if row[at] is not None]
    dated.sort(key=lambda row: row[at], reverse=latest_first)
    return [*dated, *(row for row in rows if row[at] is None)]


def _series(data: VisualData, date: Field) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
    """The rows of each line."""
    others = [at for at, each in enumerate(data.fields) if not each.is_measure and each is not date]
    found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in data.rows:
        found.setdefault(tuple(row[at] for at in others), []).append(row)
    return found


def _with_gaps(
    data: VisualData, date: Field, rows: Sequence[tuple[Any, ...]], treatment: str
) -> Iterator[tuple[Any, ...]]:
    at = data.fields.index(date)
    dated = {row[at]: row for row in rows if row[at] is not None}
    yield from (row for row in rows if row[at] is None)
    lines = {
        column: dict(filled(_points(dated, column), date.granularity))
        for column, each in enumerate(data.fields)
        if each.is_measure
    }
    for moment in _moments(sorted(dated), date.granularity):
        if moment in dated:
            yield dated[moment]
        else:
            yield tuple(
                _missing(treatment, lines.get(column, {}), moment)
                if data.fields[column].is_measure
                else (moment if column == at else value)
                for column, value in enumerate(rows[0])
            )


def _points(dated: Mapping[datetime, tuple[Any, ...]], column: int) -> dict[datetime, float]:
    return {at: float(row[column]) for at, row in dated.items() if row[column] is not None}


def _missing(treatment: str, line: Mapping[datetime, float], at: datetime) -> Any:
    if treatment == "SHOW_AS_ZERO":
        return 0
    return line.get(at) if treatment == "INTERPOLATE" else None


def _moments(known: Sequence[datetime], granularity: str) -> Iterator[datetime]:
    if not known:
        return
    for step in range(_MOST_PERIODS):
        moment = later(known[0], granularity, step)
        if moment > known[-1]:
            return
        yield moment


def _forecast(request: Request, data: VisualData, date: Field, wanted: Json) -> VisualData:
    """With three columns a measure and a row a forecast period."""
    notes = list(data.not_drawn)
    properties = wanted.get("ForecastProperties") or {}
    if len(request.wells.configuration["ForecastConfigurations"]) > 1:
        notes.append("The forecasts after the first.")
    if wanted.get("Scenario"):
        notes.append("The forecast's what-if scenario.")
    if data.well("Colors") and request.wells.configuration.get("Type") == "STACKED_AREA":
        notes.append("The forecast of areas that stand on each other.")
        return replace(data, not_drawn=tuple(notes))
    measures = [each for each in data.fields if each.is_measure]
    added = tuple(
        replace(each, id=f"{each.id}.{well}", well=well) for each in measures for well in _FORECAST
    )
    empty = (None,) * len(added)
    rows = [(*row, *empty) for row in data.rows]
    last = max((each for each in data.values(date) if each is not None), default=None)
    for key, series in _series(data, date).items():
        line = replace(data, rows=series)
        if last in line.values(date):
            rows += _rows_ahead(line, date, measures, properties, key)
        else:  # what lies ahead of all lies not next to what this line has
            notes.append(f"The forecast of {key[0]}, which has no value in the last period.")
    rows = _in_time(rows, data.fields.index(date))  # what is ahead comes after all that was
    fields, places = (*data.fields, *added), _placed(data, date)
    return replace(data, fields=fields, rows=rows, not_drawn=tuple(notes), places=places)


def _rows_ahead(
    data: VisualData, date: Field, measures: Sequence[Field], properties: Json, key: tuple[Any, ...]
) -> list[tuple[Any, ...]]:
    """A line's periods ahead.

    Args:
        key: the line's values of the dimensions besides the date.
    """
    others = [each for each in data.fields if not each.is_measure and each is not date]
    named = {each.id: value for each, value in zip(others, key, strict=True)}
    at = data.fields.index(date)
    dated = {row[at]: row for row in data.rows if row[at] is not None}
    if not dated:
        return []
    skipped = int(properties.get("PeriodsBackward", 0))
    last = max(dated)
    columns = []
    for each in measures:
        line = dict(filled(_points(dated, data.fields.index(each)), date.granularity))
        history = [line[moment] for moment in sorted(line)]
        history = history[: len(history) - skipped] if skipped else history
        arguments = asked(properties, date.granularity)
        arguments["periods"] += skipped
        points = forecast(history, **arguments)
        columns.append(bounded(points, properties))
    steps = min((len(points) for points in columns), default=0)
    return [
        (
            *(
                later(last, date.granularity, step + 1 - skipped)
                if each is date
                else named.get(each.id)
                for each in data.fields
            ),
            *(
                number
                for points in columns
                for number in (points[step].value, points[step].lower, points[step].upper)
            ),
        )
        for step in range(steps)
    ]
