"""One visual to be queried: its data set, its names and the filters in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from labkit.cloud.engine import Session
from labkit.cloud.engine.duck import failures
from labkit.cloud.quicksight.calc.scope import Derived
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.quicksight.spice.model import DataSet
from labkit.cloud.quicksight.visuals import fields, filters, rows
from labkit.cloud.quicksight.visuals.behind import behind
from labkit.cloud.quicksight.visuals.expressions import Expressions
from labkit.cloud.quicksight.visuals.model import VisualError
from labkit.cloud.quicksight.visuals.parameters import (
    ALL,
    mapped_values,
    parameter_values,
    reserved_values,
    without_value,
)
from labkit.cloud.quicksight.visuals.scopes import groups_of, reaching
from labkit.cloud.quicksight.visuals.wells import WellField, Wells, drill_downs, shown

Json = Mapping[str, Any]


@dataclass
class Request:
    """What is asked, and what becomes known on the way.

    Args:
        session: where statements run.
        wells: the visual.
        definition: that it belongs to.
        identifier: the data set's, in the definition.
        names: what columns can be.
        extra: filters besides the definition's.
        max_rows: how many rows of a table are fetched.
        notes: what is asked and not done.
    """

    session: Session
    wells: Wells
    definition: Json
    identifier: str
    names: Expressions
    extra: Sequence[Json] = ()
    max_rows: int = 10_000
    notes: list[str] = field(default_factory=list)

    @property
    def shown(self) -> tuple[WellField, ...]:
        return shown(self.wells)

    @property
    def naming(self) -> fields.Naming:
        return fields.Naming(self.wells, self.definition, self.identifier)

    def dimensions(self, chosen: Iterable[WellField]) -> list[fields.Dimension]:
        """Dimension fields; from here on, calculated fields know what they are grouped by."""
        found = [fields.dimension(each, self.names, self.naming) for each in chosen]
        self.names = self.names.grouped_by(
            {each.field.column: each.sql for each in found},
            {each.field.column: each.field.granularity for each in found if each.field.granularity},
        )
        return found

    def measures(self, chosen: Iterable[WellField]) -> list[fields.Measured]:
        return [fields.measured(each, self.names, self.naming) for each in chosen]

    def conditions(self) -> list[filters.Condition]:
        """The conditions of all filters in force, joined by AND."""
        return [*self._of_groups(), *self._alone(self.extra), *self._alone(self._drilled())]

    def of_rows(self) -> list[filters.Condition]:
        """The conditions of a visual without groups.

        Raises:
            VisualError: one is asked of groups.
        """
        found = self.conditions()
        if any(each.stage in ("aggregate", "window") for each in found):
            raise VisualError("A visual of plain rows has no groups to filter by an aggregate.")
        return found

    def having(self, conditions: Sequence[filters.Condition]) -> tuple[str, ...]:
        """SQL of the conditions on groups of a visual whose groups do not know each other.

        Raises:
            VisualError: one is of a table calculation.
        """
        if any(each.stage == "window" for each in conditions):
            raise VisualError("This visual has no groups to filter by a table calculation.")
        return tuple(each.sql for each in conditions if each.stage == "aggregate")

    def rows(self, conditions: Sequence[filters.Condition], derived: Iterable[Derived]) -> str:
        """SQL of the filtered rows."""
        return rows.filtered(self.names.data_set.sql, conditions, derived)

    def run(self, sql: str) -> list[dict[str, Any]]:
        """A statement's rows by column."""
        with failures():
            found = self.session.connection.sql(sql)
            columns = found.columns
            return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def _of_groups(self) -> Iterator[filters.Condition]:
        known = [*(each.name for each in self.names.data_set.columns), *self.names.fields]
        for group in groups_of(self.definition, str(self.wells.body.get("VisualId", ""))):
            reached = list(reaching(group, self.identifier, known))
            found = [filters.condition(kind, body, self.names) for kind, body in reached]
            if found:
                yield filters.any_of(found) if len(found) > 1 else found[0]

    def _alone(self, given: Iterable[Json]) -> Iterator[filters.Condition]:
        for each in given:
            [(kind, body)] = each.items()
            if body["Column"].get("DataSetIdentifier", self.identifier) == self.identifier:
                yield filters.condition(kind, body, self.names)

    def _drilled(self) -> Iterator[Json]:
        for each in drill_downs(self.wells).values():
            yield from (_as_filter(one) for one in each)


