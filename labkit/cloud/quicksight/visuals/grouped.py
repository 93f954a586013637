"""The data of visuals that show groups: all but unaggregated ones, histograms, box plots, texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from labkit.cloud.quicksight.calc.scope import Derived
from labkit.cloud.quicksight.visuals import fields
from labkit.cloud.quicksight.visuals.axes import AXES, Axis, limit_of
from labkit.cloud.quicksight.visuals.combo import line_levels, over_colors
from labkit.cloud.quicksight.visuals.model import OTHER, TABLES, TOTAL, Field, VisualData
from labkit.cloud.quicksight.visuals.moments import timed
from labkit.cloud.quicksight.visuals.pivot import subtotals
from labkit.cloud.quicksight.visuals.plan import Cut, Measure, Plan
from labkit.cloud.quicksight.visuals.request import Request
from labkit.cloud.quicksight.visuals.sorting import Sorting
from labkit.cloud.quicksight.visuals.statement import rest, statement
from labkit.cloud.quicksight.visuals.totals import with_functions

#: Types that show each group as a part of all.
_OF_A_WHOLE = ("PieChartVisual", "FunnelChartVisual", "TreeMapVisual")


@dataclass(frozen=True)
class Grouping:
    """A visual's fields and the plan that fetches them.

    Args:
        order: the visual's fields, each by its column in the statement: ``d0``, ``m1``.
        dimensions: in the order of the statement.
        measures: those that are shown.
        plan: the statement.
        blank: the columns that have no totals.
    """

    order: tuple[str, ...]
    dimensions: tuple[fields.Dimension, ...]
    measures: tuple[fields.Measured, ...]
    plan: Plan
    blank: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        of = {f"d{at}": each.field for at, each in enumerate(self.dimensions)}
        of |= {f"m{at}": each.field for at, each in enumerate(self.measures)}
        return tuple(of[column] for column in self.order)


def grouped(request: Request) -> VisualData:
    """The groups of a visual, sorted and cut."""
    grouping = group(request)
    plan = grouping.plan
    found = request.run(statement(plan, fold=plan.adds_up))
    if not plan.adds_up and plan.folds and (_cut(plan, found) or _all_beyond(found)):
        found += request.run(rest(plan))
    return _data(request, grouping, found)


def group(request: Request) -> Grouping:
    """How a visual's rows are grouped."""
    shown = request.shown
    dimensions = request.dimensions(each for each in shown if each.is_dimension)
    measures = request.measures(each for each in shown if not each.is_dimension)
    conditions = request.conditions()
    sorting = Sorting(request, dimensions, measures)
    axes = tuple(_cuts(request, sorting, dimensions))
    among = [each for each in conditions if each.stage == "window"]
    computed = [*(each.measure for each in measures), *sorting.hidden]
    plan = Plan(
        rows=request.rows(conditions, _derived(dimensions, measures, sorting)),
        dimensions=tuple(each.sql for each in dimensions),
        measures=(*computed, *(Measure(each.sql, window=True) for each in among)),
        axes=axes,
        having=tuple(each.sql for each in conditions if each.stage == "aggregate"),
        among=tuple(f"m{len(computed) + at}" for at in range(len(among))),
    )
    levels = (*subtotals(request, plan), *line_levels(request, plan))
    plan = replace(plan, subtotals=levels, totals=_wants_totals(request, plan))
    blank = tuple(_without_totals(measures)) if request.wells.type in TABLES else ()
    return Grouping(_order(request), tuple(dimensions), tuple(measures), plan, blank)


def _derived(
    dimensions: Sequence[fields.Dimension], measures: Sequence[fields.Measured], sorting: Sorting
) -> Iterator[Derived]:
    for dimension in dimensions:
        yield from dimension.derived
    for measure in measures:
        yield from measure.derived
    yield from sorting.derived


def _without_totals(measures: Sequence[fields.Measured]) -> Iterator[str]:
    """In a table a level-aware aggregate's totals are blank.

    Source: https://docs.aws.amazon.com/quicksight/latest/user/level-aware-calculations.html
    """
    for at, each in enumerate(measures):
        if any(derived.stage == "pre_group" for derived in each.derived):
            yield f"m{at}"


def _wants_totals(request: Request, plan: Plan) -> bool:
    """Totals that cost another pass over the rows are computed where they are shown."""
    visible = (request.wells.configuration.get("TotalOptions") or {}).get("TotalsVisibility")
    shown = request.wells.type in _OF_A_WHOLE or visible == "VISIBLE"
    return bool(plan.dimensions) and (plan.adds_up or shown)


def _order(request: Request) -> tuple[str, ...]:
    found, counts = [], {"d": 0, "m": 0}
    for each in request.shown:
        kind = "d" if each.is_dimension else "m"
        found.append(f"{kind}{counts[kind]}")
        counts[kind] += 1
    return tuple(found)


def _cuts(
    request: Request, sorting: Sorting, dimensions: Sequence[fields.Dimension]
) -> Iterator[Cut]:
    kinds = AXES.get(request.wells.type, ())
    placed = [
        (axis, tuple(at for at, each in enumerate(dimensions) if each.field.well in axis.wells))
        for axis in kinds
    ]
    used = [(axis, at) for axis, at in placed if at]
    crowded = sum(axis.wells[0] != "SmallMultiples" for axis, _ in used) > 1
    for axis, at in used:
        most, others = _limit(request, axis, crowded=crowded)
        dated = any(dimensions[each].field.kind == "date" for each in at)
        skip = _skipped(request, axis)
        asked = "ItemsLimit" in (request.wells.sorting.get(axis.limit) or {})
        silent = request.wells.type in TABLES or (asked and not others)
        told = "" if silent else " and ".join(dimensions[each].field.label for each in at)
        named = axis.order == "chosen" and not request.wells.sorting.get(axis.sort)
        yield Cut(at, sorting.keys(axis, at), most, skip, others and not dated, told, named)


