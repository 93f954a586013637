"""The file of a warehouse, copied whole: for snapshots, and for what is restored from them.

A warehouse is copied while its sessions go on. DuckDB appends what is committed to a log beside its
file, and changes the file's headers only when it writes the log into it. So the log and then the
file, with the same headers before and after, are the warehouse at one moment. The copy is opened
once, which proves it and writes the log into it, and renamed: it is whole or absent.
Source: https://duckdb.org/docs/stable/internals/storage
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine.redshift.duck import open_database
from labkit.cloud.redshift.warehouse import close_warehouse, open_warehouse
from labkit.cloud.redshift.warehouse.warehouse import file_of

HEADERS = 3 * 4096
TRIES = 5
#: The kinds of records that tell of a warehouse by its ``key``: they go with it.
BESIDE = ["redshift.copy_job", "redshift.load", "redshift.login", "redshift.unload"]


def snapshot_file(cloud: Cloud, kind: str, region: str, name: str) -> Path:
    """Where a snapshot's copy is."""
    safe = name.replace(":", "_").replace("/", "_")
    return cloud.home / "redshift" / "snapshots" / kind / region / f"{safe}.duckdb"


def save(cloud: Cloud, key: str, copy: Path) -> int:
    """Copy a warehouse, at work or not, into a snapshot's file; its size in bytes."""
    source = file_of(cloud.home, key)
    if not source.exists():
        open_warehouse(cloud, key)
    aside = _aside(copy)
    with _or_none(aside):
        if not any(_copied_at_rest(source, aside) for _ in range(TRIES)):
            close_warehouse(cloud, key)
            _copied_at_rest(source, aside)
        open_database(aside).close()
        return _finish(aside, copy)


def bring(cloud: Cloud, key: str, copy: Path) -> int:
    """Put a snapshot's file in a warehouse's place; its size in bytes."""
    target = file_of(cloud.home, key)
    with _or_none(_aside(target)):  # may fail: what there was is still there
        shutil.copyfile(copy, _aside(target))
    _delete_file(cloud, key)
    return _finish(_aside(target), target)


def copy_file(source: Path, target: Path) -> int:
    """Copy a file that nobody writes to; the copy is whole or absent."""
    with _or_none(_aside(target)):
        shutil.copyfile(source, _aside(target))
        return _finish(_aside(target), target)


def move(cloud: Cloud, old: str, new: str) -> None:
    """Give a warehouse another key; done already when the old one has no file."""
    close_warehouse(cloud, old)
    source, target = file_of(cloud.home, old), file_of(cloud.home, new)
    target.parent.mkdir(parents=True, exist_ok=True)
    for part, place in ((_log(source), _log(target)), (source, target)):
        if part.exists():
            part.rename(place)
    with cloud.state.together():
        for kind, id, record in _beside(cloud, old):
            del cloud.records(kind)[id]
            moved = new + id.removeprefix(old) if id.startswith(f"{old}/") else id
            cloud.records(kind)[moved] = record | {"key": new}


def delete(cloud: Cloud, key: str) -> None:
    """Delete a warehouse, its data, and what is told of it."""
    _delete_file(cloud, key)
    with cloud.state.together():
        for kind, id, _ in _beside(cloud, key):
            del cloud.records(kind)[id]


def _beside(cloud: Cloud, key: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for kind in BESIDE:
        for id, record in list(cloud.records(kind).items()):
            if record["key"] == key:
                yield kind, id, record


def _delete_file(cloud: Cloud, key: str) -> None:
    close_warehouse(cloud, key, delete=True)
    _log(file_of(cloud.home, key)).unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """A file's bytes; 0 for none."""
    return path.stat().st_size if path.exists() else 0


def _copied_at_rest(source: Path, target: Path) -> bool:
    """Copy the log and the file; whether the log was not written into the file meanwhile."""
    before = _headers(source)
    _log(target).unlink(missing_ok=True)
    if _log(source).exists():
        shutil.copyfile(_log(source), _log(target))
    shutil.copyfile(source, target)
    return _headers(source) == before


def _headers(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(HEADERS)


def _aside(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file.with_name(f"{file.name}.part")


@contextlib.contextmanager
def _or_none(aside: Path) -> Iterator[None]:
    """Leave nothing of a copy that fails: the disk may be full."""
    try:
        yield
    except BaseException:
        aside.unlink(missing_ok=True)
        _log(aside).unlink(missing_ok=True)
        raise


def _finish(aside: Path, target: Path) -> int:
    with aside.open("rb") as copied:
        os.fsync(copied.fileno())
    _log(aside).unlink(missing_ok=True)
    aside.rename(target)
    return size_of(target)


def _log(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")