def request(
    session: Session,
    data_sets: Mapping[str, DataSet],
    definition: Json,
    wells: Wells,
    *,
    parameters: Mapping[str, Any],
    extra: Sequence[Json],
    now: datetime,
    max_rows: int,
) -> Request:
    """What a visual asks of which data set."""
    identifier = _identifier(wells, data_sets)
    data_set = data_sets[identifier]
    calculated = {
        each["Name"]: each["Expression"]
        for each in definition.get("CalculatedFields") or ()
        if each["DataSetIdentifier"] == identifier
    }
    options = definition.get("Options") or {}
    start = options.get("WeekStart", "SUNDAY")
    names = Expressions(data_set, {**data_set.fields, **calculated}, {}, now, start)
    declared = definition.get("ParameterDeclarations") or []
    values = parameter_values(
        declared, parameters, lambda expression: _moment(session, names, expression)
    )
    mapped = mapped_values(declared, values, identifier)
    data_set = _with_parameters(data_set, mapped)
    names = Expressions(data_set, names.fields, {**data_set.parameters, **values}, now, start)
    unset, reserved = without_value(declared, parameters), reserved_values(declared)
    names = replace(names, unset=unset, reserved=reserved)
    asked = Request(session, wells, definition, identifier, names, extra, max_rows)
    also = behind(wells, names, asked.naming)
    asked.wells = replace(wells, fields=(*wells.fields, *also))
    asked.notes += [*_left_out(definition), *_not_given(data_set, mapped)]
    return asked


def _with_parameters(data_set: DataSet, mapped: Mapping[str, Any]) -> DataSet:
    """A data set whose own parameters have the definition's values.

    They are in the statement that a direct query sends; what SPICE holds is of the default values.
    """
    own = data_set.parameters
    given = {name: value for name, value in mapped.items() if name in own and value != ALL}
    if data_set.reopened is None or given.items() <= own.items():
        return data_set
    try:
        return data_set.reopened(given)
    except SourceError as error:
        raise VisualError(str(error)) from error


def _not_given(data_set: DataSet, mapped: Mapping[str, Any]) -> Iterator[str]:
    """Which of a data set's parameters have other values than the definition gives them."""
    for name, value in mapped.items():
        if name not in data_set.parameters:
            yield f"The data set has no parameter {name}."
        elif data_set.parameters[name] != value:
            why = "all values are chosen" if value == ALL else "SPICE holds the rows of that"
            yield f"The data set's parameter {name} keeps its default value: {why}."


def _left_out(definition: Json) -> Iterator[str]:
    """What a definition asks for whatever the visual."""
    zone = (definition.get("Options") or {}).get("Timezone", "UTC")
    if zone not in ("UTC", "Etc/UTC"):
        yield f"Dates are in UTC, not in {zone}."


def _identifier(wells: Wells, data_sets: Mapping[str, DataSet]) -> str:
    """The data set that a visual's fields are of."""
    named = dict.fromkeys(each.data_set for each in wells.fields if each.data_set)
    named = named or dict.fromkeys(
        [str(wells.body.get("DataSetIdentifier") or next(iter(data_sets), ""))]
    )
    if len(named) > 1:
        raise VisualError(f"A visual shows one data set, and this one names {', '.join(named)}.")
    [identifier] = named
    if identifier not in data_sets:
        known = ", ".join(data_sets) or "none"
        raise VisualError(f"There is no data set '{identifier}' in the definition. Known: {known}.")
    return identifier


def _moment(session: Session, names: Expressions, expression: str) -> Any:
    """The date that a rolling expression means now."""
    with failures():
        found = session.connection.sql(f"SELECT {names.compiled(expression).moment}").fetchall()
    return found[0][0]


def _as_filter(drilled: Json) -> Json:
    """A drill-down filter as a filter."""
    [(kind, body)] = drilled.items()
    if kind == "CategoryFilter":
        listed = {"MatchOperator": "EQUALS", "CategoryValues": body["CategoryValues"]}
        return {kind: {**body, "Configuration": {"FilterListConfiguration": listed}}}
    if kind == "NumericEqualityFilter":
        return {kind: {**body, "MatchOperator": "EQUALS"}}
    low, high = ({"StaticValue": body[f"Range{end}"]} for end in ("Minimum", "Maximum"))
    ends = {"RangeMinimumValue": low, "RangeMaximumValue": high}
    return {kind: {**body, **ends, "IncludeMinimum": True, "IncludeMaximum": True}}
