"""Topics: what Q knows of data sets, who may ask, and the answers that authors have reviewed."""

from labkit.cloud.quicksight.topics import answers, operations, refreshing

__all__ = ["answers", "operations", "refreshing"]
