"""The operations on data sources: made, tried, changed, searched and deleted.

A data source is tried when it is made; one that cannot be reached is kept with the status that it
failed and with why. Its credentials are kept and never told. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateDataSource.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records, search, sharing
from labkit.cloud.quicksight.accounts import members as folders
from labkit.cloud.quicksight.kinds import DATA_SOURCE
from labkit.cloud.quicksight.records import Record, answers, lists, shown
from labkit.cloud.quicksight.sources import athena, redshift, s3
from labkit.cloud.quicksight.sources.access import reader_of
from labkit.cloud.quicksight.sources.failures import EXPECTED, SourceError, told
from labkit.cloud.quicksight.words import invalid, not_found

_TOLD = ("Arn", "DataSourceId", "Name", "Type", "CreatedTime", "LastUpdatedTime")
#: An ingestion's error as a data source's.
_ERRORS = {
    "PERMISSION_DENIED": "ACCESS_DENIED",
    "FAILURE_TO_ASSUME_ROLE": "ACCESS_DENIED",
    "S3_FILE_INACCESSIBLE": "ACCESS_DENIED",
    "INVALID_DATA_SOURCE_CONFIG": "GENERIC_SQL_FAILURE",
}
#: The parameters that a kind of data source needs, where their name does not follow from it.
_PARAMETERS = {"ATHENA": "AthenaParameters", "S3": "S3Parameters", "REDSHIFT": "RedshiftParameters"}

sharing.register(DATA_SOURCE)


@answers("CreateDataSource")
def create_data_source(
    context: Context,
    *,
    DataSourceId: str,
    Name: str,
    Type: str,
    DataSourceParameters: Record | None = None,
    Credentials: Record | None = None,
    Permissions: list[Record] | None = None,
    Tags: list[Record] | None = None,
    FolderArns: list[str] | None = None,
    **members: Any,
) -> Answer:
    """A new data source, tried at once."""
    parameters, credentials = _copied(context, DataSourceParameters, Credentials)
    _check_parameters(Type, parameters)
    folders.check(context, FolderArns)
    made = {"Name": Name, "Type": Type, "DataSourceParameters": parameters, **members}
    private = {"maker": context.principal.arn, "credentials": credentials}
    made |= _status(context.cloud, context.region, {**made, "_": private}, "CREATION")
    with context.cloud.state.together():
        record = records.create(
            context, DATA_SOURCE, DataSourceId, made | _secret(credentials),
            permissions=Permissions, tags=Tags, private=private,
        )  # fmt: skip
        folders.join(context, FolderArns, record["Arn"])
    return {**shown(record, "Arn", "DataSourceId"), "CreationStatus": record["Status"],
            "Status": 202}  # fmt: skip


@answers("UpdateDataSource")
def update_data_source(
    context: Context,
    *,
    DataSourceId: str,
    Name: str,
    DataSourceParameters: Record | None = None,
    Credentials: Record | None = None,
    **members: Any,
) -> Answer:
    """Change a data source, and try it again."""
    former = records.find(context, DATA_SOURCE, DataSourceId)
    given = DataSourceParameters or former["DataSourceParameters"]
    parameters, credentials = _copied(context, given, Credentials)
    changed = {"Name": Name, "DataSourceParameters": parameters, **members}
    _check_parameters(former["Type"], parameters)
    private = former["_"] | {"maker": context.principal.arn}
    if credentials:
        private |= {"credentials": credentials}
    tried = {**former, **changed, "_": private}
    changed |= {"ErrorInfo": None} | _status(context.cloud, context.region, tried, "UPDATE")
    if credentials:
        changed |= {"SecretArn": None} | _secret(credentials)
    with context.cloud.state.together():
        records.update(context, DATA_SOURCE, DataSourceId, changed)
        record = records.keep(context, DATA_SOURCE, DataSourceId, **private)
    return {**shown(record, "Arn", "DataSourceId"), "UpdateStatus": record["Status"],
            "Status": 202}  # fmt: skip


@answers("DescribeDataSource")
def describe_data_source(context: Context, *, DataSourceId: str) -> Answer:
    return {"DataSource": shown(records.find(context, DATA_SOURCE, DataSourceId))}


@lists("ListDataSources", "DataSources")
def list_data_sources(context: Context) -> list[Record]:
    return [shown(record) for record in records.listed(context, DATA_SOURCE)]


@lists("SearchDataSources", "DataSourceSummaries")
def search_data_sources(context: Context, *, Filters: list[Record]) -> list[Record]:
    return [shown(each, *_TOLD) for each in search.matching(context, DATA_SOURCE, Filters)]


@answers("DeleteDataSource")
def delete_data_source(context: Context, *, DataSourceId: str) -> Answer:
    """Drop a data source; data sets upon it stay, and cannot be refreshed."""
    return shown(records.remove(context, DATA_SOURCE, DataSourceId), "Arn", "DataSourceId")


def _copied(
    context: Context, parameters: Record | None, credentials: Record | None
) -> tuple[Record, Record]:
    """Parameters and credentials, of the data source that they are copied from where they are."""
    source = (credentials or {}).get("CopySourceArn")
    if not source:
        return parameters or {}, credentials or {}
    found = records.look_up(context.cloud, context.region, DATA_SOURCE, source.rpartition("/")[2])
    if found is None:
        raise not_found(f"The data source {source} is not found.")
    return parameters or found["DataSourceParameters"], found["_"].get("credentials") or {}


def _check_parameters(kind: str, parameters: Record) -> None:
    given = [name for name, value in parameters.items() if value is not None]
    wanted = _PARAMETERS.get(kind)
    if len(given) > 1 or (wanted and given not in ([wanted], [])):
        raise invalid(
            f"The parameters {', '.join(given)} are not for a data source of type {kind}."
        )
    if wanted and not given and kind != "ATHENA":
        raise invalid(f"A data source of the type {kind} needs {wanted}.")


def _secret(credentials: Record) -> Record:
    arn = credentials.get("SecretArn")
    return {"SecretArn": arn} if arn else {}


def _status(cloud: Cloud, region: str, source: Record, action: str) -> Record:
    """The status of a data source, and why it is a bad one."""
    try:
        _CHECKS.get(source["Type"], _unchecked)(cloud, region, source)
    except (SourceError, *EXPECTED) as error:
        kind, message = told(error)
        info = {"Type": _ERRORS.get(kind, "UNKNOWN"), "Message": message}
        return {"Status": f"{action}_FAILED", "ErrorInfo": info}
    return {"Status": f"{action}_SUCCESSFUL"}


def _check_athena(cloud: Cloud, region: str, source: Record) -> None:
    reader_of(cloud, source)
    athena.check_workgroup(cloud, region, source)


def _check_s3(cloud: Cloud, region: str, source: Record) -> None:
    s3.check(cloud, reader_of(cloud, source), region, source)


def _unchecked(cloud: Cloud, region: str, source: Record) -> None:
    """A kind that is kept and not reached; a data set upon it says so when it is read."""


_CHECKS: dict[str, Callable[[Cloud, str, Record], None]] = {
    "ATHENA": _check_athena,
    "REDSHIFT": redshift.check,
    "S3": _check_s3,
}
