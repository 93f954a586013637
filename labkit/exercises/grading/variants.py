"""Clouds brought to where a lab's answers begin, once for each data set, and copied ever after.

A variant is a data set of the same kind: the labs' own, and two that no learner has seen, smaller
ones of other students. Which students these are comes from a teacher's secret, so an answer cannot
hold their numbers; the same secret gives the same students, and so the same grades.

What is prepared lies in ``LABKIT_GRADING_HOME`` (by default ``.labkit-grading`` in the project's
root) under a name that changes with whatever it is made from.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from labkit import process
from labkit.errors import LabError
from labkit.exercises.grading.masters import Master, master_of
from labkit.process import ROOT

SECRET = "LABKIT_GRADE_SECRET"
# What a running cloud leaves behind that says where and who it was.
FLEETING = shutil.ignore_patterns("cloud.json", "cloud.log", "lock", "port", "*.part")
LOG_TAIL = 4000
KEPT_S = 3600.0  # somebody may still be copying it


@dataclass(frozen=True)
class Variant:
    """A data set: its name in reports, how large it is, and which students it has."""

    name: str
    scale: float
    seed: int


SHIPPED = Variant("shipped", 1.0, 0)
HIDDEN_SCALE, HIDDEN_SEEDS = 0.25, (7, 11)


class NotPrepared(LabError, RuntimeError):
    """A master's setup or state cells failed. Args: what was said last."""


def variants(secret: str | None = None) -> tuple[Variant, ...]:
    """The labs' data and two hidden ones, chosen by a secret, by default ``LABKIT_GRADE_SECRET``.

    >>> [variant.seed for variant in variants("")]
    [0, 7, 11]
    """
    secret = os.environ.get(SECRET, "") if secret is None else secret
    chosen = [_seed(secret, at) for at in (1, 2)] if secret else HIDDEN_SEEDS
    return SHIPPED, *(
        Variant(f"hidden-{at}", HIDDEN_SCALE, seed) for at, seed in enumerate(chosen, start=1)
    )


def mark(secret: str | None = None) -> str:
    """What tells one secret from another; to guess a secret by it takes as long as by its data."""
    secret = os.environ.get(SECRET, "") if secret is None else secret
    return hashlib.scrypt(secret.encode(), salt=b"mark", n=1 << 14, r=8, p=1, dklen=8).hex()


def prepared(lab: int | Master, variant: Variant) -> Path:
    """The folder of a workspace in which a lab's answers can begin; never change it.

    Raises:
        NotPrepared: the lab's setup or state cells failed.
    """
    master = lab if isinstance(lab, Master) else master_of(lab)
    code = sources("labkit", "seeds") if master.cloud else sources("seeds")
    parts = (code, *master.setup, *master.state, repr((variant.scale, variant.seed)))
    name = f"lab{master.lab}-{variant.name}-{digest(parts)}"
    return once(cache() / "clouds" / name, functools.partial(_prepare, master, variant))


@contextlib.contextmanager
def opened(lab: int | Master, variant: Variant) -> Iterator[Path]:
    """A running local AWS in a fresh copy of what is prepared; yields its workspace's folder.

    Nothing of this process is changed: `process.find(folder)` tells address and credentials.
    """
    with tempfile.TemporaryDirectory(prefix="labkit-") as scratch:
        home = copied(lab, variant, Path(scratch) / "home")
        process.up(home)
        try:
            yield home
        finally:
            process.down(home)


def copied(lab: int | Master, variant: Variant, home: Path) -> Path:
    """A fresh copy of what is prepared. Real copies: what a learner writes stays their own."""
    return Path(shutil.copytree(prepared(lab, variant), home))


def begun(master: Master, variant: Variant, home: Path) -> Path:
    """A fresh copy but for the objects' bodies, which are most of it and never change.

    Returns:
        The folder of the bodies that the copy goes on from.
    """
    found = prepared(master, variant)
    os.utime(found)  # it is in use
    shutil.copytree(
        found, home, ignore=lambda at, _: ["objects"] if at == str(found / "s3") else []
    )
    return found / "s3"


def lake(variant: Variant) -> Path:
    """The raw data as files, made here; references are computed from these."""
    import seeds  # and pyarrow, which nobody needs where the lake is there already

    made_from = digest([sources("seeds"), repr((variant.scale, variant.seed))])
    make = functools.partial(seeds.generate, scale=variant.scale, seed=variant.seed)
    return once(cache() / "lakes" / f"{variant.name}-{made_from}", make)


def cache() -> Path:
    """Where what is prepared is kept."""
    return Path(os.environ.get("LABKIT_GRADING_HOME") or ROOT / ".labkit-grading").resolve()


def once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Make a folder aside and put it in its place; whoever comes second takes what is there."""
    if not folder.exists():
        aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
        aside.mkdir(parents=True)
        _sweep(folder)
        try:
            make(aside)
            with contextlib.suppress(OSError):
                aside.rename(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return folder


def _sweep(folder: Path) -> None:
    """Remove what older code has made in a folder's place, and what was never finished."""
    stem = folder.name.rpartition("-")[0]
    for other in folder.parent.iterdir():
        is_same = other.name.removeprefix(".").rpartition("-")[0] == stem
        with contextlib.suppress(OSError):
            if is_same and other.stat().st_mtime < time.time() - KEPT_S:
                shutil.rmtree(other, ignore_errors=True)


def digest(parts: Iterable[str | bytes]) -> str:
    """A name for what something is made from."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def _seed(secret: str, at: int) -> int:
    digest = hmac.digest(secret.encode(), f"hidden-{at}".encode(), "sha256")
    return int.from_bytes(digest[:4], "big") + 1


def _prepare(master: Master, variant: Variant, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="labkit-") as scratch:
        home = Path(scratch) / "home"
        home.mkdir()
        arguments = [str(master.path), variant.name, str(variant.scale), str(variant.seed)]
        command = [sys.executable, "-m", "labkit.exercises.grading.preparing", *arguments]
        said = subprocess.run(
            command, cwd=ROOT, env=_environment(home), capture_output=True, text=True, check=False
        )
        if said.returncode:
            raise NotPrepared(f"{master.name} on {variant.name}: {said.stderr[-LOG_TAIL:]}")
        shutil.copytree(home, folder, ignore=FLEETING, dirs_exist_ok=True)


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    ours = {"LABKIT_HOME": str(home), "LABKIT_PROGRESS": "off", "LABKIT_CLOUD": "local"}
    return kept | ours | {"LABKIT_GRADING_HOME": str(cache()), "PYTHONWARNINGS": "ignore"}


@functools.cache
def sources(*packages: str) -> str:
    """A digest of the code that something is made by, by its folders in the project's root."""
    return digest(path.read_bytes() for package in packages for path in _files(ROOT / package))


def _files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        parts = set(path.relative_to(root).parts)
        if path.suffix in (".py", ".txt", ".csv", ".json") and not parts & APART:
            yield path


APART = {"__pycache__", "exercises", "grading", "widgets", "charts"}
