"""Lake Formation's records of permissions and tags, which nothing here is judged by."""

from labkit.cloud.lake_formation import granting, grants, tags

__all__ = ["granting", "grants", "tags"]
