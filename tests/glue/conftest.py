"""A lake of its own for each test."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.glue.lake import READ, Lake, make_role


@pytest.fixture(scope="session")
def role(cloud: Any) -> str:
    """A role that Glue may assume and that may read the lake."""
    return make_role(cloud.client("iam"), "glue-crawler", [READ])


@pytest.fixture
def lake(aws: Callable[..., Any], fresh: Callable[..., str], role: str) -> Lake:
    return Lake(aws, fresh("t", ""), role)


@pytest.fixture
def glue(aws: Callable[..., Any]) -> Any:
    return aws("glue")
