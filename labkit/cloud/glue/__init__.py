"""AWS Glue: the catalog, and crawlers that crawl. Importing this registers its operations."""

from labkit.cloud.glue import catalog, classifiers, crawlers, indexes, partitions, progress

__all__ = ["catalog", "classifiers", "crawlers", "indexes", "partitions", "progress"]
