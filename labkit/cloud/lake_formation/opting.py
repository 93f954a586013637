"""Hybrid access: who is governed by Lake Formation's grants where all others go by IAM's policies.

Source: https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-access-mode.html
"""

from __future__ import annotations

import time
from typing import Any

from labkit.cloud.lake.refusals import insufficient
from labkit.cloud.lake_formation import access, defaults, granting
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page

Members = dict[str, Any]


@operation("lakeformation", "CreateLakeFormationOptIn", alone=True)
def create_opt_in(context: Context, **asked: Members) -> Answer:
    """Let grants govern what a principal may do with a database, a table or all of a database's.

    Raises:
        AwsError: ``AccessDeniedException``; ``EntityNotFoundException``: it is not there.
    """
    name, resource = _checked(context, asked)
    if (made := defaults.made(context.cloud, context.region, resource)) is None:
        raise AwsError("EntityNotFoundException", "Entity not found")
    context.cloud.records(access.OPTED)[name] = {
        "region": context.region,
        "made": made,
        "told": {
            "Resource": resource,
            "Principal": asked["Principal"],
            "LastModified": time.time(),
            "LastUpdatedBy": context.principal.arn,
        },
    }
    return {}


@operation("lakeformation", "DeleteLakeFormationOptIn", alone=True)
def delete_opt_in(context: Context, **asked: Members) -> Answer:
    """Let IAM's policies alone say it again.

    Raises:
        AwsError: ``AccessDeniedException``; ``EntityNotFoundException``: it is not so.
    """
    name, _ = _checked(context, asked)
    if context.cloud.records(access.OPTED).pop(name, None) is None:
        raise AwsError("EntityNotFoundException", "Entity not found")
    return {}


@operation("lakeformation", "ListLakeFormationOptIns")
def list_opt_ins(
    context: Context,
    *,
    Principal: Members | None = None,
    Resource: Members | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> Answer:
    """Who is governed so, of what."""
    wanted = Resource and granting.full(context.account, Resource)
    found = [
        told
        for told in access.opted(context.cloud, context.region)
        if Principal in (None, told["Principal"]) and wanted in (None, told["Resource"])
    ]
    refusal = AwsError("InvalidInputException", "Invalid NextToken.")
    return page("LakeFormationOptInsInfoList", found, MaxResults or 1000, NextToken, refusal)


def _checked(context: Context, asked: Members) -> tuple[str, Members]:
    """The name of a record, and the resource as it is listed."""
    if not access.is_admin(context.cloud, context.principal, context.region):
        raise insufficient(": Required to be a data lake administrator")
    resource = granting.full(context.account, asked["Resource"])
    if "Condition" in asked or not {"Database", "Table"} & resource.keys():
        raise not_here("lakeformation", context.operation, "but for databases and tables")
    name = granting.name_of(context.region, context.account, asked["Principal"], resource)
    return name, resource
