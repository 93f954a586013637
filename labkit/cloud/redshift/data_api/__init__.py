"""The Redshift Data API: SQL by HTTP, each statement run in the background under an id."""

from labkit.cloud.redshift.data_api import browsing, listing, results, sessions, statements

__all__ = ["browsing", "listing", "results", "sessions", "statements"]
