"""Data quality: rulesets, and whether a data set meets them."""

from labkit.cloud.databrew.quality import rulesets

__all__ = ["rulesets"]
