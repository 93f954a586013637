"""DataBrew: data sets, recipes, and jobs that run them, every operation our own.

Source: https://docs.aws.amazon.com/databrew/latest/dg/api-reference.html
"""

from labkit.cloud.databrew import (
    datasets,
    deletions,
    jobs,
    projects,
    recipes,
    rulesets,
    runs,
    schedules,
    sessions,
    tags,
)

__all__ = [
    "datasets",
    "deletions",
    "jobs",
    "projects",
    "recipes",
    "rulesets",
    "runs",
    "schedules",
    "sessions",
    "tags",
]
