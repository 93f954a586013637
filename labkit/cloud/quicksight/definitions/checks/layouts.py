"""Where elements stand on their sheets, and filters that could not be told.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_LayoutConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.definitions.judgement import Finding, Subject, check, strict_check
from labkit.cloud.quicksight.render.expressions import Parameters, Unreadable, evaluate

ELEMENTS = {
    "VISUAL": ("VisualId",),
    "FILTER_CONTROL": ("FilterControlId",),
    "PARAMETER_CONTROL": ("ParameterControlId",),
    "TEXT_BOX": ("SheetTextBoxId",),
    "IMAGE": ("SheetImageId",),
}


@strict_check
def elements(subject: Subject) -> Iterator[Finding]:
    """A layout's elements are on its sheet."""
    for sheet in walk.sheets(subject.definition):
        nodes = [node.value for node in walk.nodes(sheet)]
        for element in (value for value in nodes if "ElementType" in value):
            members = ELEMENTS[element["ElementType"]]
            if not any(element["ElementId"] == v.get(m) for m in members for v in nodes):
                kind = element["ElementType"]
                yield Finding(f"{kind} {element['ElementId']} is not found", _on(sheet))


@strict_check
def rules(subject: Subject) -> Iterator[Finding]:
    """What shows and hides an element is a condition on parameters, and is read here.

    https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SheetElementRenderingRule.html
    """
    unset = dict.fromkeys(declared["Name"] for _, declared in walk.declarations(subject.definition))
    for sheet in walk.sheets(subject.definition):
        for element in (node.value for node in walk.nodes(sheet)):
            for rule in element.get("RenderingRules") or ():
                if not _is_read(rule["Expression"], unset):
                    words = f"The rule {rule['Expression']} of {element['ElementId']} is not read"
                    yield Finding(f"{words} here", _on(sheet))


def _is_read(expression: str, parameters: walk.Json) -> bool:
    try:
        evaluate(Parameters(parameters), expression, {})
    except Unreadable:
        return False
    return True


@strict_check
def view_ports(subject: Subject) -> Iterator[Finding]:
    """A width belongs to a grid of fixed size, and to no other."""
    for sheet in walk.sheets(subject.definition):
        for size in (n.value for n in walk.nodes(sheet) if "ResizeOption" in n.value):
            wide, fixed = "OptimizedViewPortWidth" in size, size["ResizeOption"] == "FIXED"
            if wide != fixed:
                must = "must be" if fixed else "must not be"
                words = f"OptimizedViewPortWidth {must} specified when ResizeOption is"
                yield Finding(f"{words} {size['ResizeOption']}.", _on(sheet))


@strict_check
def paper(subject: Subject) -> Iterator[Finding]:
    """Sections are of paginated sheets, grids and free forms of interactive ones."""
    for sheet in walk.sheets(subject.definition):
        paginated = sheet.get("ContentType") == "PAGINATED"
        for layout in sheet.get("Layouts", ()):
            if ("SectionBasedLayout" in layout["Configuration"]) != paginated:
                kind = sheet.get("ContentType", "INTERACTIVE")
                name = next(iter(layout["Configuration"]), "no layout")
                yield Finding(f"{name} is not supported for a sheet that is {kind}", _on(sheet))


@check
def category_filters(subject: Subject) -> Iterator[Finding]:
    """A category filter is configured in one of the three ways."""
    for node in walk.nodes(subject.definition):
        configured = node.value.get("Configuration", {})
        if node.key in ("CategoryFilter", "CategoryInnerFilter") and len(configured) != 1:
            words = "CategoryFilterConfiguration must have exactly one configuration"
            yield Finding(words, node.place)


@check
def category_values(subject: Subject) -> Iterator[Finding]:
    """A category filter names values or has them from elsewhere, not both."""
    for node in walk.nodes(subject.definition):
        named = node.value.get("CategoryValues") or node.value.get("CategoryValue")
        if named and ("ParameterName" in node.value or "SelectAllOptions" in node.value):
            words = "CategoryValue(s), ParameterName, SelectAllOptions, "
            yield Finding(f"Category Filter must define only one of: {words}", node.place[-1:])


@check
def ranges(subject: Subject) -> Iterator[Finding]:
    """A range does not end before it begins."""
    for node in walk.nodes(subject.definition):
        low, high = _bounds(node.value)
        if low is not None and high is not None and low > high:
            yield Finding(f"The range's minimum {low} is above its maximum {high}", node.place)


def _bounds(value: walk.Json) -> tuple[Any, Any]:
    for low, high in (("RangeMinimum", "RangeMaximum"), ("RangeMinimumValue", "RangeMaximumValue")):
        ends = value.get(low), value.get(high)
        if all(isinstance(end, dict) for end in ends):
            return _static(ends[0]), _static(ends[1])
    return value.get("MinimumValue"), value.get("MaximumValue")


def _static(end: Any) -> Any:
    """A range's end that does not come from a parameter, beside which clients send a zero."""
    return None if end.get("Parameter") else end.get("StaticValue")


def _on(sheet: walk.Json) -> walk.Place:
    return (("Sheet", sheet["SheetId"]),)
