"""A learner's lab with a small lake, and clicks as the front end sends them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import labkit
from tests.conftest import connect, start_cloud, stop_cloud


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[labkit.Lab]:
    """A lab of its own, with the key given to its users and a hundredth of the demo data."""
    home = tmp_path_factory.mktemp("widgets")
    process = start_cloud(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABKIT_HOME", str(connect(home, process).home))
        patch.setenv("LABKIT_PROGRESS", "off")
        opened = labkit.start(1)
        opened.storage.add_key_users()
        opened.storage.fetch_demo_data(scale=0.01)
        yield opened
    stop_cloud(process)


@pytest.fixture(scope="package")
def lake(lab: labkit.Lab) -> labkit.Lab:
    """The lab with both crawlers run."""
    for crawler in ("dataedu-sisdemo-crawler", "dataedu-lmsdemo-crawler"):
        lab.catalog.run_crawler(crawler)
    return lab


@pytest.fixture
def click() -> Callable[..., None]:
    """``click(console, "run", name="x")``: the front end's message, answered to the end."""

    def send(console: Any, action: str, **parameters: Any) -> None:
        content = {"do": action, **parameters}
        data = {"method": "custom", "content": content}
        console._handle_msg({"content": {"data": data}, "buffers": []})
        console.wait()

    return send
