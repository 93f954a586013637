"""Redshift Serverless: namespaces and workgroups, the service ``redshift-serverless``."""

from labkit.cloud.redshift.serverless import credentials, deletions, namespaces, tagging, workgroups

__all__ = ["credentials", "deletions", "namespaces", "tagging", "workgroups"]
