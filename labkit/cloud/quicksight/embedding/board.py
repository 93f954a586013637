"""A dashboard in front of one reader: what is published, and its data as the reader sees them.

Row-level and column-level security are inside the data sets that are opened here, so whatever is
filtered, clicked or asked afterwards cannot get around them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Session
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.lake.engines import open_session
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.quicksight import static_files, themes
from labkit.cloud.quicksight.definitions import versions, walk
from labkit.cloud.quicksight.definitions.catalog import place_of
from labkit.cloud.quicksight.embedding import viewers
from labkit.cloud.quicksight.embedding.allowed import Allowed
from labkit.cloud.quicksight.embedding.sessions import Embedding
from labkit.cloud.quicksight.kinds import DASHBOARD
from labkit.cloud.quicksight.principals import groups_of
from labkit.cloud.quicksight.render import Theme
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.quicksight.spice.model import DataSet
from labkit.cloud.quicksight.spice.opening import open_data_set
from labkit.cloud.quicksight.static_files import Image
from labkit.cloud.quicksight.visuals.data import visual_data
from labkit.cloud.quicksight.visuals.dynamic import dynamic_defaults
from labkit.cloud.quicksight.visuals.model import VisualData, VisualError
from labkit.cloud.quicksight.words import not_found

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Board:
    """A dashboard, or one visual of it, as a session shows it.

    Args:
        name: the dashboard's.
        region: where it is.
        definition: of the published version.
        theme: its colours.
        user: the ARN of the reader.
        tags: of the session of a reader without a user.
        parameters: values that the session starts with, by name.
        only: the id of the one visual that is shown; empty for all.
        allows: what the reader may do.
        file_of: a sheet's image with its file.
    """

    name: str
    region: str
    definition: Json
    theme: Theme
    user: str
    tags: Mapping[str, str] | None = None
    parameters: Json = field(default_factory=dict)
    only: str = ""
    allows: Allowed = field(default_factory=Allowed)
    file_of: Callable[[Json], Image] | None = None

    @property
    def sheets(self) -> list[Json]:
        """The sheets that have tabs, with something that may be shown on them."""
        every = list(self.definition.get("Sheets", ()))
        if self.only:
            return [each for each in every if self.only in _ids(each)]
        return every

    @property
    def visuals(self) -> list[walk.Placed]:
        """The visuals that may be shown, in the order of the sheets."""
        own = {each["SheetId"] for each in self.sheets}
        found = [each for each in walk.placed(self.definition) if each.sheet["SheetId"] in own]
        return [each for each in found if self.only in ("", each.id)]

    def visual(self, id: str) -> walk.Placed:
        """A visual by its id.

        Raises:
            AwsError: ``ResourceNotFoundException``, it is not shown here.
        """
        for each in self.visuals:
            if each.id == id:
                return each
        known = ", ".join(each.id for each in self.visuals)
        raise not_found(f"Visual {id} is not found. Known: {known}.")

    def image(self, id: str) -> Image:
        """An image of the sheets by its id; one that is not there has no file."""
        every = (image for sheet in self.sheets for image in sheet.get("Images") or ())
        found = next((each for each in every if each["SheetImageId"] == id), None)
        return self.file_of(found) if found and self.file_of and not self.only else Image(id)

    def sheet(self, id: str) -> Json:
        """A sheet by its id or name; the first without one.

        Raises:
            AwsError: ``ResourceNotFoundException``.
        """
        for each in self.sheets:
            if id in ("", each["SheetId"], each.get("Name")):
                return each
        known = ", ".join(each["SheetId"] for each in self.sheets)
        raise not_found(f"Sheet {id} is not found. Known: {known}.")


@dataclass(frozen=True)
class OpenBoard:
    """A board whose data can be asked for.

    Args:
        session: of the engine.
        data_sets: by the definition's identifiers, as the reader sees them.
        unread: why others cannot be read, by identifier.
    """

    board: Board
    session: Session
    data_sets: Mapping[str, DataSet]
    unread: Mapping[str, str] = field(default_factory=dict)

    def columns(self, identifier: str) -> list[str]:
        """What a filter can name of a data set: columns and calculated fields."""
        found = self.data_sets[identifier]
        own = walk.calculated_fields(self.board.definition, identifier)
        return [*(each.name for each in found.columns), *found.fields, *own]

    def is_date(self, identifier: str, name: str) -> bool:
        """Whether a column holds moments."""
        found = (each for each in self.data_sets[identifier].columns if each.name == name)
        return any(each.type.base in ("date", "timestamp") for each in found)

    def data(
        self, visual: walk.Placed, definition: Json, parameters: Json, extra: Sequence[Json]
    ) -> VisualData:
        """A visual's rows; without rows where it cannot be computed, and why."""
        if why := self.unread.get(walk.data_set_of(visual)):
            return VisualData((), (), not_drawn=(f"This visual cannot be shown: {why}",))
        try:
            return visual_data(
                self.session,
                self.data_sets,
                definition,
                visual.visual,
                parameters=parameters,
                extra_filters=extra,
            )
        except (VisualError, QueryFailed) as error:
            return VisualData((), (), not_drawn=(f"This visual cannot be shown: {error}",))


