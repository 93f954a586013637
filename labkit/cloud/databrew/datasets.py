"""Data sets: where data lies and how it is to be read.

A name for a place, no more: nothing is read before a job or a session is. Source:
https://docs.aws.amazon.com/databrew/latest/dg/API_CreateDataset.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.databrew import records
from labkit.cloud.databrew.csv_options import check_delimiter
from labkit.cloud.databrew.expressions import BadExpression
from labkit.cloud.databrew.reading import databases, selection
from labkit.cloud.databrew.records import DATASET, JOB, PROJECT, Record, answers, lists, shown
from labkit.cloud.databrew.words import conflict, invalid
from labkit.cloud.operations import Answer, Context

SOURCES = {
    "S3InputDefinition": "S3",
    "DataCatalogInputDefinition": "DATA-CATALOG",
    "DatabaseInputDefinition": "DATABASE",
}
OPTIONS = ("Format", "FormatOptions", "PathOptions")


@answers("CreateDataset")
def create_dataset(
    context: Context, *, Name: str, Input: Record, Tags: Any = None, **members: Any
) -> Answer:
    """A new data set."""
    made = _checked(context, Input, members)
    records.create(context, DATASET, Name, {"Tags": Tags, **made})
    return {"Name": Name}


@answers("UpdateDataset")
def update_dataset(context: Context, *, Name: str, Input: Record, **members: Any) -> Answer:
    """Change a data set to what is given, as the method PUT says: what is left out goes."""
    changes = {**dict.fromkeys(OPTIONS), **_checked(context, Input, members)}
    records.update(context, DATASET, Name, changes)
    return {"Name": Name}


@answers("DescribeDataset")
def describe_dataset(context: Context, *, Name: str) -> Answer:
    return shown(records.find(context, DATASET, Name))


@lists("ListDatasets", "Datasets")
def list_datasets(context: Context) -> list[Record]:
    return [shown(record) for record in records.listed(context, DATASET)]


@answers("DeleteDataset")
def delete_dataset(context: Context, *, Name: str) -> Answer:
    """Drop a data set; its data stays.

    Source: https://docs.aws.amazon.com/databrew/latest/dg/API_DeleteDataset.html
    """
    records.find(context, DATASET, Name)
    for kind in (JOB, PROJECT):
        for user in records.listed(context, kind):
            if user.get("DatasetName") == Name:
                raise conflict(f"The dataset {Name} is used in {kind.name} {user['Name']}.")
    records.remove(context, DATASET, Name)
    return {"Name": Name}


def _checked(context: Context, source: Record, members: Record) -> Record:
    """The members of a data set, once they make sense together."""
    check_delimiter(members.get("FormatOptions"))
    kinds = [name for name in SOURCES if source.get(name)]
    if len(kinds) != 1:
        raise invalid("An input of a dataset must be in S3, in the Data Catalog or in a database.")
    if kinds == ["DatabaseInputDefinition"]:
        databases.check_input(context.cloud.account, source[kinds[0]])
    if kinds[0] == "S3InputDefinition":
        _check_path(source["S3InputDefinition"], members.get("PathOptions"))
    return {**members, "Input": source, "Source": SOURCES[kinds[0]]}


def _check_path(place: Record, options: Record | None) -> None:
    """Refuse a path that could never be read."""
    try:
        selection.check(place.get("Key", ""), options)
    except BadExpression as error:
        raise invalid(str(error)) from error
