"""What all runs of a grading share: limits, what may be read, and warm processes to fork from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from labkit.exercises.grading.bundle import bundled
from labkit.exercises.grading.processes import Warm

GRADING = "labkit.exercises.grading"
LEARNERS = tuple(f"{GRADING}.{name}" for name in ("loaders", "ahead", "runner", "reader"))
CLOUDS = (f"{GRADING}.loaders", "labkit.cloud.regions", "labkit.cloud.server", "labkit.cloud.ahead")


@dataclass(frozen=True)
class Limits:
    """How long things may take, in seconds of the clock, and how much memory.

    Args:
        cell_s: one answer.
        total_s: all answers on one variant.
        start_s: a cloud's start, or the setup cells.
        read_s: the reading of all states.
        memory_mb: a learner's processes together.
    """

    cell_s: float = 60
    total_s: float = 300
    start_s: float = 60
    read_s: float = 60
    memory_mb: int = 3000


@dataclass
class Bench:
    """What all runs share: a bundle to read, and warm processes to fork from.

    Args:
        bundle: the folder of `bundle.bundled`.
        learners: forks into runners and readers.
        clouds: forks into local clouds; ``None`` where no master needs one.
        limits: how long and how much.
    """

    bundle: Path
    learners: Warm
    clouds: Warm | None
    limits: Limits = field(default_factory=Limits)


@contextlib.contextmanager
def bench(*, clouds: Iterable[str] | None, limits: Limits | None = None) -> Iterator[Bench]:
    """Everything that runs need, gone at the end.

    Args:
        clouds: modules that clouds will need besides the usual ones; ``None`` without clouds.
        limits: how long and how much.
    """
    with bundled() as bundle, contextlib.ExitStack() as ends:
        cloud = Warm(bundle, *CLOUDS, *clouds) if clouds is not None else None
        learners = Warm(bundle, *LEARNERS)
        for one in filter(None, (cloud, learners)):
            ends.callback(one.close)
        yield Bench(bundle, learners, cloud, limits or Limits())
