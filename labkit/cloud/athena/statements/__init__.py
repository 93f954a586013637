"""The statements that Athena runs, one module a family; importing this registers them all."""

import labkit.cloud.athena.statements.alter
import labkit.cloud.athena.statements.changes
import labkit.cloud.athena.statements.create_table
import labkit.cloud.athena.statements.ctas
import labkit.cloud.athena.statements.databases
import labkit.cloud.athena.statements.describe
import labkit.cloud.athena.statements.drop
import labkit.cloud.athena.statements.explain
import labkit.cloud.athena.statements.external
import labkit.cloud.athena.statements.insert
import labkit.cloud.athena.statements.prepare
import labkit.cloud.athena.statements.repair
import labkit.cloud.athena.statements.select
import labkit.cloud.athena.statements.show
import labkit.cloud.athena.statements.unload
import labkit.cloud.athena.statements.view  # noqa: F401
