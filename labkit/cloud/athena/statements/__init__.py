"""The statements that Athena runs, one module a family; importing this registers them all."""

from labkit.cloud.athena.statements import (
    alter,
    changes,
    create_table,
    ctas,
    databases,
    describe,
    drop,
    explain,
    external,
    insert,
    prepare,
    repair,
    select,
    show,
    unload,
    view,
)

__all__ = [
    "alter",
    "changes",
    "create_table",
    "ctas",
    "databases",
    "describe",
    "drop",
    "explain",
    "external",
    "insert",
    "prepare",
    "repair",
    "select",
    "show",
    "unload",
    "view",
]
