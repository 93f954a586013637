"""``python -m tools.bench``: measure, print the table, and fail when a target is missed."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3

from labkit import process
from tools.bench import (
    cluster,
    grading,
    lake,
    objects,
    profiles,
    queries,
    recipes,
    spectrum,
    spice,
    starting,
    students,
    visuals,
    warehouse,
    wire,
)
from tools.bench.figures import HEAD, Figure, text_line, write

ROOT = Path(__file__).parent.parent.parent
BUILD = ROOT / "build"


def main() -> int:
    """Print a line per figure; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="by default all")
    chosen = parser.parse_args().parts or list(PARTS)
    BUILD.mkdir(exist_ok=True)
    sys.stdout.write(text_line(HEAD) + "\n")
    figures = []
    for figure in (f for part in chosen for f in PARTS[part]()):
        figures.append(figure)
        sys.stdout.write(text_line(figure.row()) + "\n")
        sys.stdout.flush()
    write(figures, BUILD)
    return int(not all(figure.good for figure in figures))


def measure_athena() -> Iterator[Figure]:
    """Queries over ten million rows."""
    files = lake.make(BUILD / "bench")
    with TemporaryDirectory(prefix="labkit-bench-", dir=BUILD) as home:
        connection = process.up(Path(home))
        try:
            athena = _client(connection, "athena")
            lake.load(files, _client(connection, "s3"))
            for statement in lake.definitions():
                queries.run(athena, statement)
            yield from queries.measure(athena, files)
        finally:
            process.down(Path(home))


def measure_objects() -> Iterator[Figure]:
    """A large object up and down."""
    with TemporaryDirectory(prefix="labkit-bench-", dir=BUILD) as home:
        connection = process.up(Path(home))
        try:
            s3 = _client(connection, "s3")
            objects.make_bucket(s3, _client(connection, "kms"))
            yield from objects.measure(s3, connection.pid, Path(home))
        finally:
            process.down(Path(home))


def measure_profiles() -> Iterator[Figure]:
    """A data profile of a million rows."""
    yield from profiles.measure(BUILD / "bench")


def measure_recipes() -> Iterator[Figure]:
    """Recipe jobs over ten million rows."""
    files, many = lake.make(BUILD / "bench"), students.make(BUILD / "bench")
    with TemporaryDirectory(prefix="labkit-bench-", dir=BUILD) as home:
        connection = process.up(Path(home))
        try:
            s3, databrew = _client(connection, "s3"), _client(connection, "databrew")
            lake.load(files, s3)
            students.load(many, s3, _client(connection, "glue"))
            role = recipes.make_role(_client(connection, "iam"))
            yield from recipes.measure(databrew, s3, files, role)
            yield from students.measure(databrew, s3, many, role)
        finally:
            process.down(Path(home))


def measure_spice() -> Iterator[Figure]:
    """A data set of ten million rows in SPICE."""
    files = lake.make(BUILD / "bench")
    with TemporaryDirectory(prefix="labkit-bench-", dir=BUILD) as home:
        connection = process.up(Path(home))
        try:
            lake.load(files, _client(connection, "s3"))
            for statement in lake.definitions():
                queries.run(_client(connection, "athena"), statement)
            account = _client(connection, "sts").get_caller_identity()["Account"]
            quicksight, iam = _client(connection, "quicksight"), _client(connection, "iam")
            yield from spice.measure(quicksight, iam, account, files, Path(home))
        finally:
            process.down(Path(home))


def measure_visuals() -> Iterator[Figure]:
    """A dashboard of ten million rows."""
    yield from visuals.measure(lake.make(BUILD / "bench"))


def measure_warehouse() -> Iterator[Figure]:
    """Ten million rows into a Redshift warehouse and out of it."""
    files = lake.make(BUILD / "bench")
    packed = warehouse.packed(files)
    with TemporaryDirectory(prefix="labkit-bench-", dir=BUILD) as home:
        connection = process.up(Path(home))
        try:
            s3 = _client(connection, "s3")
            lake.load(files, s3, ["parquet"])
            run = cluster.make(partial(_client, connection))
            yield from warehouse.measure(run, s3, files, packed, Path(home))
            yield from spectrum.measure(run, files, Path(home))
        finally:
            process.down(Path(home))


PARTS: dict[str, Callable[[], Iterator[Figure]]] = {
    "athena": measure_athena,
    "grading": grading.measure,
    "objects": measure_objects,
    "profiles": measure_profiles,
    "recipes": measure_recipes,
    "spice": measure_spice,
    "starting": starting.measure,
    "warehouse": measure_warehouse,
    "visuals": measure_visuals,
    "wire": wire.measure,
}


def _client(connection: process.Connection, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=connection.endpoint,
        region_name=connection.region,
        aws_access_key_id=connection.access_key,
        aws_secret_access_key=connection.secret_key,
    )


if __name__ == "__main__":
    sys.exit(main())
