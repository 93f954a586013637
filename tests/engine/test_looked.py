"""What is known of files is known after a restart, in whatever folder the workspace lies then."""

import json
from types import SimpleNamespace

import pytest

from labkit.cloud.engine.formats import plain
from labkit.cloud.engine.formats.plain import Key, Known, Layout
from labkit.cloud.engine.formats.text_sql import State
from labkit.cloud.lake import looked
from labkit.cloud.s3.bodies import BODIES

FOUND = Known(True, {"0 bigint": State.EXACT, "2 double": State.EMPTY})


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Opens a workspace in a folder, of which nothing is known yet."""
    monkeypatch.setattr(plain, "MEMORY", {})
    monkeypatch.setattr(looked, "MEMORY", plain.MEMORY)

    def open_in(name):
        home = tmp_path / name
        monkeypatch.setattr(BODIES, "root", home / "s3")
        plain.MEMORY.clear()
        return SimpleNamespace(home=home, lake=[home / "s3"])

    return open_in


@pytest.fixture
def cloud(opened):
    """One that has looked at a file, and was closed."""
    cloud = opened("before")
    path = cloud.lake[0] / "objects" / "a"
    path.parent.mkdir(parents=True)
    path.write_text("1,2,3\n")
    gone = Key(str(path.with_name("gone")), 6, 1, Layout(",", None), 0, 3)
    plain.MEMORY.update({key_of(path): FOUND, gone: FOUND})
    looked.keep(cloud)
    return cloud


def key_of(path):
    return Key(str(path), 6, 1, Layout(",", None, '"'), 1, 3)


def test_it_is_known_where_the_workspace_has_moved_to(cloud, opened):
    cloud.home.rename(cloud.home.with_name("after"))
    moved = opened("after")
    looked.recall(moved)
    assert {key_of(moved.lake[0] / "objects" / "a"): FOUND} == plain.MEMORY


@pytest.mark.parametrize("change", ["[", "{}", "[1]", '["of other rules"', '"'])
def test_what_others_have_found_or_written_is_not_taken_over(cloud, change):
    kept = cloud.home / looked.FILE
    edition, found = json.loads(kept.read_text())
    others = json.dumps(["of other rules", found]) if change.startswith('["of') else change
    kept.write_text(others)
    plain.MEMORY.clear()
    looked.recall(cloud)
    assert edition != "of other rules"
    assert plain.MEMORY == {}
