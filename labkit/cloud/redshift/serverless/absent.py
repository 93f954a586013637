"""What the local Redshift Serverless has none of: told as an empty list, or refused."""

from __future__ import annotations

from labkit.cloud.operations import tell_nothing
from labkit.cloud.redshift.serverless.kinds import SERVICE

# Operations that list what nobody can have made, and the list's member.
EMPTY = {
    "ListCustomDomainAssociations": "associations",
    "ListEndpointAccess": "endpoints",
    "ListManagedWorkgroups": "managedWorkgroups",
    "ListReservations": "reservationsList",
    "ListReservationOfferings": "reservationOfferingsList",
    "ListSnapshotCopyConfigurations": "snapshotCopyConfigurations",
}

tell_nothing(SERVICE, EMPTY)
