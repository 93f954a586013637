"""Redshift Serverless: namespaces and workgroups, the service ``redshift-serverless``."""

from labkit.cloud.redshift.serverless import (
    absent,
    actions,
    credentials,
    deletions,
    limits,
    namespaces,
    policies,
    snapshots,
    tagging,
    usage,
    workgroups,
)

__all__ = [
    "absent",
    "actions",
    "credentials",
    "deletions",
    "limits",
    "namespaces",
    "policies",
    "snapshots",
    "tagging",
    "usage",
    "workgroups",
]
