"""Amazon Athena: SQL over the lake.

``executions`` starts and follows queries, ``statement`` and ``statements`` say what each statement
does, ``results`` answers with rows; ``workgroups``, ``named``, ``prepared``, ``catalogs`` and
``reservations`` are the records around them.
"""

from labkit.cloud.athena import (
    catalogs,
    executions,
    named,
    prepared,
    reservations,
    results,
    statements,
    tags,
    workgroups,
)

__all__ = [
    "catalogs",
    "executions",
    "named",
    "prepared",
    "reservations",
    "results",
    "statements",
    "tags",
    "workgroups",
]
