"""IAM policies assigned to users and groups, to narrow which of the account's data they may read.

Drafts are kept and told. An assignment that is enabled would narrow what data sources read for a
user, which nothing does here; it is refused.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateIAMPolicyAssignment.html
"""

from __future__ import annotations

import uuid

from labkit.cloud.members import given
from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate, records
from labkit.cloud.quicksight.accounts import groups, namespaces, users
from labkit.cloud.quicksight.kinds import Kind
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.words import invalid, not_here

ASSIGNMENT = Kind("assignment", "Assignment")
Identities = dict[str, list[str]]


@answers("CreateIAMPolicyAssignment")
def create_iam_policy_assignment(
    context: Context,
    *,
    Namespace: str,
    AssignmentName: str,
    AssignmentStatus: str,
    PolicyArn: str | None = None,
    Identities: Identities | None = None,
) -> Answer:
    """Make an assignment."""
    gate.check_enterprise(context, "IAM policy assignments are")
    namespaces.check(context, Namespace)
    _check(context, Namespace, AssignmentStatus, Identities)
    members = {
        "AssignmentName": AssignmentName,
        "AssignmentStatus": AssignmentStatus,
        "PolicyArn": PolicyArn,
        "Identities": Identities or {},
    }
    private = {"namespace": Namespace, "assignment": str(uuid.uuid4())}
    id = f"{Namespace}/{AssignmentName}"
    return _told(records.create(context, ASSIGNMENT, id, members, private=private))


@answers("UpdateIAMPolicyAssignment")
def update_iam_policy_assignment(
    context: Context,
    *,
    Namespace: str,
    AssignmentName: str,
    AssignmentStatus: str | None = None,
    PolicyArn: str | None = None,
    Identities: Identities | None = None,
) -> Answer:
    """Change what is given; the rest stays."""
    record = _find(context, Namespace, AssignmentName)
    _check(context, Namespace, AssignmentStatus, Identities)
    told = {"AssignmentStatus": AssignmentStatus, "PolicyArn": PolicyArn, "Identities": Identities}
    return _told(records.update(context, ASSIGNMENT, record["_"]["id"], given(told)))


@answers("DescribeIAMPolicyAssignment")
def describe_iam_policy_assignment(
    context: Context, *, Namespace: str, AssignmentName: str
) -> Answer:
    told = _told(_find(context, Namespace, AssignmentName))
    return {"IAMPolicyAssignment": told | {"AwsAccountId": context.account}}


@lists("ListIAMPolicyAssignments", "IAMPolicyAssignments")
def list_iam_policy_assignments(
    context: Context, *, Namespace: str, AssignmentStatus: str | None = None
) -> list[Record]:
    """The assignments of a namespace, those of a status if one is named."""
    found = namespaces.listed(context, ASSIGNMENT, Namespace)
    return [each for each in found if AssignmentStatus in (None, each["AssignmentStatus"])]


@answers("ListIAMPolicyAssignmentsForUser")
def list_iam_policy_assignments_for_user(
    context: Context, *, Namespace: str, UserName: str, **options: object
) -> Answer:
    """The assignments that hold for a user: none, since none is enabled."""
    users.find(context, Namespace, UserName)
    return {"ActiveAssignments": []}


@answers("DeleteIAMPolicyAssignment")
def delete_iam_policy_assignment(
    context: Context, *, Namespace: str, AssignmentName: str
) -> Answer:
    record = _find(context, Namespace, AssignmentName)
    records.remove(context, ASSIGNMENT, record["_"]["id"])
    return {"AssignmentName": AssignmentName}


def _check(
    context: Context, namespace: str, status: str | None, identities: Identities | None
) -> None:
    if status == "ENABLED":
        raise not_here(context.operation, "no policy narrows what a data source reads for a user")
    for kind, names in (identities or {}).items():
        finder = {"user": users.find, "group": groups.find}.get(kind.lower())
        if finder is None:
            raise invalid(f"{kind} is no kind of identity; there are user and group.")
        for name in names:
            finder(context, namespace, name)


def _find(context: Context, namespace: str, name: str) -> Record:
    return namespaces.find(context, ASSIGNMENT, namespace, name, type="IAMPOLICY_ASSIGNMENT")


def _told(record: Record) -> Answer:
    told = ("AssignmentName", "AssignmentStatus", "PolicyArn", "Identities")
    return records.shown(record, *told) | {"AssignmentId": record["_"]["assignment"]}
