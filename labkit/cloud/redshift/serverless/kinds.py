"""The resources of Redshift Serverless, each with its two usual refusals."""

from __future__ import annotations

from labkit.cloud.redshift.records import Kind

SERVICE = "redshift-serverless"
_MISSING, _TAKEN = "ResourceNotFoundException", "ConflictException"
NAMESPACE = Kind(
    "namespace",
    (_MISSING, "The namespace {} was not found."),
    (_TAKEN, "Namespace {} already exists."),
    "status",
    SERVICE,
)
WORKGROUP = Kind(
    "workgroup",
    (_MISSING, "The workgroup {} was not found."),
    (_TAKEN, "Workgroup {} already exists."),
    "status",
    SERVICE,
)
