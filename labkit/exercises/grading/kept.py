"""References that are kept: what is right changes only with the question, the data and their code.

They lie beside the prepared clouds, where no confined process can read.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path

from labkit.exercises.grading import variants
from labkit.exercises.grading.variants import Variant
from labkit.exercises.question import Question
from labkit.exercises.values import Plain

LABS = "labkit.exercises.lab"
FILE = "right.json"


def right(question: Question, variant: Variant, compute: Callable[[], Plain]) -> Plain:
    """The reference's answer in its plain form, computed when it was not kept.

    Only what a lab's own modules compute is kept: of these the sources are known.
    """
    made_by = question.reference
    if not getattr(made_by, "__module__", "").startswith(LABS):
        return compute()
    parts = (_sources(), made_by.__module__, made_by.__qualname__, repr(variant))
    name = f"{question.id}-{variant.name}-{variants.digest(parts)}"
    folder = variants.once(variants.cache() / "references" / name, _write(compute))
    found: Plain = json.loads((folder / FILE).read_bytes())
    return found


def _write(compute: Callable[[], Plain]) -> Callable[[Path], object]:
    return lambda folder: (folder / FILE).write_text(json.dumps(compute()), encoding="utf-8")


@functools.cache
def _sources() -> str:
    """A digest of what references are computed by: the questions, what they use, the data."""
    return variants.sources("labkit/exercises", "seeds")
