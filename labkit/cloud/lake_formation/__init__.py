"""Lake Formation: who may do what with databases, tables, columns and rows."""

from labkit.cloud.lake_formation import (
    expressions,
    filters,
    granting,
    grants,
    opting,
    resources,
    searching,
    tags,
)

__all__ = [
    "expressions",
    "filters",
    "granting",
    "grants",
    "opting",
    "resources",
    "searching",
    "tags",
]
