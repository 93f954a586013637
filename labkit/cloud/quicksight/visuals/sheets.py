"""The data of whole sheets: a definition's data sets opened for a reader, its visuals computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Session
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.operations import Principal
from labkit.cloud.quicksight.spice.model import DataSet
from labkit.cloud.quicksight.spice.opening import open_data_set
from labkit.cloud.quicksight.visuals.data import visual_data
from labkit.cloud.quicksight.visuals.model import VisualData, VisualError

Json = Mapping[str, Any]
_AT_ONCE = 2


def open_definition(
    cloud: Cloud,
    principal: Principal,
    region: str,
    definition: Json,
    user: str | None = None,
    *,
    tags: Mapping[str, str] | None = None,
    session: Session | None = None,
) -> dict[str, DataSet]:
    """The data sets that a definition declares, by identifier, as one reader sees them.

    Args:
        user: the ARN of QuickSight's user.
        tags: of an embedded session without a user.
        session: where the SQL will run; data sets that are queried directly need it.

    Raises:
        AwsError: a data set is not there, or SPICE holds nothing of it yet.
    """
    return {
        each["Identifier"]: open_data_set(
            cloud,
            principal,
            region,
            each["DataSetArn"].rpartition("/")[2],
            user=user,
            tags=tags,
            session=session,
        )
        for each in definition.get("DataSetIdentifierDeclarations") or ()
    }


def sheet_data(
    session: Callable[[], Session],
    data_sets: Mapping[str, DataSet],
    definition: Json,
    sheet_id: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    extra_filters: Mapping[str, Sequence[Json]] | Sequence[Json] = (),
    now: datetime | None = None,
    max_rows: int = 10_000,
) -> dict[str, VisualData]:
    """The data of a sheet's visuals by their ids, two at a time.

    A visual that cannot be computed has no rows and says why in ``not_drawn``.

    Args:
        session: opens a session of the engine; each visual closes its own.
        extra_filters: of all visuals, or by the id of a visual.

    Raises:
        VisualError: the definition has no such sheet.
    """

    def shown(visual: Json) -> tuple[str, VisualData]:
        [body] = visual.values()
        extra = extra_filters
        if isinstance(extra, Mapping):
            extra = extra.get(body["VisualId"], ())
        with session() as own:
            try:
                data = visual_data(
                    own, data_sets, definition, visual, parameters=parameters,
                    extra_filters=extra, now=now, max_rows=max_rows,
                )  # fmt: skip
            except (VisualError, QueryFailed) as error:
                data = VisualData((), (), not_drawn=(f"This visual cannot be shown: {error}",))
        return str(body["VisualId"]), data

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(pool.map(shown, _sheet(definition, sheet_id).get("Visuals") or ()))


def _sheet(definition: Json, sheet_id: str) -> Json:
    sheets: Sequence[Json] = definition.get("Sheets") or ()
    for sheet in sheets:
        if sheet["SheetId"] == sheet_id:
            return sheet
    known = ", ".join(sheet["SheetId"] for sheet in sheets) or "none"
    raise VisualError(f"The definition has no sheet '{sheet_id}'. Known: {known}.")
