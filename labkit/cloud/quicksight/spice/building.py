"""A data set as one relation over its sources, without anybody's restrictions: what SPICE imports.

A data set may be made of others. Those that hide rows or columns cannot be imported, since the
import would show them to all; a direct query reads them as its reader may.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.engine import Session
from labkit.cloud.quicksight.sources.opening import physical_table
from labkit.cloud.quicksight.spice.logical import Tables, logical
from labkit.cloud.quicksight.spice.model import Relation
from labkit.cloud.quicksight.spice.prep import prepared

Members = Mapping[str, Any]
Parent = Callable[[str, Mapping[str, Any]], Relation]
_KINDS = ("String", "Decimal", "Integer", "DateTime")


@dataclass
class Building:
    """What a data set is made with.

    Args:
        cloud: the workspace's local AWS.
        session: where the SQL will run.
        region: of the data set.
        parent: reads another data set by its ARN.
        aside: gets the files that are unpacked for the session; `close` deletes them.
    """

    cloud: Cloud
    session: Session
    region: str
    parent: Parent
    aside: list[Path] = field(default_factory=list)

    def close(self) -> None:
        for path in self.aside:
            path.unlink(missing_ok=True)


def build(
    building: Building, data_set: Members, values: Mapping[str, Any] | None = None
) -> Relation:
    """A data set's rows as SQL.

    Args:
        values: of its parameters, where they are not the default ones.

    Raises:
        PreparationError: its steps make none.
        SourceError: a source cannot be read.
        QueryFailed: Athena refuses a query.
    """
    parameters = {**parameters_of(data_set), **(values or {})}
    tables = data_set["PhysicalTableMap"]

    def physical(id: str) -> Relation:
        return physical_table(
            building.cloud,
            building.session,
            building.region,
            id,
            tables[id],
            parameters=parameters,
            aside=building.aside,
        )

    known = Tables(tuple(tables), physical, building.parent)
    if steps := data_set.get("DataPrepConfiguration"):
        return prepared(known, steps, parameters)
    return logical(known, data_set.get("LogicalTableMap"), parameters)


def parameters_of(data_set: Members) -> dict[str, Any]:
    """A data set's parameters by name, with their default values; a list for several."""
    found = {}
    for each in data_set.get("DatasetParameters") or []:
        for kind in _KINDS:
            if parameter := each.get(f"{kind}DatasetParameter"):
                found[parameter["Name"]] = _default(parameter, kind)
    return found


def _default(parameter: Members, kind: str) -> Any:
    values = (parameter.get("DefaultValues") or {}).get("StaticValues") or []
    if kind == "DateTime":
        values = [datetime.datetime.fromtimestamp(value, datetime.UTC) for value in values]
    if parameter["ValueType"] == "MULTI_VALUED":
        return list(values)
    return values[0] if values else None
