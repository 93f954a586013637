"""What every run of pytest here shares: a scrubbed environment, the gap mark, the header.

These are hooks rather than fixtures, for notebooks' cells (nbval) take no fixtures.
"""

import gc
import os
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

SCRUBBED = (
    "AWS_",
    "LABKIT_HOME",
    "LABKIT_CLOUD",
    "LABKIT_PORT",
    "JUPYTER_",
    "PYTHONWARNINGS",
    "PYTHONDONTWRITEBYTECODE",  # each start of a server would compile all of it again
)
SHOWN = ("moto", "duckdb", "pyarrow", "sqlglot")
LONG = (
    "browser",
    "notebooks/",
    "tests/solved/",
    "tests/exercises/",
    "tests/grading/",
    "tests/faults/",
    "tests/redshift/copying/test_faults",
    "tests/databrew/test_faults",
    "tests/athena/test_faults",
    "tests/glue/test_faults",
    "tests/s3/test_faults",
    "tests/platform/test_schedule_fires",
    "tests/clients/",
    "tests/databrew/test_stacks",
    "tests/redshift/placement/test_rows",
    "tests/states/test_restart",
)
GAP_KINDS = ("ours", "upstream", "never")
GAPS = pytest.StashKey[list[tuple[str, str, str]]]()


def pytest_configure(config: pytest.Config) -> None:
    """Hide the machine's own AWS: its variables, and HOME with ~/.aws in it."""
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    config.add_cleanup(gc.unfreeze)
    config.stash[GAPS] = []
    browsers = Path.home() / ".cache" / "ms-playwright"
    patch.setenv(
        "PLAYWRIGHT_BROWSERS_PATH", os.environ.get("PLAYWRIGHT_BROWSERS_PATH", str(browsers))
    )
    home = config.rootpath / "build" / "home"
    (home / "matplotlib").mkdir(parents=True, exist_ok=True)
    for name in [name for name in os.environ if name.startswith(SCRUBBED)]:
        patch.delenv(name)
    patch.setenv("HOME", str(home))
    patch.setenv("MPLCONFIGDIR", str(home / "matplotlib"))
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Thousands of tests are there to stay: no search for garbage looks through them."""
    gc.disable()
    try:
        return (yield)
    finally:
        _wake_hypothesis()
        gc.freeze()
        gc.enable()


def _wake_hypothesis() -> None:
    """Let Hypothesis make what it holds for good: on Python 3.14 it finds no frozen holder."""
    if hypothesis := sys.modules.get("hypothesis"):
        hypothesis.given(hypothesis.strategies.none())(lambda _: None)()


def pytest_report_header() -> str:
    """The versions that our answers depend on."""
    return ", ".join(f"{name} {version(name)}" for name in SHOWN)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Turn ``gap(kind, raises=..., reason=...)`` into a strict xfail, and remember it."""
    for mark in item.iter_markers("gap"):
        kind, reason = mark.args[0], mark.kwargs["reason"]
        if kind not in GAP_KINDS:
            raise pytest.UsageError(f"{item.nodeid}: no gap of kind {kind!r}: {GAP_KINDS}")
        xfail = pytest.mark.xfail(raises=mark.kwargs["raises"], reason=reason, strict=True)
        item.add_marker(xfail)
        item.config.stash[GAPS].append((item.nodeid, kind, reason))


@pytest.fixture(scope="session")
def gaps(request: pytest.FixtureRequest) -> list[tuple[str, str, str]]:
    """The gaps of all collected tests: node id, kind, reason."""
    return request.config.stash[GAPS]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """As loadfile does, but all browser tests as one file: they share a server and a browser.

    It begins with the files of most tests. What takes long with few tests comes right after the
    first of them, or one worker would be at it when all others have ended.
    """
    from xdist.scheduler import LoadFileScheduling

    class LongestFirst(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return (
                "browser" if nodeid.startswith("tests/browser/") else super()._split_scope(nodeid)
            )

        def schedule(self) -> None:
            super().schedule()
            for scope in [each for each in reversed(self.workqueue) if each.startswith(LONG)]:
                self.workqueue.move_to_end(scope, last=False)

    return LongestFirst(config, log) if config.getvalue("dist") == "loadfile" else None
