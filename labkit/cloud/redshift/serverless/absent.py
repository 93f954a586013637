"""What the local Redshift Serverless has none of: told as an empty list, or refused."""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context, not_here, operation
from labkit.cloud.redshift.serverless.kinds import SERVICE

# Operations that list what nobody can have made, and the list's member.
EMPTY = {
    "ListCustomDomainAssociations": "associations",
    "ListEndpointAccess": "endpoints",
    "ListManagedWorkgroups": "managedWorkgroups",
    "ListReservations": "reservationsList",
    "ListReservationOfferings": "reservationOfferingsList",
    "ListSnapshotCopyConfigurations": "snapshotCopyConfigurations",
    "ListTableRestoreStatus": "tableRestoreStatuses",
}


def nothing(context: Context, **_: Any) -> Answer:
    return {EMPTY[context.operation]: []}


@operation(SERVICE, "*")
def refuse(context: Context, **_: Any) -> Answer:
    """What has no answer of its own."""
    raise not_here(context.service, context.operation)


for _name in EMPTY:
    operation(SERVICE, _name)(nothing)
