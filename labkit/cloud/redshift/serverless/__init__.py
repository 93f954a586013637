"""Redshift Serverless: namespaces and workgroups, the service ``redshift-serverless``."""

import labkit.cloud.redshift.serverless.absent
import labkit.cloud.redshift.serverless.actions
import labkit.cloud.redshift.serverless.credentials
import labkit.cloud.redshift.serverless.deletions
import labkit.cloud.redshift.serverless.limits
import labkit.cloud.redshift.serverless.namespaces
import labkit.cloud.redshift.serverless.policies
import labkit.cloud.redshift.serverless.snapshots
import labkit.cloud.redshift.serverless.table_restores
import labkit.cloud.redshift.serverless.tagging
import labkit.cloud.redshift.serverless.usage
import labkit.cloud.redshift.serverless.workgroups  # noqa: F401
