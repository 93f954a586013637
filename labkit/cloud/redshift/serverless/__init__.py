"""Redshift Serverless: namespaces and workgroups, the service ``redshift-serverless``."""

from labkit.cloud.redshift.serverless import deletions, namespaces, tagging, workgroups

__all__ = ["deletions", "namespaces", "tagging", "workgroups"]
