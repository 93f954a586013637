"""What one of CDK's functions is asked, and how it asks AWS: in its own role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labkit.cloud.access.service_roles import client_as
from labkit.cloud.cloud import Cloud
from labkit.cloud.stacks.kinds import Members


class Refused(Exception):
    """A function does not do what it is asked for, or this one here does not."""


@dataclass(frozen=True)
class Request:
    """A request of a custom resource to its function.

    Args:
        function: moto's record of it.
        event: as the function would get it.
    """

    cloud: Cloud
    function: Any
    event: Members

    @property
    def verb(self) -> str:
        """``Create``, ``Update`` or ``Delete``."""
        return str(self.event["RequestType"])

    @property
    def said(self) -> Members:
        """The resource's properties, of which all plain values are texts."""
        return dict(self.event["ResourceProperties"])

    @property
    def was(self) -> Members:
        """Its former properties, if it is changed."""
        return dict(self.event.get("OldResourceProperties") or {})

    def client(self, service: str, region: str = "") -> Any:
        """A client in the function's role."""
        where = region or self.function.region
        return client_as(self.cloud, self.function.role, "lambda.amazonaws.com", service, where)
