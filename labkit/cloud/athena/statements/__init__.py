"""The statements that Athena runs, one module a family; importing this registers them all."""

from labkit.cloud.athena.statements import (
    alter,
    create_table,
    databases,
    describe,
    drop,
    repair,
    select,
    show,
)

__all__ = ["alter", "create_table", "databases", "describe", "drop", "repair", "select", "show"]
