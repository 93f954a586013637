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
    "AVAILABLE",
)
WORKGROUP = Kind(
    "workgroup",
    (_MISSING, "The workgroup {} was not found."),
    (_TAKEN, "Workgroup {} already exists."),
    "status",
    SERVICE,
    "AVAILABLE",
)
SNAPSHOT = Kind(
    "namespace-snapshot",
    (_MISSING, "The snapshot {} was not found."),
    (_TAKEN, "Snapshot {} already exists."),
    "status",
    SERVICE,
    "FAILED",
)
RECOVERY_POINT = Kind(
    "recovery-point",
    (_MISSING, "The recovery point {} was not found."),
    (_TAKEN, "Recovery point {} already exists."),
    "status",
    SERVICE,
    "FAILED",
)
TABLE_RESTORE = Kind(
    "serverless-table-restore",
    (_MISSING, "The table restore request {} was not found."),
    (_TAKEN, "Table restore request {} already exists."),
    "status",
    SERVICE,
    "FAILED",
)
USAGE_LIMIT = Kind(
    "serverless-limit",
    (_MISSING, "The usage limit {} was not found."),
    (_TAKEN, "Usage limit {} already exists."),
    service=SERVICE,
)
SCHEDULED_ACTION = Kind(
    "serverless-action",
    (_MISSING, "The scheduled action {} was not found."),
    (_TAKEN, "Scheduled action {} already exists."),
    service=SERVICE,
)
