"""What moto's stacks ask of a type of resource, in fewer words."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

from moto.core.common_models import CloudFormationModel

from labkit.cloud.stacks.kinds import Members


class Model(CloudFormationModel):
    """A resource that its stack makes by ``made`` and changes by ``changed``."""

    @classmethod
    @abstractmethod
    def made(cls, definition: Members, name: str, **told: Any) -> Self:
        """Make what a template defines; the name is for one that it does not name."""

    @classmethod
    @abstractmethod
    def changed(cls, old: Any, definition: Members, name: str) -> Self:
        """Make of a resource what the template now says, or another one in its place."""

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Members,
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> Self:
        return cls.made(cloudformation_json, resource_name, **kwargs)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Members,
        account_id: str,
        region_name: str,
    ) -> Self:
        return cls.changed(original_resource, cloudformation_json, new_resource_name)
