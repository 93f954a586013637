"""Asset bundles: assets and what they depend on as one file, and such files as assets again."""

from labkit.cloud.quicksight.bundles import exports, imports

__all__ = ["exports", "imports"]
