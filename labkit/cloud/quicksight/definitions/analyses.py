"""Analyses: made of a definition or a template, deleted with a time to think it over.

A deleted analysis stays, with the status ``DELETED`` and in no folder, until its recovery window
has passed; until then it can be restored, to its former folders if asked. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateAnalysis.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DeleteAnalysis.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records, sharing
from labkit.cloud.quicksight.accounts import members as folders
from labkit.cloud.quicksight.definitions import builds
from labkit.cloud.quicksight.kinds import ANALYSIS, FOLDER
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.search import matching
from labkit.cloud.quicksight.words import conflict, invalid, not_found

DAY_S = 86_400
SUMMARY = ("Arn", "AnalysisId", "Name", "Status", "CreatedTime", "LastUpdatedTime")
sharing.register(ANALYSIS)


@answers("CreateAnalysis")
def create(context: Context, *, AnalysisId: str, Name: str, **members: Any) -> Answer:
    if records.look_up(context.cloud, context.region, ANALYSIS, AnalysisId) is not None:
        _forget_when_over(context, AnalysisId)
    told, definition = builds.build(context, members)
    private = {"definition": definition, "parameters": builds.plain(members.get("Parameters"))}
    with context.cloud.state.together():
        made = records.create(
            context,
            ANALYSIS,
            AnalysisId,
            {"Name": Name, **told},
            permissions=members.get("Permissions"),
            tags=members.get("Tags"),
            private=private,
        )
        folders.join(context, members.get("FolderArns"), made["Arn"])
    return _begun(made, "CreationStatus")


@answers("UpdateAnalysis")
def update(context: Context, *, AnalysisId: str, Name: str, **members: Any) -> Answer:
    if find(context, AnalysisId)["Status"] == "DELETED":
        raise conflict(f"Analysis {AnalysisId} is deleted.")
    told, definition = builds.build(context, members, verb="UPDATE")
    private = {"definition": definition, "parameters": builds.plain(members.get("Parameters"))}
    if "Errors" in told:  # the analysis stays as it was
        private, told = {}, records.shown(told, "Status", "Errors")
    else:
        told = {"Name": Name, "Errors": None, "ThemeArn": None, "SourceEntityArn": None} | told
    with context.cloud.state.together():
        records.keep(context, ANALYSIS, AnalysisId, **private)
        found = records.update(context, ANALYSIS, AnalysisId, told)
    return _begun(found, "UpdateStatus")


@answers("DescribeAnalysis")
def describe(context: Context, *, AnalysisId: str) -> Answer:
    return {"Analysis": records.shown(find(context, AnalysisId))}


@answers("DescribeAnalysisDefinition")
def describe_definition(context: Context, *, AnalysisId: str) -> Answer:
    record = find(context, AnalysisId)
    told = records.shown(record, "AnalysisId", "Name", "Errors", "ThemeArn")
    definition = builds.told_whole(record["_"]["definition"])
    return {**told, "ResourceStatus": record["Status"], "Definition": definition}


@answers("DeleteAnalysis")
def delete(
    context: Context,
    *,
    AnalysisId: str,
    RecoveryWindowInDays: int | None = None,
    ForceDeleteWithoutRecovery: bool = False,
) -> Answer:
    if ForceDeleteWithoutRecovery and RecoveryWindowInDays is not None:
        raise invalid("You can't specify both RecoveryWindowInDays and ForceDeleteWithoutRecovery.")
    record = find(context, AnalysisId)
    answer = records.shown(record, "Arn", "AnalysisId")
    if ForceDeleteWithoutRecovery:
        records.remove(context, ANALYSIS, AnalysisId)
        return answer
    over = records.now() + (RecoveryWindowInDays or 30) * DAY_S
    kept: Record = {"deletion": over}
    if record["Status"] != "DELETED":
        kept["status_before"] = record["Status"]
        kept["folders"] = folders.holding(context, record["Arn"])
    with context.cloud.state.together():
        records.leave_folders(context, record["Arn"])
        records.keep(context, ANALYSIS, AnalysisId, **kept)
        records.update(context, ANALYSIS, AnalysisId, {"Status": "DELETED"})
    return {**answer, "DeletionTime": over}


@answers("RestoreAnalysis")
def restore(context: Context, *, AnalysisId: str, RestoreToFolders: bool = False) -> Answer:
    record = find(context, AnalysisId)
    if record["Status"] != "DELETED":
        raise conflict(f"Analysis {AnalysisId} is not deleted.")
    before = {"Status": record["_"]["status_before"]}
    known = [each["Arn"] for each in records.listed(context, FOLDER)]
    former = [each for each in record["_"].get("folders", []) if each in known]
    with context.cloud.state.together():
        if RestoreToFolders:
            folders.join(context, former, record["Arn"])
        else:  # of one that was put into a folder meanwhile, too
            records.leave_folders(context, record["Arn"])
        records.keep(context, ANALYSIS, AnalysisId, deletion=None, status_before=None)
        found = records.update(context, ANALYSIS, AnalysisId, before)
    return records.shown(found, "Arn", "AnalysisId")


@lists("ListAnalyses", "AnalysisSummaryList")
def list_all(context: Context) -> list[Record]:
    return _summaries(_standing(context))


@lists("SearchAnalyses", "AnalysisSummaryList")
def search_all(context: Context, *, Filters: list[Record]) -> list[Record]:
    return _summaries(matching(context, ANALYSIS, Filters, _standing(context)))


def find(context: Context, id: str) -> Record:
    """An analysis' record, unless its recovery window has passed.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    _forget_when_over(context, id)
    return records.find(context, ANALYSIS, id)


def _standing(context: Context) -> list[Record]:
    for record in records.listed(context, ANALYSIS):
        _forget_when_over(context, record["AnalysisId"])
    return records.listed(context, ANALYSIS)


def _forget_when_over(context: Context, id: str) -> None:
    record = records.look_up(context.cloud, context.region, ANALYSIS, id)
    if record is None:
        raise not_found(f"Analysis {id} is not found.")
    if record["Status"] == "DELETED" and record["_"]["deletion"] < records.now():
        records.remove(context, ANALYSIS, id)


def _begun(record: Record, member: str) -> Answer:
    return {
        **records.shown(record, "Arn", "AnalysisId"),
        member: builds.answer(record["Status"]),
        "Status": 202,
    }


def _summaries(found: list[Record]) -> list[Record]:
    return [records.shown(record, *SUMMARY) for record in found]
