"""The handlers of Redshift's statements, one module a family."""

from labkit.cloud.redshift.warehouse.statements import select

__all__ = ["select"]
