"""The resources of provisioned Redshift, each with its two usual refusals."""

from __future__ import annotations

from labkit.cloud.redshift.records import Kind

CLUSTER = Kind(
    "cluster",
    ("ClusterNotFoundFault", "Cluster {} not found."),
    ("ClusterAlreadyExistsFault", "Cluster already exists"),
    "ClusterStatus",
)
SNAPSHOT = Kind(
    "snapshot",
    ("ClusterSnapshotNotFoundFault", "Snapshot {} not found."),
    (
        "ClusterSnapshotAlreadyExistsFault",
        "Cannot create the snapshot because a snapshot with the identifier {} already exists",
    ),
    "Status",
    failed="failed",
)
PARAMETER_GROUP = Kind(
    "parameter-group",
    ("ClusterParameterGroupNotFoundFault", "ClusterParameterGroup not found: {}"),
    ("ClusterParameterGroupAlreadyExistsFault", "The parameter group {} already exists."),
)
SECURITY_GROUP = Kind(
    "security-group",
    ("ClusterSecurityGroupNotFoundFault", "Security group {} not found."),
    ("ClusterSecurityGroupAlreadyExistsFault", "The security group {} already exists."),
)
SUBNET_GROUP = Kind(
    "subnet-group",
    ("ClusterSubnetGroupNotFoundFault", "Subnet group {} not found."),
    ("ClusterSubnetGroupAlreadyExistsFault", "The subnet group {} already exists."),
)
SNAPSHOT_SCHEDULE = Kind(
    "snapshot-schedule",
    ("SnapshotScheduleNotFoundFault", "The snapshot schedule {} does not exist."),
    ("SnapshotScheduleAlreadyExistsFault", "The snapshot schedule {} already exists."),
)
USAGE_LIMIT = Kind(
    "usage-limit",
    ("UsageLimitNotFoundFault", "The usage limit {} does not exist."),
    ("UsageLimitAlreadyExistsFault", "The usage limit {} already exists."),
)
SCHEDULED_ACTION = Kind(
    "scheduled-action",
    ("ScheduledActionNotFoundFault", "The scheduled action {} does not exist."),
    ("ScheduledActionAlreadyExistsFault", "The scheduled action {} already exists."),
)
COPY_GRANT = Kind(
    "copy-grant",
    ("SnapshotCopyGrantNotFoundFault", "Snapshot copy grant not found: {}"),
    (
        "SnapshotCopyGrantAlreadyExistsFault",
        "Cannot create the snapshot copy grant because one of the identifier '{}' already exists",
    ),
)
AUTHENTICATION_PROFILE = Kind(
    "authentication-profile",
    ("AuthenticationProfileNotFoundFault", "The authentication profile {} does not exist."),
    ("AuthenticationProfileAlreadyExistsFault", "The authentication profile {} already exists."),
)
TABLE_RESTORE = Kind(
    "table-restore",
    ("TableRestoreNotFoundFault", "The table restore request {} does not exist."),
    ("TableRestoreNotFoundFault", "The table restore request {} already exists."),
    "Status",
)
SUBSCRIPTION = Kind(
    "event-subscription",
    ("SubscriptionNotFoundFault", "Subscription {} not found."),
    ("SubscriptionAlreadyExistFault", "Subscription {} already exists."),
)
