"""Which question an answer belongs to: its ``AnswerId`` is all that a caller keeps of it.

What the answer shows is computed anew for whoever looks at it, so that an id gives nothing away.
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.state import Records

MOST = 1000


def remember(cloud: Cloud, region: str, answer_id: str, topic_id: str, question: str) -> None:
    """Keep what was asked; the oldest is forgotten beyond `MOST`."""
    kept, key = _all(cloud), f"{region}/{answer_id}"
    value = {"topic": topic_id, "question": question}
    if kept.get(key) == value:
        return
    kept[key] = value
    for old in list(kept)[: len(kept) - MOST]:
        kept.pop(old, None)


def recall(cloud: Cloud, region: str, answer_id: str) -> dict[str, Any] | None:
    """The ``topic`` and the ``question`` of an answer."""
    return _all(cloud).get(f"{region}/{answer_id}")


def _all(cloud: Cloud) -> Records:
    return cloud.records("quicksight.answer_given")
