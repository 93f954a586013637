"""DataBrew of its own for each test."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from labkit.cloud.engine import DuckEngine, Session
from tests.databrew import lake as lakes
from tests.databrew.brew import MAY, Brew
from tests.roles import make_role


@pytest.fixture(scope="session")
def brew_role(cloud: Any) -> str:
    """A role that DataBrew may assume."""
    return make_role(cloud.client("iam"), "brew", "databrew", MAY)


@pytest.fixture
def brew(client: Callable[[str], Any], fresh: Callable[..., str], brew_role: str) -> Brew:
    return Brew(client, fresh("brew"), brew_role)


@pytest.fixture(scope="session")
def job_role(client: Callable[[str], Any]) -> str:
    """A role that DataBrew may assume and that may read and write the lake, no more."""
    return make_role(client("iam"), "brew-jobs", "databrew", lakes.READ_AND_WRITE)


@pytest.fixture
def lake(client: Callable[[str], Any], fresh: Callable[..., str], job_role: str) -> lakes.Lake:
    return lakes.Lake(client, fresh("t", ""), job_role)


@pytest.fixture
def databrew(client: Callable[[str], Any]) -> Any:
    return client("databrew")


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """Of an engine, without a cloud."""
    with closing(DuckEngine(threads=2)) as engine, engine.session() as session:
        yield session
