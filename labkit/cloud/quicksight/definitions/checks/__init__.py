"""The checks of a definition: importing this registers them all."""

from labkit.cloud.quicksight.definitions.checks import columns, ids, layouts, references, values

__all__ = ["columns", "ids", "layouts", "references", "values"]
