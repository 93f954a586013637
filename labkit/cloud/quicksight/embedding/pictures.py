"""Pictures of visuals: as PNG, as SVG whose marks can be clicked, and the rows behind them."""

from __future__ import annotations

import json
import math
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.embedding import replies
from labkit.cloud.quicksight.embedding.choosing import Chosen
from labkit.cloud.quicksight.embedding.routes import Visit
from labkit.cloud.quicksight.embedding.tiles import theme_of
from labkit.cloud.quicksight.render import Theme
from labkit.cloud.quicksight.visuals.model import TABLES, Field, VisualData
from labkit.cloud.quicksight.words import invalid

if TYPE_CHECKING:
    from labkit.cloud.quicksight.render.sketch import Picture

_QUOTE = "'"
_EXACT = 2**53
LEAST_SCALE, MOST_SCALE = 0.25, 4
NO_ROWS = "The rows are not shown: this dashboard is published without export of its rows."
_PREFIX = re.compile(r"[A-Za-z]\w{0,40}")
_MARK = re.compile(r'<g id="(mark-\d+)">(<title>[^<]*</title>)?')
_IDS = re.compile(r'(\bid="|url\(#|href="#)')


def reply(
    visit: Visit, chosen: Chosen, visual: walk.Placed, width_px: float, height_px: float
) -> Reply:
    """A visual as the kind of file that a request names; with ``fit``, a table ends at its rows.

    JSON has the rows, with ``script`` as one reads them, and what the picture leaves out; if
    ``rows`` alone are asked for, what cannot be computed; with ``scale`` the picture, too, which
    comes without rows where these are no reader's.
    """
    allows = chosen.open.board.allows
    if visit.named["kind"] == "json" and "scale" not in visit.query:
        allows.check_exports()
    data = chosen.data(visual)
    rows = partial(shown, chosen, visual, data, told=scripted if "script" in visit.query else plain)
    if visit.named["kind"] == "json" and "rows" in visit.query:
        return replies.json_of(rows(data.not_drawn))
    from labkit.cloud.quicksight.embedding.palette import small_png  # with Pillow
    from labkit.cloud.quicksight.render.drawing import to_png, used_px  # with matplotlib

    theme = theme_of(chosen.open.board.theme, visual) if "tile" in visit.query else None
    found = drawn(chosen, visual, data, width_px, height_px, theme)
    if "fit" in visit.query and visual.type in TABLES:
        lower = drawn(chosen, visual, data, width_px, used_px(found), theme)
        found = lower if lower.warnings == found.warnings else found
    scale = visit.number("scale", 1, LEAST_SCALE, MOST_SCALE)
    match visit.named["kind"]:
        case "json" if "scale" in visit.query:
            small = b64encode(small_png(to_png(found, scale))).decode()
            return replies.json_of(rows(found.warnings) | {"png": small})
        case "json":
            return replies.json_of(rows(found.warnings))
        case "png":
            return replies.png(to_png(found, scale), found.warnings)
    prefix = visit.query.get("prefix", "v")
    if not _PREFIX.fullmatch(prefix):
        raise invalid("prefix is a letter, and letters and digits.")
    return replies.svg(svg(found, visual, prefix, told=allows.tooltips), found.warnings)


def picture(
    chosen: Chosen, visual: walk.Placed, width_px: float, height_px: float, theme: Theme | None
) -> Picture:
    """A visual's picture.

    Args:
        chosen: the board with a reader's choices.
        theme: instead of the board's own, for a tile of another colour.
    """
    return drawn(chosen, visual, chosen.data(visual), width_px, height_px, theme)


def drawn(
    chosen: Chosen,
    visual: walk.Placed,
    data: VisualData,
    width_px: float,
    height_px: float,
    theme: Theme | None = None,
) -> Picture:
    """The picture of a visual whose rows are known."""
    from labkit.cloud.quicksight.render.drawing import draw

    return draw(
        visual.visual,
        data,
        theme=theme or chosen.open.board.theme,
        width_px=width_px,
        height_px=height_px,
        parameters=walk.parameters(chosen.definition, chosen.parameters),
    )


def svg(picture: Picture, visual: walk.Placed, prefix: str, *, told: bool) -> str:
    """A picture for a page: ids of its own, and what each mark stands for as ``data-pick``.

    Args:
        prefix: of all ids, so that several pictures can stand in one page.
        told: whether each mark bears its value.
    """
    from labkit.cloud.quicksight.render.drawing import to_svg

    identifier = walk.data_set_of(visual)

    def mark(found: re.Match[str]) -> str:
        keys = [_key(each, value, identifier) for each, value in picture.marks[found[1]].keys]
        keyed = json.dumps(keys, separators=(",", ":"), ensure_ascii=False)
        pick = f" data-pick='{escape(keyed, quote=False).replace(_QUOTE, '&#39;')}'" if keys else ""
        return f'<g id="{found[1]}"{pick}>{(found[2] or "") if told else ""}'

    text = _MARK.sub(mark, to_svg(picture))
    return _IDS.sub(lambda found: f"{found[1]}{prefix}-", text[text.index("<svg") :])


def _key(field: Field, value: Any, identifier: str) -> dict[str, Any]:
    return {
        "set": identifier,
        "column": field.column,
        "value": scripted(value),
        "kind": field.kind,
        "grain": field.granularity,
    }


def shown(
    chosen: Chosen, visual: walk.Placed, data: VisualData, left_out: Sequence[str], *,
    told: Callable[[Any], Any],
) -> dict[str, Any]:  # fmt: skip
    """The rows behind a picture, and what it leaves out, as far as its reader may see them."""
    allows = chosen.open.board.allows
    if not allows.exports:
        return {"fields": [], "rows": [], "warnings": [*left_out, NO_ROWS]}
    hidden = set() if allows.hidden_fields else hidden_fields(visual.body)
    at = [place for place, each in enumerate(data.fields) if each.is_seen and each.id not in hidden]
    fields = [
        {"id": each.id, "label": each.label, "kind": each.kind, "well": each.well}
        for each in (data.fields[place] for place in at)
    ]
    rows = [[told(row[place]) for place in at] for row in _rows(data)]
    return {"fields": fields, "rows": rows, "warnings": list(left_out)}


def hidden_fields(body: Mapping[str, Any]) -> set[str]:
    """The ids of the fields that a table or a pivot table hides."""
    options = (body.get("ChartConfiguration") or {}).get("FieldOptions") or {}
    every = options.get("SelectedFieldOptions") or ()
    return {each["FieldId"] for each in every if each.get("Visibility") == "HIDDEN"}


def plain(value: Any) -> Any:
    """A value as JSON has it; a moment as ISO 8601 text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def scripted(value: Any) -> Any:
    """A value for a page's script, whose numbers are doubles: a longer whole number as text.

    >>> scripted(2**53), scripted(2**53 + 1)
    (9007199254740992, '9007199254740993')
    """
    found = plain(value)
    return str(found) if isinstance(found, int) and abs(found) > _EXACT else found


def _rows(data: VisualData) -> Iterator[tuple[Any, ...]]:
    yield from data.rows
    if data.others is not None:
        named = zip(data.fields, data.others, strict=True)
        yield tuple("Other" if v is None and not f.is_measure else v for f, v in named)
