"""The insight: computations told in sentences, or in its own narrative."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labkit.cloud.quicksight.visuals.computation import Computation
from labkit.cloud.quicksight.visuals.computations import COMPUTATIONS
from labkit.cloud.quicksight.visuals.model import Field, VisualData
from labkit.cloud.quicksight.visuals.narrative import narrated, words
from labkit.cloud.quicksight.visuals.request import Request

Json = Mapping[str, Any]
_NARRATIVE = Field("narrative", "Narrative", "Insight", "text", "")


def insight(request: Request) -> VisualData:
    """A row a computation, or a block of the insight's own narrative: a sentence.

    The numbers are under ``computations``, by the computations' ids.
    """
    configuration = request.wells.body.get("InsightConfiguration") or {}
    found: dict[str, dict[str, Any]] = {}
    texts: dict[str, str] = {}
    for each in configuration.get("Computations") or ():
        [(kind, body)] = each.items()
        of = Computation(request, body)
        numbers, sentence = COMPUTATIONS[kind](of)
        found[body["ComputationId"]] = {"kind": kind, **numbers, "sentence": sentence}
        texts |= _texts(of, kind, numbers)
    narrative = (configuration.get("CustomNarrative") or {}).get("Narrative")
    sentences = [each["sentence"] for each in found.values()]
    marked = ""
    if narrative:
        sentences, marked = narrated(narrative, texts, request.notes)
    return VisualData(
        (_NARRATIVE,),
        [(sentence,) for sentence in sentences],
        computations=found,
        not_drawn=tuple(request.notes),
        narrative=marked,
    )


def _texts(of: Computation, kind: str, numbers: Json) -> dict[str, str]:
    """What the narrative's expressions may name of a computation, by its name or its id."""
    labels = {name: of.field(name).label for name in (*of.dimensions, *of.measures)}
    own = words(kind, numbers, labels, of.say)
    names = {of.body["ComputationId"], of.body.get("Name") or of.body["ComputationId"]}
    return {f"{name}.{path}": text for name in names for path, text in own.items()}
