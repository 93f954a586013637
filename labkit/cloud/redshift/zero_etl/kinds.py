"""Integrations on record."""

from __future__ import annotations

from pathlib import Path

from labkit.cloud.cloud import Cloud
from labkit.cloud.redshift.records import Kind, Record

INTEGRATION = Kind(
    "integration",
    ("IntegrationNotFoundFault", "Integration {} does not exist."),
    ("IntegrationAlreadyExistsFault", "Integration {} already exists."),
    "Status",
)
#: The tag that says where the source's SQLite file is.
FILE_TAG = "labkit:sqlite-file"


def id_of(record: Record) -> str:
    """An integration's id, by which a database is made from it."""
    return str(record["IntegrationArn"].rpartition(":")[2])


def namespace_of(record: Record) -> str:
    """The namespace that it brings its changes to."""
    return str(record["TargetArn"].rpartition(":")[2].rpartition("/")[2])


def source_file(cloud: Cloud, region: str, name: str) -> Path:
    """Where the database of a source cluster is."""
    return cloud.home / "rds" / region / f"{name}.sqlite"
