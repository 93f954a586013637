"""The operations on snapshot jobs.

On AWS a job without ``UserConfiguration`` needs the credentials of an IAM role's session that carry
a user of QuickSight. Here such a job is made for the caller's own user of QuickSight.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StartDashboardSnapshotJob.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.definitions import versions
from labkit.cloud.quicksight.embedding.viewers import may_see
from labkit.cloud.quicksight.kinds import DASHBOARD
from labkit.cloud.quicksight.records import Record, answers, shown
from labkit.cloud.quicksight.reports import checks, delivery, running
from labkit.cloud.quicksight.reports.users import anonymous, own_user
from labkit.cloud.quicksight.words import denied, not_found, precondition

TOLD = ("DashboardId", "SnapshotJobId", "UserConfiguration", "SnapshotConfiguration", "Arn")
STATE = ("JobStatus", "CreatedTime", "LastUpdatedTime")


@answers("StartDashboardSnapshotJob")
def start(
    context: Context,
    *,
    DashboardId: str,
    SnapshotJobId: str,
    SnapshotConfiguration: Record,
    UserConfiguration: Record | None = None,
) -> Answer:
    dashboard = records.find(context, DASHBOARD, DashboardId)
    version = versions.find(context, DASHBOARD, DashboardId)
    checks.check(context, version["_"]["definition"], SnapshotConfiguration)
    user = anonymous(UserConfiguration) or own_user(context, SnapshotConfiguration)
    if user.get("arn") and not may_see(context.cloud, DASHBOARD, dashboard, user["arn"]):
        raise denied(f"User {user['arn']} does not have access to the dashboard {DashboardId}.")
    made = running.begin(context, dashboard, version, SnapshotJobId, SnapshotConfiguration, user)
    return {**shown(made, "Arn", "SnapshotJobId"), "Status": 202}


@answers("DescribeDashboardSnapshotJob")
def describe(context: Context, *, DashboardId: str, SnapshotJobId: str) -> Answer:
    record = _find(context, DashboardId, SnapshotJobId)
    return {"AwsAccountId": context.account, **shown(record, *TOLD, *STATE)}


@answers("DescribeDashboardSnapshotJobResult")
def describe_result(context: Context, *, DashboardId: str, SnapshotJobId: str) -> Answer:
    """What a job made; where it went to QuickSight's own bucket, by URLs good for five minutes."""
    record = _find(context, DashboardId, SnapshotJobId)
    if record["JobStatus"] not in running.ENDED:
        raise precondition(
            f"Dashboard Snapshot Job with id {SnapshotJobId} has not reached a terminal state."
        )
    told = shown(record, "Arn", *STATE, "ErrorInfo")
    if "Result" not in record:
        return told
    kind = "RegisteredUsers" if record["_"]["user"].get("arn") else "AnonymousUsers"
    groups = [delivery.told(context.cloud, each) for each in record["Result"]]
    return told | {"Result": {kind: [{"FileGroups": groups}]}}


@answers("StartDashboardSnapshotJobSchedule")
def start_schedule(context: Context, *, DashboardId: str, ScheduleId: str) -> Answer:
    """Schedules are made in QuickSight's console alone; the API has none to begin with."""
    records.find(context, DASHBOARD, DashboardId)
    raise not_found(f"Schedule {ScheduleId} is not found.")


def _find(context: Context, dashboard: str, id: str) -> Record:
    found = running.job_of(context, records.find(context, DASHBOARD, dashboard), id)
    if found is None:
        raise not_found(f"Dashboard Snapshot Job {id} is not found.")
    if found["_"]["user"].get("arn") and found["_"]["maker"] != context.principal.arn:
        raise denied(f"Dashboard Snapshot Job {id} has been started by a different user.")
    return found
