"""Lake Formation: who may do what with databases, tables, columns and rows."""

import labkit.cloud.lake_formation.expressions
import labkit.cloud.lake_formation.filters
import labkit.cloud.lake_formation.granting
import labkit.cloud.lake_formation.grants
import labkit.cloud.lake_formation.opting
import labkit.cloud.lake_formation.resources
import labkit.cloud.lake_formation.searching
import labkit.cloud.lake_formation.tags  # noqa: F401
