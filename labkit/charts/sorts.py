"""How a visual is sorted and cut: its main well, by one of its fields.

Source: https://docs.aws.amazon.com/quicksight/latest/user/sorting-visual-data.html
"""

from __future__ import annotations

from typing import Any

from labkit.charts import parts as chart_parts
from labkit.charts.fields import Definition
from labkit.charts.parts import Place
from labkit.errors import NoChart


def set_sort(place: Place, by: str, direction: str) -> None:
    """Sort the main well by a field, or by none.

    Raises:
        NoChart: the type has no sort, or no field to sort.
    """
    shape, sorting = place.shape, _sorting(place)
    well = main_well(place)
    if shape is None:
        return
    made: Definition = {}
    shape.add_sort(made, well, {"FieldSort": {"FieldId": by, "Direction": direction}}, place.wells)
    [name] = made
    sorting.pop(name, None)
    if by:
        sorting |= made
    _keep(place, sorting)


def set_limit(place: Place, number: int, others: bool) -> None:
    """Show so many groups of the main well; all of them for 0.

    Raises:
        NoChart: the type has no limit.
    """
    if place.shape is None:
        return
    sorting, name = _sorting(place), place.shape.limit_of(main_well(place))
    sorting.pop(name, None)
    if number > 0:
        rest = "INCLUDE" if others else "EXCLUDE"
        sorting[name] = {"ItemsLimit": int(number), "OtherCategories": rest}
    _keep(place, sorting)


def sort_of(place: Place) -> dict[str, str]:
    """The field that the main well is sorted by and the direction; empty where there is none."""
    for sorts in _sorting(place).values():
        for each in sorts if isinstance(sorts, list) else ():
            options = each.get("SortBy", each)
            found = options.get("FieldSort") or options.get("Field")
            if found:
                return {"by": found["FieldId"], "direction": found["Direction"]}
    return {}


def limit_of(place: Place) -> dict[str, Any]:
    """How many groups of the main well are shown; empty where all are."""
    try:
        name = place.shape.limit_of(main_well(place)) if place.shape else ""
    except NoChart:
        return {}
    found = _sorting(place).get(name, {})
    if not found.get("ItemsLimit"):
        return {}
    return {"number": found["ItemsLimit"], "others": found.get("OtherCategories") == "INCLUDE"}


def can(place: Place) -> dict[str, bool]:
    """Whether the type has a sort and a limit for its main well."""
    return {"sort": _has(place, "Sort"), "limit": _has(place, "Limit")}


def main_well(place: Place) -> str:
    """The first filled well of dimensions.

    Raises:
        NoChart: there is none.
    """
    for name, fields in place.wells.items():
        if fields and not chart_parts.is_measure(fields[0]):
            return name
    raise NoChart("There is nothing to sort: no field is a dimension.")


def keep_sorts(old: Place, new: Place) -> None:
    """What was sorted and cut stays so, as far as the new fields and the new type go."""
    sort, limit = sort_of(old), limit_of(old)
    fields = {chart_parts.id_of(each) for well in new.wells.values() for each in well}
    if old.member != new.member:
        new.body["ChartConfiguration"].pop("SortConfiguration", None)
    if sort and sort["by"] not in fields and _has(new, "Sort"):
        set_sort(new, "", "ASC")
    elif sort and sort["by"] in fields and _has(new, "Sort"):
        set_sort(new, sort["by"], sort["direction"])
    if limit and _has(new, "Limit"):
        set_limit(new, limit["number"], limit["others"])
    _forget_fields(new, fields)


def in_time(place: Place) -> None:
    """Bars over dates stand in the order of time, which QuickSight has to be told."""
    if place.member != "BarChartVisual" or sort_of(place):
        return
    first = place.wells.get("Category")
    if first and "DateDimensionField" in first[0]:
        set_sort(place, chart_parts.id_of(first[0]), "ASC")


def _forget_fields(place: Place, kept: set[str]) -> None:
    """Take sorts by fields that are not there any more out of the configuration."""
    sorting = _sorting(place)
    for name, sorts in list(sorting.items()):
        if isinstance(sorts, list):
            sorting[name] = [each for each in sorts if _fields_of(each) <= kept]
            if not sorting[name]:
                del sorting[name]
    _keep(place, sorting)


def _fields_of(tree: Any) -> set[str]:
    if isinstance(tree, dict):
        own = {tree["FieldId"]} if "FieldId" in tree else set()
        return own.union(*map(_fields_of, tree.values()))
    return set()


def _has(place: Place, what: str) -> bool:
    try:
        return bool(place.shape and place.shape.member_for(main_well(place), what))
    except NoChart:
        return False


def _sorting(place: Place) -> Definition:
    return dict(place.body.get("ChartConfiguration", {}).get("SortConfiguration", {}))


def _keep(place: Place, sorting: Definition) -> None:
    configuration = place.body.setdefault("ChartConfiguration", {})
    configuration.pop("SortConfiguration", None)
    if sorting:
        configuration["SortConfiguration"] = sorting
