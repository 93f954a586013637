"""Provisioned clusters: the operations of the service ``redshift``."""

import labkit.cloud.redshift.clusters.absent
import labkit.cloud.redshift.clusters.actions
import labkit.cloud.redshift.clusters.changing
import labkit.cloud.redshift.clusters.clusters
import labkit.cloud.redshift.clusters.copies
import labkit.cloud.redshift.clusters.credentials
import labkit.cloud.redshift.clusters.events
import labkit.cloud.redshift.clusters.limits
import labkit.cloud.redshift.clusters.logs
import labkit.cloud.redshift.clusters.networks
import labkit.cloud.redshift.clusters.offers
import labkit.cloud.redshift.clusters.parameters
import labkit.cloud.redshift.clusters.pausing
import labkit.cloud.redshift.clusters.profiles
import labkit.cloud.redshift.clusters.resizing
import labkit.cloud.redshift.clusters.restoring
import labkit.cloud.redshift.clusters.schedules
import labkit.cloud.redshift.clusters.snapshotting
import labkit.cloud.redshift.clusters.state
import labkit.cloud.redshift.clusters.subscriptions
import labkit.cloud.redshift.clusters.tables
import labkit.cloud.redshift.clusters.tags
import labkit.cloud.redshift.clusters.works  # noqa: F401
