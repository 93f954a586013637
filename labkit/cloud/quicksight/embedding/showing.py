"""The pages of a session with a dashboard: its visuals and sheets as pictures and as rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight.embedding import pictures, replies
from labkit.cloud.quicksight.embedding.board import Board, board_of, open_board
from labkit.cloud.quicksight.embedding.choosing import Choices, Chosen, choose
from labkit.cloud.quicksight.embedding.routes import Visit, page
from labkit.cloud.quicksight.embedding.tiles import title_of
from labkit.cloud.quicksight.words import not_found

WIDTH_PX, HEIGHT_PX, SHEET_PX = 640, 400, 1100
LEAST_PX, MOST_PX = 60, 4000


@page("visuals")
def visuals(visit: Visit) -> Reply:
    board = board_of(visit.cloud, visit.embedding)
    return replies.json_of([
        {
            "id": each.id,
            "title": title_of(each),
            "type": each.type,
            "sheet": each.sheet["SheetId"],
        }
        for each in board.visuals
    ])  # fmt: skip


@page(r"visuals/(?P<id>[\w-]+)\.(?P<kind>png|svg|json)")
def visual(visit: Visit) -> Reply:
    board = board_of(visit.cloud, visit.embedding)
    found = board.visual(visit.named["id"])
    size = (
        visit.number("width", WIDTH_PX, LEAST_PX, MOST_PX),
        visit.number("height", HEIGHT_PX, LEAST_PX, MOST_PX),
    )
    with chosen_of(visit, board) as chosen:
        return pictures.reply(visit, chosen, found, *size)


@page(r"sheet\.(?P<kind>png|svg)")
def sheet(visit: Visit) -> Reply:
    from labkit.cloud.quicksight.embedding.sheet_picture import sheet_picture  # with matplotlib

    board = board_of(visit.cloud, visit.embedding)
    found = board.sheet(visit.query.get("sheet", ""))
    with chosen_of(visit, board) as chosen:
        whole = sheet_picture(chosen, found, visit.number("width", SHEET_PX, 5 * LEAST_PX, MOST_PX))
    if visit.named["kind"] == "svg":
        return replies.svg(whole.svg(), whole.left_out)
    scale = visit.number("scale", 1, pictures.LEAST_SCALE, pictures.MOST_SCALE)
    return replies.png(whole.png(scale), whole.left_out)


@page(r"images/(?P<id>[\w-]+)")
def image(visit: Visit) -> Reply:
    """The file of an image of the sheets."""
    found = board_of(visit.cloud, visit.embedding).image(visit.named["id"])
    if not found.kind:
        raise not_found(f"Image {visit.named['id']} is not found, or its file is not to be had.")
    return replies.image(found.kind, found.content)


@contextmanager
def chosen_of(visit: Visit, board: Board) -> Iterator[Chosen]:
    """The board with what a request chooses."""
    with open_board(visit.cloud, board) as opened:
        yield choose(opened, choices_of(visit))


def choices_of(visit: Visit) -> Choices:
    """What a request chooses."""
    objects: dict[str, Any] = {}
    return Choices(
        controls=visit.json("state", objects),
        columns=visit.json("chosen", objects),
        filters=visit.json("filters", []),
        parameters=visit.json("parameters", objects),
        picked=visit.json("picked", []),
    )
