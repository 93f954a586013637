"""AWS Glue: the catalog, and crawlers that crawl. Importing this registers its operations."""

import labkit.cloud.glue.catalog
import labkit.cloud.glue.catalogs
import labkit.cloud.glue.classifiers
import labkit.cloud.glue.column_tasks
import labkit.cloud.glue.connections
import labkit.cloud.glue.crawlers
import labkit.cloud.glue.evolution
import labkit.cloud.glue.flow_graphs
import labkit.cloud.glue.functions
import labkit.cloud.glue.indexes
import labkit.cloud.glue.jobs
import labkit.cloud.glue.optimizers
import labkit.cloud.glue.partitions
import labkit.cloud.glue.progress
import labkit.cloud.glue.quality
import labkit.cloud.glue.registries
import labkit.cloud.glue.schema_diffs
import labkit.cloud.glue.schema_metadata
import labkit.cloud.glue.search
import labkit.cloud.glue.sessions
import labkit.cloud.glue.statistics
import labkit.cloud.glue.timetable
import labkit.cloud.glue.triggers
import labkit.cloud.glue.versions
import labkit.cloud.glue.workflows  # noqa: F401
