"""The registry of a session's pages: one function and one line each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight.embedding.sessions import Embedding
from labkit.cloud.quicksight.words import invalid, not_found


@dataclass(frozen=True)
class Visit:
    """A request for a page of a session.

    Args:
        named: what the path names.
        query: the query's values.
    """

    cloud: Cloud
    embedding: Embedding
    named: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """A number of the query, within bounds.

        Raises:
            AwsError: it is none.
        """
        try:
            given = float(self.query.get(name, default))
        except ValueError as error:
            raise invalid(f"{name} is a number.") from error
        if not least <= given <= most:
            raise invalid(f"{name} is a number from {least:g} to {most:g}.")
        return given

    def json(self, name: str, default: Any) -> Any:
        """A value of the query that is written as JSON, of the default's type.

        Raises:
            AwsError: it is none.
        """
        try:
            given = json.loads(self.query[name]) if self.query.get(name) else default
        except ValueError as error:
            raise invalid(f"{name} is no JSON: {error}") from error
        if not isinstance(given, type(default)):
            raise invalid(f"{name} is written as {'a list' if default == [] else 'an object'}.")
        return given


Page = Callable[[Visit], Reply]
_PAGES: list[tuple[re.Pattern[str], Page]] = []


def page(pattern: str) -> Callable[[Page], Page]:
    """Register what answers the paths of a session that match a pattern."""

    def register(function: Page) -> Page:
        _PAGES.append((re.compile(pattern), function))
        return function

    return register


def find(path: str) -> tuple[Page, Mapping[str, str]]:
    """What answers a path, and what the path names.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    for pattern, function in _PAGES:
        if found := pattern.fullmatch(path):
            return function, found.groupdict()
    raise not_found(f"There is no page {path} in a session.")
