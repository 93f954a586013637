"""Where a warehouse's clients connect: a host and a port of this machine.

Whoever listens for clients puts itself into `LISTENERS`; until then a warehouse has the port that
it was given, where nobody answers.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.cloud import Cloud

HOST, PORT = "localhost", 5439
#: (cloud, key, port) → where a warehouse's clients are answered, ``None`` for nowhere; the port is
#: the one that it was made with.
LISTENERS: list[Callable[[Cloud, str, int], tuple[str, int] | None]] = []
#: (cloud, key) → what is done when a warehouse is gone for good, or has another key.
CLOSERS: list[Callable[[Cloud, str], None]] = []


def endpoint_of(cloud: Cloud, key: str, port: int = PORT) -> tuple[str, int]:
    """The host and port of a warehouse; ``port`` is the one that it was made with."""
    found = (listener(cloud, key, port) for listener in LISTENERS)
    return next((place for place in found if place), (HOST, port))


def close_endpoint(cloud: Cloud, key: str) -> None:
    """Let nobody connect to a warehouse any more."""
    for closer in CLOSERS:
        closer(cloud, key)
