"""How long it takes until a learner can work: import, start, and a whole lab."""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from labkit import process
from tools import labs
from tools.bench.figures import Figure, seconds

ROOT = Path(__file__).parent.parent.parent
LAB1 = ROOT / "notebooks" / "lab1_glue_athena.ipynb"
_TURNS = 5


def measure() -> Iterator[Figure]:
    """The figures of importing labkit, of starting the local AWS and of Lab 1."""
    yield Figure("import labkit", _import_s(), 0.3)
    yield Figure("labkit up to the first answer", _up_s(), 3.0)
    yield Figure("Lab 1, headless", _lab_s(), 25.0)


def _import_s() -> float:
    """Seconds that the import adds to an empty program."""
    python = [sys.executable, "-c"]
    times = [
        seconds(lambda: subprocess.run([*python, "import labkit"], check=True))
        - seconds(lambda: subprocess.run([*python, "pass"], check=True))
        for _ in range(_TURNS)
    ]
    return statistics.median(times)


def _up_s() -> float:
    return statistics.median(_one_up_s() for _ in range(3))


def _one_up_s() -> float:
    """Seconds from the command's start to the answer of a first call, in a new workspace."""
    with TemporaryDirectory(prefix="labkit-") as home:
        environment = os.environ | {"LABKIT_HOME": home}

        def start() -> None:
            up = [sys.executable, "-m", "labkit.cli", "up"]
            subprocess.run(up, check=True, env=environment, stdout=subprocess.DEVNULL)
            _first_call(Path(home))

        try:
            return seconds(start)
        finally:
            process.down(Path(home))


def _first_call(home: Path) -> None:
    found = process.find(home)
    if found is None:
        raise RuntimeError("labkit up returned, and no local AWS answers")
    client = boto3.client(
        "s3",
        endpoint_url=found.endpoint,
        region_name=found.region,
        aws_access_key_id=found.access_key,
        aws_secret_access_key=found.secret_key,
    )
    client.list_buckets()


def _lab_s() -> float:
    verdict = labs.run(LAB1)
    if verdict.fault:
        raise RuntimeError(f"Lab 1 did not run: {verdict.fault}")
    return verdict.seconds
