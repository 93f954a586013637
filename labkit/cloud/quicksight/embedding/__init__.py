"""Embedded dashboards: URLs that open them once, sessions, and the pages behind them."""

from labkit.cloud.quicksight.embedding import urls

__all__ = ["urls"]