def _limit(request: Request, axis: Axis, *, crowded: bool) -> tuple[int, bool]:
    most, others = limit_of(axis, request.wells.sorting, crowded=crowded)
    if request.wells.type in TABLES and axis.wells[0] != "Columns":
        most = request.max_rows
    page = request.wells.sorting.get("PaginationConfiguration")
    return (int(page["PageSize"]), False) if page and axis.wells == ("GroupBy",) else (most, others)


def _skipped(request: Request, axis: Axis) -> int:
    page = request.wells.sorting.get("PaginationConfiguration")
    if not page or axis.wells != ("GroupBy",):
        return 0
    return int(page["PageSize"]) * (int(page["PageNumber"]) - 1)


def _cut(plan: Plan, found: Sequence[Mapping[str, Any]]) -> int:
    """How many groups are beyond the limits, over all axes."""
    first = next((row for row in found if row["g"] == 0), None)
    if first is None:
        return 0
    return sum(max(0, first[f"n{at}"] - axis.skip - axis.most) for at, axis in enumerate(plan.axes))


def _all_beyond(found: Sequence[Mapping[str, Any]]) -> bool:
    """Whether no group is within all limits, so that none tells how many there are."""
    return all(row["g"] != 0 for row in found)


def _left_out(plan: Plan, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What is beyond a limit that the definition does not set."""
    first = next((row for row in found if row["g"] == 0), None)
    for at, axis in enumerate(plan.axes if first else ()):
        count = first[f"n{at}"] if first else 0
        if axis.told and not axis.others and count > axis.most:
            yield f"Shows the first {axis.most:,} of {count:,} values of {axis.told}."


def _data(request: Request, grouping: Grouping, found: Sequence[Mapping[str, Any]]) -> VisualData:
    plan = grouping.plan
    found = over_colors(request, plan, found)
    groups = [row for row in found if row["g"] == 0]
    folded = [row for row in found if row["g"] == -1]
    if folded and any(each.measure.window for each in grouping.measures):
        request.notes.append("A table calculation's value of what is beyond the limit.")
    if plan.subtotals and any(each.measure.window for each in grouping.measures):
        request.notes.append("A table calculation's values of totals and collapsed groups.")
    rows = [_row(grouping, row) for row in groups]
    others, is_pivot = None, request.wells.type == "PivotTableVisual"
    if len(plan.axes) == 1 and folded:
        others = _row(grouping, folded[0])
    else:
        rows += [_row(grouping, _marked(plan, row, OTHER)) for row in folded]
    data = VisualData(
        fields=grouping.fields,
        rows=[*rows, *(_subtotal_rows(grouping, found, groups) if is_pivot else ())],
        others=others,
        cut=_cut(plan, found),
        totals=_totals(grouping, found),
        not_drawn=(*request.notes, *_left_out(plan, found)),
        places=dict(_places(grouping, [*groups, *folded])),
    )
    shown = (timed(each, data.values(each)) if each.is_measure else each for each in data.fields)
    data = replace(data, fields=tuple(shown))
    options = request.wells.configuration.get("TotalOptions") or {}
    if request.wells.type != "TableVisual" or not options.get("TotalAggregationOptions"):
        return data
    totals = with_functions(data, options)
    if data.cut and totals != data.totals:
        note = f"Totals by another function than their measure's are over {len(rows):,} rows."
        data = replace(data, not_drawn=(*data.not_drawn, note))
    return replace(data, totals=totals)


def _places(
    grouping: Grouping, groups: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The values of each field that stands alone on an axis, in the axis' order."""
    for at, axis in enumerate(grouping.plan.axes):
        if len(axis.dimensions) == 1:
            [one] = axis.dimensions
            placed = {row[f"d{one}"]: row[f"r{at}"] for row in groups if not row[f"o{at}"]}
            ordered = sorted(placed, key=lambda each: placed[each] or 0)
            if axis.by_name:
                ordered.sort(key=lambda each: (each is None, each))
            yield grouping.dimensions[one].field.id, tuple(ordered)


def _row(grouping: Grouping, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column] for column in grouping.order)


def _marked(plan: Plan, row: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """A folded row with a mark in place of the values that it is folded over."""
    marks = {
        f"d{each}": mark
        for at, axis in enumerate(plan.axes)
        if row[f"o{at}"]
        for each in axis.dimensions
    }
    return {**row, **marks}


def _subtotal_rows(
    grouping: Grouping, found: Sequence[Mapping[str, Any]], groups: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    """The rows of further levels, of groups that are shown, in the order of these."""
    plan = grouping.plan
    last = len(plan.dimensions) - 1
    for mask in plan.subtotals:
        over = [at for at in range(last + 1) if mask >> (last - at) & 1]
        kept = [f"d{at}" for at in range(last + 1) if at not in over]
        places = {key: at for at, key in enumerate(dict.fromkeys(_key(g, kept) for g in groups))}
        level = [row for row in found if row["g"] == mask and _key(row, kept) in places]
        for row in sorted(level, key=lambda row: places[_key(row, kept)]):
            marks = {f"d{at}": TOTAL for at in over} | dict.fromkeys(grouping.blank)
            yield _row(grouping, {**row, **marks})


def _key(row: Mapping[str, Any], columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns)


def _totals(grouping: Grouping, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Each measure over all rows."""
    mask = grouping.plan.everything
    row = next((row for row in found if row["g"] == mask), None)
    if row is None:
        return {}
    shown = {**row, **dict.fromkeys(grouping.blank)}
    return {each.field.id: shown[f"m{at}"] for at, each in enumerate(grouping.measures)}
