"""Redshift in the local AWS."""
