"""What a learner's code may read of the project: the helpers and the cloud, and no answer.

The folder holds labkit without the questions, what is known of them, and the judge; and the
generator of the data, which says what the data are like to whoever has them anyway. It stands
first on the path of every process in which a learner's code runs.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from labkit.exercises.grading import confine, variants
from labkit.exercises.grading.quiet import MODULE
from labkit.process import ROOT

LABS = range(1, 5)
# The parts of grading that run inside.
INSIDE = (
    "__init__ ahead calls confine keeper loaders parts quiet reader runner saying shells trees warm"
).split()
ANSWERS = ("known", *(f"lab{lab}" for lab in LABS))


@contextlib.contextmanager
def bundled() -> Iterator[Path]:
    """The folder, while it is needed.

    One is kept for all gradings where no learner can write to it, else each grading has its own.
    """
    if confine.landlock_version():
        yield variants.once(variants.cache() / "bundles" / _made_from(), make)
    else:
        with tempfile.TemporaryDirectory(prefix="labkit-") as folder:
            yield make(Path(folder) / "bundle")


def make(folder: Path) -> Path:
    """Copy it. Compiled files come along, so that nothing is compiled anew."""
    for package in ("labkit", "seeds"):
        shutil.copytree(ROOT / package, folder / package, ignore=_left_out)
    for lab in LABS:
        stub = folder / "labkit/exercises" / f"lab{lab}" / "__init__.py"
        stub.parent.mkdir()
        stub.write_text(MODULE, encoding="utf-8")
    return folder


def _made_from() -> str:
    """A digest of what is copied, by names, sizes and times."""
    parts = []
    for package in ("labkit", "seeds"):
        for folder, folders, names in os.walk(ROOT / package):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            for path in (os.path.join(folder, name) for name in sorted(names)):
                found = os.stat(path)
                parts.append(f"{path} {found.st_size} {found.st_mtime_ns}")
    return variants.digest(parts)


def _left_out(folder: str, names: list[str]) -> set[str]:
    """The names in a folder that stay out."""
    parts = Path(folder).relative_to(ROOT).parts
    if parts[:2] != ("labkit", "exercises"):
        return set()
    if parts[2:3] == ("grading",):
        return {name for name in names if name.split(".")[0] not in (*INSIDE, "__pycache__")}
    return {name for name in names if name in ANSWERS}