def board_of(cloud: Cloud, embedding: Embedding) -> Board:
    """What a session may show now.

    Raises:
        AwsError: it may not be shown to this reader any more; no version is published.
    """
    arn = next((each for each in embedding.resources if ":dashboard/" in each), "")
    if not arn:
        raise not_found("This session shows no dashboard.")
    record = viewers.check(cloud, embedding, arn)
    region, id = place_of(arn)
    version = versions.by_path(cloud, region, DASHBOARD, id, "")
    if version is None:
        raise not_found(f"Dashboard {id} has no published version.")
    shown = embedding.experience.get("DashboardVisual", {}).get("InitialDashboardVisualId", {})
    configuration = themes.drawn(cloud, region, version.get("ThemeArn"))
    private = version["_"]
    maker = Principal(private.get("maker", embedding.user), cloud.account)
    files = partial(static_files.image_of, cloud, region, private["definition"])
    return Board(
        name=str(record.get("Name", id)),
        region=region,
        definition=private["definition"],
        theme=Theme.of(configuration),
        user=embedding.user,
        tags=embedding.own_tags,
        parameters=embedding.parameters,
        only=shown.get("VisualId", ""),
        allows=Allowed.by(private["options"]),
        file_of=lambda image: files(image, maker, static_files.MOST_BYTES),
    )


@contextmanager
def open_board(cloud: Cloud, board: Board) -> Iterator[OpenBoard]:
    """A board with its data sets open; one that cannot be read fails its visuals alone.

    Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardError.html
    """
    with open_session(cloud) as session:
        data_sets, unread = _opened(cloud, board, session)
        groups = groups_of(cloud, board.user)
        own = dynamic_defaults(session, data_sets, board.definition, board.user, groups)
        started = replace(board, parameters={**own, **board.parameters})
        yield OpenBoard(started, session, data_sets, unread)


def _opened(
    cloud: Cloud, board: Board, session: Session
) -> tuple[dict[str, DataSet], dict[str, str]]:
    """The data sets by the definition's identifiers, and why others cannot be read."""
    found, unread = {}, {}
    principal = Principal(board.user, cloud.account)
    read = partial(
        open_data_set, cloud, principal, board.region,
        user=board.user, tags=board.tags, session=session,
    )  # fmt: skip
    for identifier, arn in walk.data_sets(board.definition).items():
        try:
            found[identifier] = read(arn.rpartition("/")[2])
        except AwsError as error:
            unread[identifier] = error.message
        except (SourceError, QueryFailed) as error:
            unread[identifier] = f"A data set cannot be read: {error}"
    return found, unread


def _ids(sheet: Json) -> list[str]:
    return [body["VisualId"] for each in sheet.get("Visuals", ()) for body in each.values()]
