"""AWS Glue: the catalog, and crawlers that crawl. Importing this registers its operations."""

from labkit.cloud.glue import (
    catalog,
    classifiers,
    connections,
    crawlers,
    functions,
    indexes,
    jobs,
    partitions,
    progress,
    registries,
    search,
    sessions,
    statistics,
    timetable,
    triggers,
    versions,
)

__all__ = [
    "catalog",
    "classifiers",
    "connections",
    "crawlers",
    "functions",
    "indexes",
    "jobs",
    "partitions",
    "progress",
    "registries",
    "search",
    "sessions",
    "statistics",
    "timetable",
    "triggers",
    "versions",
]
