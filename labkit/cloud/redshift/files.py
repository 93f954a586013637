"""The file of a warehouse, copied whole: for snapshots, and for what is restored from them.

DuckDB writes its log into the file when it closes it. A copy is written aside and renamed, so that
it is whole or absent whenever the process dies. Sessions of a warehouse end when it is copied; on
AWS they go on, and find the next statement delayed at most.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from labkit.cloud.cloud import Cloud
from labkit.cloud.redshift.warehouse import close_warehouse, open_warehouse
from labkit.cloud.redshift.warehouse.warehouse import file_of


def snapshot_file(cloud: Cloud, kind: str, region: str, name: str) -> Path:
    """Where a snapshot's copy is."""
    safe = name.replace(":", "_").replace("/", "_")
    return cloud.home / "redshift" / "snapshots" / kind / region / f"{safe}.duckdb"


def save(cloud: Cloud, key: str, copy: Path) -> int:
    """Copy a warehouse into a snapshot's file; its size in bytes."""
    source = file_of(cloud.home, key)
    if not source.exists():
        open_warehouse(cloud, key)
    close_warehouse(cloud, key)
    return _copy(source, copy)


def bring(cloud: Cloud, key: str, copy: Path) -> int:
    """Make a warehouse of a snapshot's file; its size in bytes."""
    close_warehouse(cloud, key)
    return _copy(copy, file_of(cloud.home, key))


def move(cloud: Cloud, old: str, new: str) -> None:
    """Give a warehouse another key; done already when the old one has no file."""
    close_warehouse(cloud, old)
    source, target = file_of(cloud.home, old), file_of(cloud.home, new)
    for suffix in (".wal", ""):
        part = source.with_name(source.name + suffix)
        if part.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            part.rename(target.with_name(target.name + suffix))


def delete(cloud: Cloud, key: str) -> None:
    """Delete a warehouse and its data."""
    close_warehouse(cloud, key, delete=True)
    wal = file_of(cloud.home, key)
    wal.with_name(wal.name + ".wal").unlink(missing_ok=True)


def size_of(path: Path) -> int:
    """A file's bytes; 0 for none."""
    return path.stat().st_size if path.exists() else 0


def _copy(source: Path, target: Path) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(target.name + ".part")
    shutil.copyfile(source, aside)
    with aside.open("rb") as copied:
        os.fsync(copied.fileno())
    aside.rename(target)
    return size_of(target)
