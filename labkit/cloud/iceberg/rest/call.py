"""One request to the Iceberg REST endpoint, and Glue's API as its caller may use it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labkit.cloud import endings
from labkit.cloud.operations import Answer, Context, handler_of

Allowed = Callable[[str, str, dict[str, Any]], Context]


@dataclass(frozen=True)
class Call:
    """One request.

    Args:
        account: whose catalog it is.
        allowed: the context of a call of Glue's; it raises where the caller may not make it.
        endpoint: where the local AWS was asked.
        query: the parameters of the address.
        said: the body.
        names: what the address names: a namespace, a table.
    """

    account: str
    allowed: Allowed
    endpoint: str
    query: dict[str, str]
    said: Answer
    names: tuple[str, ...]

    @property
    def database(self) -> str:
        return self.names[0]

    @property
    def table(self) -> dict[str, Any]:
        """Members that name the table."""
        return {"DatabaseName": self.database, "Name": self.names[1]}

    def glue(self, name: str, **asked: Any) -> Answer:
        """The answer of Glue's API."""
        context, handler = self.allowed("glue", name, asked), handler_of("glue", name)
        assert handler is not None
        answer = handler(context, **asked) or {}
        if endings.concerns("glue", name):
            endings.end(context, asked)
        return answer

    def page(self) -> dict[str, Any]:
        """Members that ask for one page."""
        size, token = self.query.get("pageSize", ""), self.query.get("pageToken")
        return ({"MaxResults": int(size)} if size.isdecimal() else {}) | (
            {"NextToken": token} if token else {}
        )
