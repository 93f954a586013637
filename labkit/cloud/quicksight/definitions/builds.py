"""From a call's members to what is stored: the definition, its status, what is wrong with it.

A new asset is made of a definition or of a source that has one, whose theme it has unless another
is given. It is there from the call on; the call answers ``..._IN_PROGRESS``, and ``Describe`` what
has come of it. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateAnalysis.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersion.html
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from labkit.cloud.members import given
from labkit.cloud.operations import Context
from labkit.cloud.quicksight import gate, themes
from labkit.cloud.quicksight.accounts import members as folders
from labkit.cloud.quicksight.definitions import catalog, checks, sources, walk
from labkit.cloud.quicksight.definitions.judgement import Error, Subject, judge
from labkit.cloud.quicksight.words import invalid

Record = dict[str, Any]
__all__ = ["answer", "build", "build_template", "checks", "plain", "told_whole"]
_ALWAYS = ("CalculatedFields", "ParameterDeclarations", "FilterGroups")


def build(context: Context, members: Record, *, verb: str = "CREATION") -> tuple[Record, Record]:
    """An analysis' or a dashboard's version: what ``Describe`` tells of it, and its definition.

    Args:
        members: of the call: ``Definition`` or ``SourceEntity``, and more.
        verb: ``CREATION`` or ``UPDATE``, as its status has it.

    Raises:
        AwsError: ``InvalidParameterValueException``, the definition is wrong within;
            ``ResourceNotFoundException``, there is no such folder or theme.
    """
    folders.check(context, members.get("FolderArns"))
    members = _themed(context, members)
    if theme := members.get("ThemeArn"):
        themes.configuration(context.cloud, context.region, theme)
    definition, source, errors = _taken(context, members, sources.from_template)
    errors = errors or judge(_subject(context, members, definition), strict=_is_strict(members))
    return _described(members, definition, errors, source, verb), definition


def build_template(context: Context, members: Record) -> tuple[Record, Record]:
    """A template's version and its definition, of a definition, an analysis or a template."""
    definition, source, errors = _taken(context, members, sources.for_template)
    schemas = sources.schemas(definition)
    errors = errors or judge(Subject(definition, schemas), strict=_is_strict(members))
    told = _described(_themed(context, members), definition, errors, source, "CREATION")
    shown = {"DataSetConfigurations": definition.get("DataSetConfigurations", [])}
    return {k: v for k, v in told.items() if k != "DataSetArns"} | shown, definition


def told_whole(definition: Record) -> Record:
    """A definition as it is described: lists that it was made without are there, and empty.

    Source: https://github.com/aws-samples/amazon-quicksight-sdk-proserve, which reads them unasked

    >>> told_whole({"Sheets": []})["FilterGroups"]
    []
    """
    return {name: [] for name in _ALWAYS} | definition


def answer(status: str) -> str:
    """The status that the call itself answers.

    >>> answer("CREATION_SUCCESSFUL")
    'CREATION_IN_PROGRESS'
    """
    return f"{status.split('_')[0]}_IN_PROGRESS"


def plain(value: Any) -> Any:
    """A definition or parameters as JSON keeps them: moments as seconds since 1970."""
    match value:
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case datetime.datetime():
            return value.timestamp()
    return value


Take = Callable[[Context, Record], tuple[Record, str, list[Error]]]


def _taken(context: Context, members: Record, take: Take) -> tuple[Record, str, list[Error]]:
    given, source = members.get("Definition"), members.get("SourceEntity") or None
    if given is None and source is None and gate.is_open(context.cloud):
        given = {"DataSetIdentifierDeclarations": []}
    if (given is None) == (source is None):
        raise invalid("Either a SourceEntity or a Definition must be provided.")
    if given is not None:
        return plain(given), "", []
    return take(context, source or {})


def _themed(context: Context, members: Record) -> Record:
    """The members of a call with the theme of its source, where they name none."""
    return {"ThemeArn": sources.theme_of(context, members.get("SourceEntity") or {}), **members}


def _subject(context: Context, members: Record, definition: Record) -> Subject:
    arns = walk.data_sets(definition)
    columns = {name: catalog.columns_of(context.cloud, arn) for name, arn in arns.items()}
    return Subject(definition, columns, members.get("Parameters") or {})


def _described(
    members: Record, definition: Record, errors: list[Error], source: str, verb: str
) -> Record:
    described = {
        "Status": f"{verb}_FAILED" if errors else f"{verb}_SUCCESSFUL",
        "Errors": errors or None,
        "SourceEntityArn": source or None,
        "DataSetArns": list(walk.data_sets(definition).values()),
        "ThemeArn": members.get("ThemeArn"),
        "Description": members.get("VersionDescription"),
        "Sheets": [_sheet(each) for each in definition.get("Sheets", ())],
    }
    return given(described)


def _sheet(sheet: Record) -> Record:
    named = {"Name": sheet["Name"]} if "Name" in sheet else {}
    return {"SheetId": sheet["SheetId"], **named, "Images": sheet.get("Images", [])}


def _is_strict(members: Record) -> bool:
    return bool((members.get("ValidationStrategy") or {}).get("Mode", "STRICT") == "STRICT")
