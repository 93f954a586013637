"""What is known of delimited files, kept over restarts: files never change, so one look is enough.

It is a memory and no state: without it each file is looked at once more. What other rules have
found (of another edition of the code or of DuckDB) is not taken over.

``python -m labkit.cloud.lake.looked HOME`` looks at all files of a workspace that stands still.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import astuple
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from labkit.cloud.cloud import Cloud, on_start, on_stop
from labkit.cloud.engine import QueryFailed, Scan
from labkit.cloud.engine.formats import lines, plain, text, text_instants, text_sql
from labkit.cloud.engine.formats.plain import MEMORY, Key, Known, Layout
from labkit.cloud.engine.formats.text_sql import State
from labkit.cloud.lake.catalog import GlueCatalog
from labkit.cloud.lake.engines import open_session
from labkit.cloud.lake.table import LakeTable
from labkit.cloud.s3.bodies import BODIES
from labkit.cloud.server import SETTINGS

FILE = "looked.json"


@on_start
def recall(cloud: Cloud) -> None:
    """Take over what was found before."""
    try:
        edition, found = json.loads((cloud.home / FILE).read_bytes())
        if edition == _edition():
            MEMORY.update(_read(*entry) for entry in found)
    except (OSError, ValueError, TypeError):
        return  # there is none, or somebody has written into it


@on_stop
def keep(cloud: Cloud) -> None:
    """Write down what is known of this workspace's files."""
    aside = cloud.home / f"{FILE}.part"
    try:
        aside.write_text(json.dumps([_edition(), list(_written(cloud))]))
        os.replace(aside, cloud.home / FILE)
    except OSError:
        aside.unlink(missing_ok=True)


def main(home: Path) -> None:
    """Look at the files of all tables now, and not with the first query of each."""
    os.environ.update(SETTINGS)
    cloud = Cloud(home)
    cloud.start()
    look_at_all(cloud)
    cloud.stop()


def look_at_all(cloud: Cloud) -> None:
    """Look at the files of all tables of files."""
    catalog = GlueCatalog(cloud, cloud.learner()[0], cloud.region, "default")
    session = open_session(cloud)
    names = [(d, t) for d in catalog.metastore.databases() for t in catalog.metastore.tables(d)]
    try:
        for name in names:
            with contextlib.suppress(QueryFailed):
                table = catalog.resolve(name)
                if isinstance(table, LakeTable):
                    columns = frozenset(column.name for column in table.columns)
                    table.relation(session, Scan(name[1], table, columns))
    finally:
        session.close()


def _written(cloud: Cloud) -> Iterator[list[Any]]:
    for key, known in list(MEMORY.items()):
        path = Path(key.path)
        if path.exists() and any(path.is_relative_to(root) for root in cloud.lake):
            states = {column: state.value for column, state in known.states.items()}
            yield [BODIES.name(key.path), *key[1:3], astuple(key.layout), *key[4:],
                   known.has_rows, states]  # fmt: skip


def _read(
    name: str, size: int, changed_ns: int, layout: list[Any], skip: int, columns: int,
    has_rows: bool, states: dict[str, str],
) -> tuple[Key, Known]:  # fmt: skip
    key = Key(str(BODIES.find(name)), size, changed_ns, Layout(*layout), skip, columns)
    return key, Known(has_rows, {column: State(found) for column, found in states.items()})


@functools.cache
def _edition() -> str:
    """A digest of the rules by which files are looked at."""
    rules = [
        inspect.getsource(module).encode()
        for module in (lines, plain, text, text_sql, text_instants)
    ]
    return sha256(b"".join([*rules, duckdb.__version__.encode()])).hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
