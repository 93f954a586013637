"""A data set of ten visits to course pages, and a visual's data from it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest

from labkit.cloud.engine import DuckEngine, Session
from labkit.cloud.engine.types import BIGINT, DOUBLE, TIMESTAMP, VARCHAR, Type
from labkit.cloud.quicksight.spice.model import Column, DataSet
from labkit.cloud.quicksight.visuals.data import visual_data
from labkit.cloud.quicksight.visuals.model import VisualData

#: A Wednesday.
NOW = datetime(2024, 3, 20, 12)
_ROWS = """
    (1, 'art',  'web',   1,  10.5, '2024-01-06 09:00', 'NY', 40.7, -74.0),
    (2, 'art',  'app',   2,   0.1, '2024-01-07 10:00', 'NY', 40.7, -74.0),
    (3, 'art',  'web',   3,   0.2, '2024-02-10 10:00', 'NY', 40.7, -74.0),
    (4, 'bio',  'web',  10,   1.0, '2024-02-11 11:00', 'LA', 34.1, -118.2),
    (5, 'bio',  'app',  20,   NULL, '2024-03-01 12:00', 'LA', 34.1, -118.2),
    (6, 'chem', 'app',   4,   4.0, '2024-03-17 00:00', 'LA', 34.1, -118.2),
    (7, 'dance','web',   6,   6.0, '2024-03-19 23:59', 'SF', 37.8, -122.4),
    (8, 'dance','app',   6,   8.0, '2024-03-20 12:00', 'SF', 37.8, -122.4),
    (9, NULL,   'web',   5,   5.0, '2024-03-25 01:00', 'SF', 37.8, -122.4),
    (10,'art',  'app', NULL,  7.0, NULL,               'SF', 37.8, -122.4)
"""
_COLUMNS: dict[str, Type] = {
    "id": BIGINT,
    "course": VARCHAR,
    "device": VARCHAR,
    "views": BIGINT,
    "price": DOUBLE,
    "at": TIMESTAMP,
    "city": VARCHAR,
    "lat": DOUBLE,
    "lon": DOUBLE,
}
_SELECT = ", ".join(f'CAST("{name}" AS {of.duckdb}) AS "{name}"' for name, of in _COLUMNS.items())
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
VISITS = DataSet(
    f"SELECT {_SELECT} FROM (VALUES {_ROWS}) AS t({_NAMES})",
    tuple(Column(name, of) for name, of in _COLUMNS.items()),
)


@pytest.fixture(scope="session")
def session() -> Iterator[Session]:
    with closing(DuckEngine(threads=2)) as engine, engine.session() as session:
        yield session


@pytest.fixture(scope="session")
def show(session: Session) -> Callable[..., VisualData]:
    """A visual's data; the definition's parts by name, the rest as `visual_data` takes it."""

    def show(visual: Any, *, other: DataSet | None = None, **given: Any) -> VisualData:
        asked = {
            name: given.pop(name)
            for name in ("parameters", "extra_filters", "max_rows")
            if name in given
        }
        data_sets = {"visits": VISITS, **({"other": other} if other else {})}
        return visual_data(session, data_sets, given, visual, now=NOW, **asked)

    return show
