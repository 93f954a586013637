"""Redshift Spectrum: external schemas and tables, read from the lake where they lie.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c-using-spectrum.html
"""

from labkit.cloud.redshift.spectrum import catalogs, definitions, history, schemas, showing, tables

__all__ = ["catalogs", "definitions", "history", "schemas", "showing", "tables"]
