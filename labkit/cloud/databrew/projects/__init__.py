"""Projects: recipes written step by step on a sample, in a session that shows each step's rows."""

from labkit.cloud.databrew.projects import projects, sessions

__all__ = ["projects", "sessions"]
