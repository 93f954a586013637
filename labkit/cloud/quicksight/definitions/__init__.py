"""Analyses, dashboards and templates: their definitions, judged, stored, versioned and shared."""
