"""Who may do what: bucket policies, KMS key policies, roles. (placeholder, being written)"""

from __future__ import annotations

from typing import Any


def authorize_s3(cloud: Any, request: Any) -> None:
    """Raise AccessDenied unless the caller may make this S3 request."""


def authorize_object(cloud: Any, principal: Any, action: str, bucket: str, key: str) -> None:
    """Raise AccessDenied unless a principal may do this to an object (or list a prefix)."""
