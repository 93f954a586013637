"""The handlers of Redshift's statements, one module a family."""

import labkit.cloud.redshift.warehouse.statements.alter
import labkit.cloud.redshift.warehouse.statements.alter_columns
import labkit.cloud.redshift.warehouse.statements.changes
import labkit.cloud.redshift.warehouse.statements.default_privileges
import labkit.cloud.redshift.warehouse.statements.dropping
import labkit.cloud.redshift.warehouse.statements.granting
import labkit.cloud.redshift.warehouse.statements.groups
import labkit.cloud.redshift.warehouse.statements.inserting
import labkit.cloud.redshift.warehouse.statements.maintenance
import labkit.cloud.redshift.warehouse.statements.masking_policies
import labkit.cloud.redshift.warehouse.statements.merging
import labkit.cloud.redshift.warehouse.statements.roles
import labkit.cloud.redshift.warehouse.statements.routine_changes
import labkit.cloud.redshift.warehouse.statements.routines
import labkit.cloud.redshift.warehouse.statements.row_policies
import labkit.cloud.redshift.warehouse.statements.schemas
import labkit.cloud.redshift.warehouse.statements.select
import labkit.cloud.redshift.warehouse.statements.settings
import labkit.cloud.redshift.warehouse.statements.showing
import labkit.cloud.redshift.warehouse.statements.showing_parts
import labkit.cloud.redshift.warehouse.statements.tables
import labkit.cloud.redshift.warehouse.statements.transactions
import labkit.cloud.redshift.warehouse.statements.users
import labkit.cloud.redshift.warehouse.statements.using
import labkit.cloud.redshift.warehouse.statements.views  # noqa: F401
