"""Policies of IAM in a stack: each is of a role, a group or a user, else AWS refuses it.

moto makes one of nobody. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html
"""

from __future__ import annotations

from typing import Any

from moto.iam import models

from labkit.cloud.stacks.calls import refused


def teach() -> None:
    """Put it before moto's."""
    backend: Any = models.IAMBackend
    backend.create_inline_policy = _of_somebody(backend.create_inline_policy)
    backend.update_inline_policy = _of_somebody(backend.update_inline_policy)


def _of_somebody(put: Any) -> Any:
    def done(self: Any, name: str, called: str, document: Any, *whose: list[str] | None) -> Any:
        if not any(whose):
            raise refused("At least one of [Groups,Roles,Users] must be non-empty.")
        return put(self, name, called, document, *whose)

    return done
