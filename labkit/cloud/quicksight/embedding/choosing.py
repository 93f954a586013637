"""What a reader has chosen, as filters and parameters: from controls, clicks and queries.

A choice changes the filter that its control stands for, in the definition itself, so that the
filter's scope stays. What no control stands for is a filter of its own, over all visuals of the
data sets that have the column. Source:
https://docs.aws.amazon.com/quicksight/latest/user/filter-controls.html
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.validate import ParamValidator

from labkit.cloud import protocol
from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.embedding import actions, filter_values
from labkit.cloud.quicksight.embedding.board import OpenBoard
from labkit.cloud.quicksight.embedding.controls import FILTER, PARAMETER, controls_of
from labkit.cloud.quicksight.visuals.model import VisualData
from labkit.cloud.quicksight.visuals.parameters import ALL
from labkit.cloud.quicksight.words import invalid

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Choices:
    """What a reader has chosen.

    Args:
        controls: values by the controls' sources (``filter:ID``, ``parameter:NAME``).
        columns: values by column.
        filters: in the API's shape; one of the same id replaces the definition's.
        parameters: values by name.
        picked: what was clicked: the visual, and its marks' values by column.
    """

    controls: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    filters: Sequence[Json] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    picked: Sequence[Json] = ()


@dataclass(frozen=True)
class Chosen:
    """A board with choices applied.

    Args:
        definition: with its filters changed.
        parameters: values by name.
        extra: further filters of all visuals.
        picked: further filters by the visual that was clicked, which they leave as it is.
    """

    open: OpenBoard
    definition: Json
    parameters: Json
    extra: tuple[Json, ...] = ()
    picked: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)

    def extra_of(self, visual: walk.Placed) -> list[Json]:
        """The further filters of a visual."""
        board = self.open.board
        clicked = [
            each
            for id, filters in self.picked.items()
            if visual.id in actions.targets(board.visual(id), board.visuals)
            for each in filters
        ]
        return [*self.extra, *clicked]

    def data(self, visual: walk.Placed) -> VisualData:
        """A visual's rows."""
        return self.open.data(visual, self.definition, self.parameters, self.extra_of(visual))


def choose(open: OpenBoard, choices: Choices) -> Chosen:
    """Apply what a reader has chosen.

    Raises:
        AwsError: there is no such column, parameter or control, or a filter is none.
    """
    definition = copy.deepcopy(dict(open.board.definition))
    parameters = dict(open.board.parameters) | _parameters(definition, choices.parameters)
    for source, value in choices.controls.items():
        kind, _, name = source.partition(":")
        if kind == PARAMETER:
            parameters |= _parameters(definition, {name: value or ALL})
        elif not _set_filters(definition, lambda body, id=name: body["FilterId"] == id, value):
            raise invalid(f"There is no control of {source}.")
    for name, values in choices.columns.items():
        _by_column(open, definition, name, values if isinstance(values, list) else [values])
    if choices.filters:
        open.board.allows.check_filtering()
    extra = [each for each in map(_checked, choices.filters) if not _replaced(definition, each)]
    try:
        picked = {each["visual"]: tuple(_clicked(open, each)) for each in choices.picked}
    except (KeyError, TypeError, ValueError) as error:
        raise invalid("picked lists visuals, with the values of a mark each.") from error
    return Chosen(open, definition, parameters, tuple(extra), picked)


def _parameters(definition: Json, given: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters' values, of numbers as numbers.

    Raises:
        AwsError: one is not declared, or a value does not fit.
    """
    kinds = {body["Name"].lower(): (kind, body) for kind, body in walk.declarations(definition)}
    found = {}
    for name, values in given.items():
        if name.lower() not in kinds:
            known = ", ".join(body["Name"] for _, body in kinds.values()) or "none"
            raise invalid(f"There is no parameter {name}. Known: {known}.")
        kind, body = kinds[name.lower()]
        listed = values if isinstance(values, list | tuple) else [values]
        found[body["Name"]] = [filter_values.typed(each, kind) for each in listed]
    return found


def _by_column(open: OpenBoard, definition: Any, name: str, values: Sequence[Any]) -> None:
    """Choose values of a column: in its filters that have a control, else by new filters."""
    controlled = {
        each.name for sheet in walk.sheets(definition) for each in controls_of(definition, sheet)
        if each.kind_of_source == FILTER
    }  # fmt: skip
    if _set_filters(
        definition,
        lambda body: body["FilterId"] in controlled and body["Column"]["ColumnName"] == name,
        values,
    ):
        return
    open.board.allows.check_filtering()
    own = [each for each in open.data_sets if name in open.columns(each)]
    if not own:
        known = dict.fromkeys(each for one in open.data_sets for each in open.columns(one))
        raise invalid(f"There is no column {name}. Known: {', '.join(known)}.")
    groups = [_group(open, each, name, values) for each in own]
    definition["FilterGroups"] = [*definition.get("FilterGroups", ()), *groups]


def _group(open: OpenBoard, identifier: str, name: str, values: Sequence[Any]) -> Json:
    """A filter group for some values of a column; a day stands for all of its moments."""
    column = {"DataSetIdentifier": identifier, "ColumnName": name}
    filters = [filter_values.among(column, values)]
    if values and open.is_date(identifier, name):
        grains = ["DAY" if len(str(each)) <= len("2024-01-31") else "SECOND" for each in values]
        filters = [
            filter_values.equal(column, each, "date", grain)
            for each, grain in zip(values, grains, strict=True)
        ]
    return {
        "FilterGroupId": f"reader-{identifier}-{name}",
        "Filters": filters,
        "ScopeConfiguration": {"AllSheets": {}},
        "CrossDataset": "SINGLE_DATASET",
        "Status": "ENABLED",
    }


def _set_filters(definition: Json, wanted: Any, value: Any) -> int:
    """Set the filters of some sort; how many there were."""
    count = 0
    for kind, body in _filters(definition):
        if wanted(body):
            body |= filter_values.changed(kind, body, value)
            count += 1
    return count


def _replaced(definition: Json, given: Json) -> bool:
    """Put a filter in the place of the definition's of the same id, if there is one."""
    [new] = given.values()
    for group in definition.get("FilterGroups", ()):
        for at, each in enumerate(group["Filters"]):
            [old] = each.values()
            if old["FilterId"] == new["FilterId"]:
                group["Filters"][at] = given
                return True
    return False


def _filters(definition: Json) -> Iterator[tuple[str, dict[str, Any]]]:
    for group in definition.get("FilterGroups", ()):
        for each in group["Filters"]:
            yield from each.items()


def _checked(given: Json) -> Json:
    """A filter that the API's model knows."""
    model: Any = protocol.service_model("quicksight")
    report = ParamValidator().validate(given, model.shape_for("Filter"))
    if report.has_errors() or len(given) != 1:
        raise invalid(f"This is no filter: {report.generate_report() or 'one member is needed'}")
    return given


def _clicked(open: OpenBoard, picked: Json) -> Iterator[Json]:
    """The filters of a clicked mark, on its visual's data set."""
    body = open.board.visual(picked["visual"]).body
    if not actions.filters_by_author(body):
        open.board.allows.check_filtering()
    only = actions.columns(body)
    for each in picked["values"]:
        if only is not None and each["column"] not in only:
            continue
        column = {"DataSetIdentifier": each["set"], "ColumnName": each["column"]}
        if each["set"] not in open.data_sets or each["column"] not in open.columns(each["set"]):
            raise invalid(f"There is no column {each['column']}.")
        yield filter_values.equal(column, each["value"], each["kind"], each.get("grain", ""))
