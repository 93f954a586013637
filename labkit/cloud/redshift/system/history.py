"""System relations."""
