"""What a snapshot job may ask for.

One PDF of a whole sheet, one Excel workbook of at most five tables or pivot tables, five CSV files
of one each; values of parameters that the dashboard declares. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StartDashboardSnapshotJob.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SnapshotFileSheetSelection.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labkit.cloud.operations import Context
from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.definitions.checks import values
from labkit.cloud.quicksight.definitions.judgement import Subject
from labkit.cloud.quicksight.visuals.model import TABLES
from labkit.cloud.quicksight.words import invalid

Json = Mapping[str, Any]
MOST_FILES = {"PDF": 1, "EXCEL": 1, "CSV": 5}
MOST_VISUALS = {"EXCEL": 5, "CSV": 1}


def check(context: Context, definition: Json, configuration: Json) -> None:
    """Raise when a job's configuration is not one that QuickSight takes.

    Raises:
        AwsError: ``InvalidParameterValueException``.
    """
    given = Subject(definition, {}, configuration.get("Parameters") or {})
    for finding in values.given(given):
        raise invalid(finding.message)
    files = list(files_of(configuration))
    for kind, most in MOST_FILES.items():
        if sum(each["FormatType"] == kind for each in files) > most:
            raise invalid(f"A snapshot job makes at most {most} {kind} file{'s' * (most > 1)}.")
    for each in files:
        _check_file(definition, each)
    for group in configuration["FileGroups"]:
        if not group.get("Files"):
            raise invalid("A FileGroup must have a file.")
    _check_destination(context, configuration)


def files_of(configuration: Json) -> Iterator[Json]:
    """The files of a job's configuration."""
    for group in configuration["FileGroups"]:
        yield from group.get("Files") or ()


def selected(definition: Json, file: Json) -> list[walk.Placed]:
    """The visuals of a file's selections, in their order."""
    known = walk.visuals(definition)
    ids = (id for each in file["SheetSelections"] for id in each.get("VisualIds") or ())
    return [known[id] for id in ids]


def _check_file(definition: Json, file: Json) -> None:
    kind, selections = file["FormatType"], file["SheetSelections"]
    known = {each["SheetId"] for each in definition.get("Sheets") or ()}
    for each in selections:
        if each["SheetId"] not in known:
            raise invalid(f"The dashboard has no sheet {each['SheetId']}.")
    if kind == "PDF":
        _check_pdf(selections)
    else:
        _check_visuals(definition, kind, selections)


def _check_pdf(selections: list[Json]) -> None:
    if len(selections) != 1:
        raise invalid("A PDF file is of one sheet: SheetSelections must have one member.")
    [selection] = selections
    if selection["SelectionScope"] != "ALL_VISUALS" or selection.get("VisualIds"):
        raise invalid("SelectionScope must be ALL_VISUALS, without VisualIds, for the format PDF.")


def _check_visuals(definition: Json, kind: str, selections: list[Json]) -> None:
    known, count = walk.visuals(definition), 0
    for each in selections:
        if each["SelectionScope"] != "SELECTED_VISUALS" or not each.get("VisualIds"):
            raise invalid(
                f"SelectionScope must be SELECTED_VISUALS, with VisualIds, for the format {kind}."
            )
        for id in each["VisualIds"]:
            placed = known.get(id)
            if placed is None or placed.sheet["SheetId"] != each["SheetId"]:
                raise invalid(f"The sheet {each['SheetId']} has no visual {id}.")
            if placed.type not in TABLES:
                raise invalid(
                    f"The visual {id} is a {placed.type}: the format {kind} is for tables and "
                    "pivot tables."
                )
            count += 1
    if count > MOST_VISUALS[kind]:
        raise invalid(f"The format {kind} takes at most {MOST_VISUALS[kind]} VisualIds.")


def _check_destination(context: Context, configuration: Json) -> None:
    for each in (configuration.get("DestinationConfiguration") or {}).get("S3Destinations") or ():
        region = each["BucketConfiguration"]["BucketRegion"]
        if region != context.region:
            raise invalid(
                f"BucketRegion {region} is not {context.region}, in which the job is started."
            )
