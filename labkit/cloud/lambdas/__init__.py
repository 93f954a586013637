"""Lambda: moto keeps the functions, this package runs their Python code in processes of its own."""

from labkit.cloud.lambdas import (  # noqa: F401 (they register what they do)
    codes,
    invoke,
    judging,
    layers,
    listing,
    naming,
    numbering,
    queues,
    settings,
    streams,
    told,
    topics,
    urls,
)
