"""The handlers of Redshift's statements, one module a family."""

from labkit.cloud.redshift.warehouse.statements import (
    alter,
    changes,
    default_privileges,
    dropping,
    granting,
    maintenance,
    masking_policies,
    merging,
    routines,
    row_policies,
    schemas,
    select,
    tables,
    transactions,
    users,
    views,
)

__all__ = [
    "alter",
    "changes",
    "default_privileges",
    "dropping",
    "granting",
    "maintenance",
    "masking_policies",
    "merging",
    "routines",
    "row_policies",
    "schemas",
    "select",
    "tables",
    "transactions",
    "users",
    "views",
]
