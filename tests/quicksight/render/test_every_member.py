"""What a definition asks of a picture is drawn, or told: each member of each visual, by the model.

The model has some 3,000 members. All of them are walked against the table of what is drawn; every
so many-th is drawn with and without a value, over the gallery's data.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from botocore.model import ListShape, Shape, StructureShape

from labkit.cloud.quicksight.render.drawing import draw
from labkit.cloud.quicksight.render.honoured import HONOURED
from labkit.cloud.quicksight.render.left_out import NEVER_THERE, STILL, unhonoured
from labkit.cloud.quicksight.render.sketch import Picture
from tests.quicksight.render.members import (
    BESIDE,
    ELSE,
    PARTS,
    QUERIED,
    Member,
    looks,
    members,
    merged,
    named,
    placed,
    shape_of,
)
from tests.quicksight.render.variants import variants
from tools.gallery.case import Case

EVERY = 200
# A value that changes nothing because the picture is so anyway, by QuickSight's own default:
# https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AxisDataOptions.html
_DRIVEN = "DataOptions.NumericAxisOptions.Range.DataDriven"
_INNER = "ChartConfiguration.TableOptions.HeaderStyle.Border.SideSpecificBorder.InnerHorizontal"
DEFAULTS = {
    (kind, f"ChartConfiguration.PrimaryYAxisDisplayOptions.{_DRIVEN}")
    for kind in ("BoxPlotVisual", "WaterfallVisual")  # the latter's bars stand on zero
} | {("TableVisual", f"{_INNER}.{each}") for each in ("Color", "Thickness", "Style")}  # of one row


def picture(case: Case, member: Member, value: Any, beside: dict[str, Any]) -> Picture:
    """A case's picture with a member's value in its definition."""
    [(kind, body)] = case.visual.items()
    own = placed(kind, member.path, value, case.data, beside)
    return draw({kind: merged(body, own)}, case.data)


Seen = tuple[list[str], list[Any]]


def has_effect(member: Member, value: Any, cases: list[Case], before: dict[Any, Seen]) -> bool:
    """Whether a value changes a picture, or is told not to be drawn.

    Args:
        before: the pictures without a value, which are drawn once for all values of a member.
    """
    for at, (beside, case) in enumerate(product((BESIDE, ELSE), cases)):
        found = picture(case, member, value, beside)
        if named(member, found.warnings):
            return True
        if at not in before:
            without = picture(case, member, ..., beside)
            before[at] = without.warnings, looks(without)
        if before[at] != (found.warnings, looks(found)):
            return True
    return False


def asked(kind: str) -> Iterator[Member]:
    """The members that a picture could show; content from elsewhere is told as a whole."""
    elsewhere = kind in ("CustomContentVisual", "PluginVisual")
    for each in members(kind, STILL | QUERIED):
        if not elsewhere or each.path[0] in ("Title", "Subtitle"):
            yield each


def changes_nothing(kind: str, member: Member) -> bool:
    """Whether a picture can only be as the member says: numbers have no words to be wrapped."""
    if (kind, str(member)) in DEFAULTS:
        return True
    numbers = ("CellStyle", "ValueCellStyle")
    return kind == "PivotTableVisual" and member.path[-1:] == ("TextWrap",) and (
        member.path[-2] in numbers
    )  # fmt: skip


def silent(kind: str, member: Member) -> list[Any]:
    """The values of a member that are dropped without a word.

    Of a choice, one value may be what is drawn anyway, besides those that leave it open.
    """
    cases = variants(kind)
    if changes_nothing(kind, member):
        return []
    before: dict[Any, Seen] = {}
    if not member.is_choice:
        works = any(has_effect(member, each, cases, before) for each in member.values)
        return [] if works else list(member.values)
    found = [
        each
        for each in member.values
        if each != "AUTO" and not has_effect(member, each, cases, before)
    ]
    return found if len(found) > 1 else []


def sampled() -> Iterator[Any]:
    every = [(kind, each) for kind in HONOURED for each in asked(kind)]
    for kind, member in every[::EVERY]:
        yield pytest.param(kind, member, id=f"{kind} {member}")


@pytest.mark.parametrize(("kind", "member"), list(sampled()))
def test_a_member_is_drawn_or_told(kind: str, member: Member) -> None:
    assert silent(kind, member) == []


@pytest.mark.parametrize("kind", HONOURED)
def test_what_is_said_to_be_drawn_is_in_the_model(kind: str) -> None:
    parts = [shape_of(kind).members[each] for each in PARTS[:3] if each in shape_of(kind).members]
    assert list(_unknown(parts, HONOURED[kind], kind)) == []


def _unknown(shapes: list[Shape], honoured: Any, path: str) -> Iterator[str]:
    names = honoured.split() if isinstance(honoured, str) else honoured
    inner = [_inner(each) for each in shapes]
    for name in names:
        found = [each.members[name] for each in inner if name in each.members]
        if not found:
            yield f"{path}.{name}"
        elif isinstance(honoured, dict) and honoured[name]:
            yield from _unknown(found, honoured[name], f"{path}.{name}")


def _inner(shape: Shape) -> StructureShape:
    while isinstance(shape, ListShape):
        shape = shape.member
    assert isinstance(shape, StructureShape)
    return shape


def test_a_hidden_legend_is_hidden() -> None:
    case = next(each for each in variants("BarChartVisual") if "stacked" in each.name)
    shown, hidden = (
        looks(draw({"BarChartVisual": {"ChartConfiguration": {"Legend": {"Visibility": each}}}},
                   case.data))
        for each in ("VISIBLE", "HIDDEN")
    )  # fmt: skip
    assert len(shown) > len(hidden)


@pytest.mark.parametrize("kind", HONOURED)
def test_what_is_hidden_is_told_unless_it_is_never_there(kind: str) -> None:
    case = variants(kind)[0]
    for member in asked(kind):
        path = member.path
        if "HIDDEN" in member.values and path[0] == "ChartConfiguration" and len(path) > 2:
            hidden, shown = (
                list(unhonoured(kind, placed(kind, path, each, case.data, {})))
                for each in ("HIDDEN", "VISIBLE")
            )
            assert bool(hidden) == bool(shown) or path[-1] in (*NEVER_THERE, "Visibility")
