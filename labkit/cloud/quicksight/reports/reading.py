"""A dashboard as a snapshot's reader sees it: its definition, their rows, the values of parameters.

A snapshot is made for an anonymous user with tags, or for a user of QuickSight; what they may not
see is not in it. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SnapshotUserConfiguration.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Session
from labkit.cloud.engine.trino.errors import QueryFailed
from labkit.cloud.lake.engines import open_session
from labkit.cloud.operations import Principal
from labkit.cloud.quicksight import themes
from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.definitions.rolling import rolled
from labkit.cloud.quicksight.principals import groups_of
from labkit.cloud.quicksight.render import Theme
from labkit.cloud.quicksight.spice.model import DataSet
from labkit.cloud.quicksight.spice.opening import open_definition
from labkit.cloud.quicksight.visuals.data import visual_data
from labkit.cloud.quicksight.visuals.dynamic import dynamic_defaults
from labkit.cloud.quicksight.visuals.model import VisualData, VisualError
from labkit.cloud.quicksight.visuals.parameters import parameter_values

Json = Mapping[str, Any]
SCREEN_ROWS = 10_000


@dataclass(frozen=True)
class Reader:
    """Who a snapshot is for.

    Args:
        principal: who asked, as IAM knows them.
        user: the ARN of a user of QuickSight; empty for an anonymous one.
        tags: of an anonymous user, by key.
    """

    principal: Principal
    user: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """A dashboard's definition opened for a reader.

    Args:
        name: the dashboard's.
        failures: what could not be computed, in a sentence each; grows while it is read.
        left_out: what files of cells do not show, in a sentence each; grows as well.
    """

    cloud: Cloud
    reader: Reader
    region: str
    name: str
    definition: Json
    theme: Theme
    session: Session
    data_sets: Mapping[str, DataSet]
    given: Json
    now: datetime
    failures: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters and their values."""
        declared = list(self.definition.get("ParameterDeclarations") or ())
        return parameter_values(declared, self.given, rolled)

    def data(
        self, visual: Json, filters: Sequence[Json] = (), *, max_rows: int = SCREEN_ROWS
    ) -> VisualData:
        """The rows of a visual; one that cannot be computed has none and says why."""
        try:
            return visual_data(
                self.session, self.data_sets, self.definition, visual, parameters=self.given,
                extra_filters=filters, now=self.now, max_rows=max_rows,
            )  # fmt: skip
        except (VisualError, QueryFailed) as error:
            _, body = walk.body_of(visual)
            self.failures.append(f"{body['VisualId']}: {error}")
            return VisualData((), (), not_drawn=(f"This visual cannot be shown: {error}",))


@contextmanager
def opened(
    cloud: Cloud, reader: Reader, region: str, name: str, version: Json, parameters: Json
) -> Iterator[Reading]:
    """A version of a dashboard, opened for a reader.

    Values that a job gives go before those that the version was made with, and these before those
    that a data set has for the reader.

    Raises:
        AwsError: a data set is not there, or SPICE holds nothing of it yet.
    """
    definition = version["_"]["definition"]
    theme = Theme.of(themes.drawn(cloud, region, version.get("ThemeArn")))
    with open_session(cloud) as own:
        data_sets = open_definition(
            cloud, reader.principal, region, definition, reader.user or None,
            tags=reader.tags if not reader.user else None, session=own,
        )  # fmt: skip
        defaults = dynamic_defaults(
            own, data_sets, definition, reader.user, groups_of(cloud, reader.user)
        )
        yield Reading(
            cloud, reader, region, name, definition, theme, own, data_sets,
            {**defaults, **walk.given_values(version["_"].get("parameters")), **parameters},
            datetime.now(UTC).replace(tzinfo=None),
        )  # fmt: skip
