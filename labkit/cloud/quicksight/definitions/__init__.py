"""Analyses, dashboards and templates: their definitions, judged, stored, versioned and shared."""

from labkit.cloud.quicksight.definitions import analyses, dashboards, templates

__all__ = ["analyses", "dashboards", "templates"]
