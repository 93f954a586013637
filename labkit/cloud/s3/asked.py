"""The sub-resources of the request that is being answered, for what moto does not pass on."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator, Mapping

_ASKED: contextvars.ContextVar[Mapping[str, str]] = contextvars.ContextVar("asked")


@contextlib.contextmanager
def asked_for(subresources: Mapping[str, str]) -> Iterator[None]:
    """While open, S3 answers a request for these sub-resources (``tagging``, ``versionId``)."""
    token = _ASKED.set(subresources)
    try:
        yield
    finally:
        _ASKED.reset(token)


def asked(name: str) -> str | None:
    """The value of a sub-resource; ``None`` where it is not asked for."""
    return _ASKED.get({}).get(name)
