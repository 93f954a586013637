"""The Redshift Data API: SQL by HTTP, each statement run in the background under an id."""

from labkit.cloud.redshift.data_api import browsing, results, statements

__all__ = ["browsing", "results", "statements"]
