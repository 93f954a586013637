"""AWS Glue: the catalog, and crawlers that crawl. Importing this registers its operations."""

from labkit.cloud.glue import (
    catalog,
    classifiers,
    crawlers,
    functions,
    indexes,
    jobs,
    partitions,
    progress,
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
    "crawlers",
    "functions",
    "indexes",
    "jobs",
    "partitions",
    "progress",
    "search",
    "sessions",
    "statistics",
    "timetable",
    "triggers",
    "versions",
]
