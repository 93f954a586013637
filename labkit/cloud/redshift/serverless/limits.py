"""Usage limits of workgroups, and the policies of snapshots' sharing.

Limits are kept and told; the local AWS does not charge, and does not stop what breaches one.
Source: https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_CreateUsageLimit.html
"""

from __future__ import annotations

import uuid

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.serverless.answering import answers, conflict, lists
from labkit.cloud.redshift.serverless.kinds import SERVICE, USAGE_LIMIT, WORKGROUP
from labkit.cloud.redshift.words import fault


@answers("CreateUsageLimit")
def create_usage_limit(
    context: Context,
    *,
    resourceArn: str,
    usageType: str,
    amount: int,
    period: str = "monthly",
    breachAction: str = "log",
) -> Answer:
    _check_workgroup(context, resourceArn)
    for each in records.listed(context, USAGE_LIMIT):
        if (each["resourceArn"], each["usageType"], each["period"]) == (
            resourceArn, usageType, period,
        ):  # fmt: skip
            raise conflict("The usage limit already exists.")
    number = str(uuid.uuid4())
    told = {
        "usageLimitId": number,
        "usageLimitArn": context.arn(f"usagelimit/{number}"),
        "resourceArn": resourceArn,
        "usageType": usageType,
        "amount": amount,
        "period": period,
        "breachAction": breachAction,
    }
    return _shown(records.create(context, USAGE_LIMIT, number, told))


@answers("GetUsageLimit")
def get_usage_limit(context: Context, *, usageLimitId: str) -> Answer:
    return _shown(records.find(context, USAGE_LIMIT, usageLimitId))


@lists("ListUsageLimits", "usageLimits")
def list_usage_limits(
    context: Context, *, resourceArn: str | None = None, usageType: str | None = None
) -> list[Record]:
    return [
        records.shown(each)
        for each in records.listed(context, USAGE_LIMIT)
        if resourceArn in (None, each["resourceArn"]) and usageType in (None, each["usageType"])
    ]


@answers("UpdateUsageLimit")
def update_usage_limit(
    context: Context,
    *,
    usageLimitId: str,
    amount: int | None = None,
    breachAction: str | None = None,
) -> Answer:
    found = records.find(context, USAGE_LIMIT, usageLimitId)
    changed = found | records.given({"amount": amount, "breachAction": breachAction})
    return _shown(records.put(context.cloud, USAGE_LIMIT, changed))


@answers("DeleteUsageLimit")
def delete_usage_limit(context: Context, *, usageLimitId: str) -> Answer:
    found = records.find(context, USAGE_LIMIT, usageLimitId)
    records.remove(context.cloud, USAGE_LIMIT, found)
    return _shown(found)


def _shown(record: Record) -> Answer:
    return {"usageLimit": records.shown(record)}


def _check_workgroup(context: Context, arn: str) -> None:
    if arn not in [each["workgroupArn"] for each in records.listed(context, WORKGROUP)]:
        raise fault("ResourceNotFoundException", f"The workgroup {arn} was not found.", SERVICE)
