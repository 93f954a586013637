"""Amazon QuickSight: data sets in SPICE, analyses and dashboards drawn, questions answered.

Data comes by `sources` and `data_sets` through `ingestions` into `spice`; `definitions` are what
authors make of it, `visuals` the data that these show, `render` the pictures, `embedding` the
pages, `reports` the files. `calc` is the language of calculated fields; `topics` and
`questions` are Q.

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
