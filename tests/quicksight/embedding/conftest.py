"""Dashboards to embed, and sessions with them."""

from typing import Any

import pytest

from labkit.charts.pages import Session
from tests.quicksight.embedding.boards import ROWS, SCHEMA, Boards, dashboard, orders


@pytest.fixture(scope="session")
def boards(quicksight: Any, client: Any, allow_bucket: Any) -> Any:
    """What makes dashboards and opens sessions with them."""
    return Boards(quicksight, client, allow_bucket)


@pytest.fixture(scope="session")
def reader(boards: Any) -> str:
    """The ARN of a reader who sees the orders of the North alone, where that is secured."""
    return str(boards.reader("north"))


@pytest.fixture(scope="session")
def board(boards: Any, reader: str) -> str:
    """The ARN of a dashboard of orders."""
    arn = boards.data_set("board-orders", SCHEMA, ROWS)
    return str(boards.dashboard("orders", orders(arn), reader))


@pytest.fixture
def session(boards: Any, board: str, reader: str) -> Session:
    """The reader's session with the dashboard of orders."""
    return Session.open(boards.url(reader, dashboard("orders")))


@pytest.fixture(scope="session")
def secured(boards: Any, reader: str) -> str:
    """The ARN of a dashboard of orders of which the reader sees those of the North."""
    rules = boards.data_set(
        "board-rules", {"UserName": "STRING", "region": "STRING"}, [("north", "North")]
    )
    security = {"Arn": rules, "PermissionPolicy": "GRANT_ACCESS", "FormatVersion": "VERSION_1"}
    arn = boards.data_set("board-secured", SCHEMA, ROWS, RowLevelPermissionDataSet=security)
    return str(boards.dashboard("secured", orders(arn), reader))
