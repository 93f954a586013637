"""Jobs: what is done with a data set, when, and what each run of it leaves."""

from labkit.cloud.databrew.jobs import jobs, runs, schedules

__all__ = ["jobs", "runs", "schedules"]
