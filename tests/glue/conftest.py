"""A lake of its own for each test."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.glue.lake import READ, Lake, make_role


@pytest.fixture(scope="session")
def role(cloud: Any) -> str:
    """A role that Glue may assume and that may read the lake."""
    return make_role(cloud.client("iam"), "glue-crawler", "glue", READ)


@pytest.fixture
def lake(client: Callable[[str], Any], fresh: Callable[..., str], role: str) -> Lake:
    return Lake(client, fresh("t", ""), role)


@pytest.fixture
def glue(client: Callable[[str], Any]) -> Any:
    return client("glue")


@pytest.fixture
def database(glue: Any, fresh: Callable[..., str]) -> str:
    """A fresh database."""
    name = fresh("db", "_")
    glue.create_database(DatabaseInput={"Name": name})
    return name
