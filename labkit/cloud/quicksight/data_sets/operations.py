"""The operations on data sets: made, changed, told, searched and deleted.

To make or change a data set of the mode ``SPICE`` starts an import, which the answer names. Source:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateDataSet.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records, search, sharing
from labkit.cloud.quicksight.accounts import members as folders
from labkit.cloud.quicksight.data_sets.checks import checked
from labkit.cloud.quicksight.ingestions import running
from labkit.cloud.quicksight.kinds import DATA_SET, DATA_SOURCE
from labkit.cloud.quicksight.records import Record, answers, lists, shown
from labkit.cloud.quicksight.sources.s3 import usual_settings
from labkit.cloud.quicksight.spice.opening import spice_states

_TOLD = ("Arn", "DataSetId", "Name", "CreatedTime", "LastUpdatedTime", "ImportMode",
         "RowLevelPermissionDataSet", "UseAs")  # fmt: skip
#: What `UpdateDataSet` drops where it is not given.
_WHOLE = ("LogicalTableMap", "ColumnGroups", "FieldFolders", "RowLevelPermissionDataSet",
          "RowLevelPermissionTagConfiguration", "ColumnLevelPermissionRules",
          "DataSetUsageConfiguration", "DatasetParameters", "PerformanceConfiguration",
          "DataPrepConfiguration", "SemanticModelConfiguration")  # fmt: skip

sharing.register(DATA_SET)


@answers("CreateDataSet")
def create_data_set(
    context: Context,
    *,
    DataSetId: str,
    Permissions: list[Record] | None = None,
    Tags: list[Record] | None = None,
    FolderArns: list[str] | None = None,
    **members: Any,
) -> Answer:
    """A new data set; its import begins at once."""
    made = checked(context, DataSetId, members)
    folders.check(context, FolderArns)
    with context.cloud.state.together():
        record = records.create(
            context, DATA_SET, DataSetId, made, permissions=Permissions, tags=Tags,
            private={"revision": 1},
        )  # fmt: skip
        folders.join(context, FolderArns, record["Arn"])
        return {**_imported(context, record, "INITIAL_INGESTION"), "Status": 201}


@answers("UpdateDataSet")
def update_data_set(context: Context, *, DataSetId: str, **members: Any) -> Answer:
    """Another definition of a data set; what it had before is queried until it is imported."""
    former = records.find(context, DATA_SET, DataSetId)
    changed = dict.fromkeys(_WHOLE) | checked(context, DataSetId, members)
    with context.cloud.state.together():
        records.update(context, DATA_SET, DataSetId, changed)
        revision = former["_"]["revision"] + 1
        record = records.keep(context, DATA_SET, DataSetId, revision=revision)
        in_spice = record["ImportMode"] == "SPICE"
        gone = [] if in_spice else running.forget(context.cloud, context.region, DataSetId)
        told = _imported(context, record, "EDIT")
    running.delete(context.cloud, gone)
    return told


@answers("DescribeDataSet")
def describe_data_set(context: Context, *, DataSetId: str) -> Answer:
    record = records.find(context, DATA_SET, DataSetId)
    state = spice_states(context.cloud).get(f"{context.region}/{DataSetId}", {})
    consumed = {"ConsumedSpiceCapacityInBytes": state.get("size", 0)}
    physical = {
        id: _with_uploads(context, table)
        for id, table in (record.get("PhysicalTableMap") or {}).items()
    }
    tables = {"PhysicalTableMap": physical} if physical else {}
    return {"DataSet": shown(record) | tables | _logical(record) | consumed}


def _with_uploads(context: Context, table: Record) -> Record:
    """A physical table as AWS tells it: files in S3 with how they are written.

    As a table that is made with no UploadSettings is told in
    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/quicksight/data_set_test.go
    """
    files = table.get("S3Source")
    if not files or files.get("UploadSettings"):
        return table
    id = files["DataSourceArn"].rpartition("/")[2]
    source = records.look_up(context.cloud, context.region, DATA_SOURCE, id)
    if source is None or source["Type"] != "S3":
        return table
    settings = usual_settings(context.cloud, context.region, source)
    return table | {"S3Source": files | ({"UploadSettings": settings} if settings else {})}


def _logical(record: Record) -> Record:
    """The logical table that AWS makes of the one physical table where none was given.

    As DescribeDataSet tells it in https://github.com/hashicorp/terraform-provider-aws/issues/30705
    """
    tables = record.get("PhysicalTableMap") or {}
    if record.get("LogicalTableMap") or record.get("DataPrepConfiguration") or len(tables) != 1:
        return {}
    [(id, table)] = tables.items()
    [members] = table.values()
    alias = members.get("Name", record["Name"])
    return {"LogicalTableMap": {id: {"Alias": alias, "Source": {"PhysicalTableId": id}}}}


@lists("ListDataSets", "DataSetSummaries")
def list_data_sets(context: Context) -> list[Record]:
    return [_summary(record) for record in records.listed(context, DATA_SET)]


@lists("SearchDataSets", "DataSetSummaries")
def search_data_sets(context: Context, *, Filters: list[Record]) -> list[Record]:
    return [_summary(record) for record in search.matching(context, DATA_SET, Filters)]


@answers("DeleteDataSet")
def delete_data_set(context: Context, *, DataSetId: str) -> Answer:
    """Drop a data set and its rows; what is shown of it elsewhere finds it no more."""
    with context.cloud.state.together():
        record = records.remove(context, DATA_SET, DataSetId)
        gone = running.end_with_data_set(context.cloud, context.region, DataSetId)
    running.delete(context.cloud, gone)
    return shown(record, "Arn", "DataSetId")


def _imported(context: Context, record: Record, request: str) -> Answer:
    told = shown(record, "Arn", "DataSetId")
    if record["ImportMode"] != "SPICE":
        return told
    ingestion = running.request(context, record, request=request)
    return {**told, "IngestionArn": ingestion["Arn"], "IngestionId": ingestion["IngestionId"]}


def _summary(record: Record) -> Record:
    return {
        **shown(record, *_TOLD),
        "RowLevelPermissionTagConfigurationApplied": bool(
            record.get("RowLevelPermissionTagConfiguration")
        ),
        "ColumnLevelPermissionRulesApplied": bool(record.get("ColumnLevelPermissionRules")),
    }
