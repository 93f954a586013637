"""The folders that a new data source or data set is put into."""

from __future__ import annotations

from collections.abc import Sequence

from labkit.cloud.operations import Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.accounts import members
from labkit.cloud.quicksight.kinds import FOLDER
from labkit.cloud.quicksight.records import Record


def check(context: Context, arns: Sequence[str] | None) -> None:
    """Raise unless all the folders are there."""
    for arn in arns or ():
        records.find(context, FOLDER, arn.rpartition("/")[2])


def put_into(context: Context, arns: Sequence[str] | None, record: Record) -> None:
    """Put a resource into folders."""
    members.join(context, list(arns or ()), record["Arn"])
