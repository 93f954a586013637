"""Defaults of parameters that a data set decides: each user's or group's own.

The rows with the reader's name have its values, else those with its groups, together. Who has none,
or several of a parameter of one value, gets the static default. Source:
https://docs.aws.amazon.com/quicksight/latest/user/parameters-default-values.html
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from labkit.cloud.engine import Session
from labkit.cloud.engine.duck import failures
from labkit.cloud.engine.quoting import quoted_name, quoted_text
from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.spice.model import DataSet
from labkit.cloud.quicksight.spice.security import name_of

Json = Mapping[str, Any]


def dynamic_defaults(
    session: Session,
    data_sets: Mapping[str, DataSet],
    definition: Json,
    user: str,
    groups: Collection[str],
) -> dict[str, Any]:
    """The values by parameter that a reader has of its own.

    Args:
        data_sets: by the definition's identifiers, as the reader sees them.
        user: the reader's ARN; empty for one without.
        groups: the ARNs of its groups.
    """
    found: dict[str, Any] = {}
    own = [name_of(user)] if user else []
    theirs = [name_of(each) for each in groups]
    for _, declared in walk.declarations(definition):
        dynamic = (declared.get("DefaultValues") or {}).get("DynamicValue") or {}
        asked = {"UserNameColumn": own, "GroupNameColumn": theirs}
        listed = (
            _values(session, data_sets, dynamic, dynamic[member], names)
            for member, names in asked.items()
            if member in dynamic
        )
        values = next(filter(None, listed), [])
        if values and declared.get("ParameterValueType") == "MULTI_VALUED":
            found[declared["Name"]] = values
        elif len(values) == 1:
            found[declared["Name"]] = values[0]
    return found


def _values(
    session: Session,
    data_sets: Mapping[str, DataSet],
    dynamic: Json,
    named: Json,
    names: Collection[str],
) -> list[Any]:
    """The values on the rows of these names."""
    data_set = data_sets.get(named["DataSetIdentifier"])
    asked = [dynamic["DefaultValueColumn"]["ColumnName"], named["ColumnName"]]
    known = {each.name for each in data_set.columns} if data_set else set()
    if data_set is None or not known.issuperset(asked) or not names:
        return []
    value, name = map(quoted_name, asked)
    listed = ", ".join(map(quoted_text, names))
    with failures():
        rows = session.connection.sql(
            f"SELECT DISTINCT {value} FROM ({data_set.sql}) "
            f"WHERE {value} IS NOT NULL AND CAST({name} AS VARCHAR) IN ({listed}) ORDER BY 1"
        ).fetchall()
    return [value for (value,) in rows]
