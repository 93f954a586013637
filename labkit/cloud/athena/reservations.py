"""Capacity reservations are records: queries run as they do without one.

moto tells neither the state of one nor, twice alike, when it was made, and a second one of a name
takes the first one's place. Source:
https://docs.aws.amazon.com/athena/latest/APIReference/API_CapacityReservation.html
"""

from __future__ import annotations

import time
from typing import Any

from labkit.cloud.athena.errors import invalid
from labkit.cloud.athena.paging import lists
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, Context, operation

_CANCELLED = "CANCELLED"


@operation("athena", "CreateCapacityReservation")
def create_capacity_reservation(
    context: Context, *, Name: str, TargetDpus: int, Tags: list[dict[str, str]] | None = None
) -> Answer:
    records = context.backend("athena")
    with context.cloud.changing("athena"):
        if Name in records.capacity_reservations:
            raise invalid(f"Capacity reservation {Name} already exists")
        records.create_capacity_reservation(Name, TargetDpus, Tags or [])
        records.capacity_reservations[Name].made = time.time()
    return {}


@operation("athena", "GetCapacityReservation")
def get_capacity_reservation(context: Context, *, Name: str) -> Answer:
    return {"CapacityReservation": _told(_find(context, Name))}


@lists("ListCapacityReservations", "CapacityReservations")
def list_capacity_reservations(context: Context) -> list[Answer]:
    known = context.backend("athena").capacity_reservations
    return [_told(known[name]) for name in sorted(known)]


@operation("athena", "UpdateCapacityReservation")
def update_capacity_reservation(context: Context, *, Name: str, TargetDpus: int) -> Answer:
    with context.cloud.changing("athena"):
        found = _find(context, Name)
        if _state(found) == _CANCELLED:
            raise invalid(f"Capacity reservation {Name} is cancelled")
        found.target_dpus = TargetDpus
    return {}


@operation("athena", "CancelCapacityReservation")
def cancel_capacity_reservation(context: Context, *, Name: str) -> Answer:
    with context.cloud.changing("athena"):
        _find(context, Name).state = _CANCELLED
    return {}


@operation("athena", "DeleteCapacityReservation")
def delete_capacity_reservation(context: Context, *, Name: str) -> Answer:
    """One that was cancelled goes."""
    with context.cloud.changing("athena"):
        found = _find(context, Name)
        if _state(found) != _CANCELLED:
            raise invalid(f"Capacity reservation {Name} must be cancelled before it is deleted")
        records = context.backend("athena")
        del records.capacity_reservations[Name]
        records.tagger.delete_all_tags_for_resource(found.arn)
    return {}


def _find(context: Context, name: str) -> Any:
    found = context.backend("athena").capacity_reservations.get(name)
    if found is None:
        raise invalid(f"Capacity reservation {name} does not exist")
    return found


def _state(reservation: Any) -> str:
    return getattr(reservation, "state", "ACTIVE")


def _told(reservation: Any) -> Answer:
    allocated = 0 if _state(reservation) == _CANCELLED else reservation.target_dpus
    told = {
        "Name": reservation.name,
        "Status": _state(reservation),
        "TargetDpus": reservation.target_dpus,
        "AllocatedDpus": allocated,
        "CreationTime": getattr(reservation, "made", None),
    }
    return given(told)
