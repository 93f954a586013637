"""Who hears that a crawl or a job's run has ended: conditional triggers, which start others."""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.cloud import Cloud

#: The cloud, the region, ``CrawlerName`` or ``JobName``, the name, the state that it ended in.
HEARERS: list[Callable[[Cloud, str, str, str, str], None]] = []


def ended(cloud: Cloud, region: str, what: str, name: str, state: str) -> None:
    """Tell of an end, once it is on record; called outside of Glue's changes."""
    for hear in HEARERS:
        hear(cloud, region, what, name, state)
