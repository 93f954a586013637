"""Amazon QuickSight: data sets in SPICE, analyses and dashboards drawn, questions answered.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/Welcome.html
"""

from labkit.cloud.quicksight import (
    absent,
    accounts,
    bundles,
    data_sets,
    definitions,
    embedding,
    ingestions,
    questions,
    reports,
    sources,
    topics,
)

__all__ = [
    "absent",
    "accounts",
    "bundles",
    "data_sets",
    "definitions",
    "embedding",
    "ingestions",
    "questions",
    "reports",
    "sources",
    "topics",
]
