"""A measured figure beside its limit, and the table of them."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

HEAD = ("what", "ours", "the limit's", "measured", "target", "")

_POLL_S, _POLL_SHARE = 0.02, 0.02
T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One measurement.

    Args:
        what: in a few words.
        ours: the local AWS's figure.
        target: the most that ``ours`` may be, or ``ours / base`` where there is a base.
        base: the same work's figure without the local AWS.
        unit: of ``ours`` and ``base``.
    """

    what: str
    ours: float
    target: float
    base: float | None = None
    unit: str = "s"

    @property
    def measured(self) -> float:
        """What the target is about: the ratio, or the figure itself."""
        return self.ours / self.base if self.base else self.ours

    @property
    def good(self) -> bool:
        """Whether the target is met."""
        return self.measured <= self.target

    def row(self) -> tuple[str, ...]:
        """The figure as a line of the table."""
        scale = "x" if self.base else f" {self.unit}"
        base = f"{self.base:.3g} {self.unit}" if self.base else ""
        return (
            self.what,
            f"{self.ours:.3g} {self.unit}",
            base,
            f"{self.measured:.2f}{scale}",
            f"≤ {self.target:g}{scale}",
            "ok" if self.good else "MISSED",
        )


def take_turns(
    ours: Callable[[], object], base: Callable[[], object], *, turns: int = 3
) -> tuple[float, float]:
    """The best seconds of each of two sides that alternate."""
    times = [(seconds(ours), seconds(base)) for _ in range(turns)]
    return min(t for t, _ in times), min(t for _, t in times)


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def wait(look: Callable[[], T], ended: Callable[[T], bool]) -> T:
    """Look until something has ended; gives the last look.

    Each look costs client and server some milliseconds of the two cores. So what takes long is
    looked at seldom, as any client does; of the time that is measured a fiftieth may be waited.
    """
    started = time.perf_counter()
    while not ended(found := look()):
        time.sleep(max(_POLL_S, _POLL_SHARE * (time.perf_counter() - started)))
    return found


def text_line(row: tuple[str, ...]) -> str:
    """A row for the terminal."""
    widths = (46, 10, 12, 10, 10, 6)
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def write(figures: Iterable[Figure], folder: Path) -> None:
    """Keep the figures as ``bench.json`` and as a Markdown table, ``bench.md``."""
    kept = list(figures)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [asdict(f) | {"measured": f.measured, "good": f.good} for f in kept]
    (folder / "bench.json").write_text(json.dumps(rows, indent=1) + "\n")
    lines = [HEAD[:-1], ("---",) * 5, *(f.row()[:-1] for f in kept)]
    (folder / "bench.md").write_text("".join(f"| {' | '.join(row)} |\n" for row in lines))
