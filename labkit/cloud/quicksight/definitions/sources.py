"""Definitions out of templates, and templates out of analyses.

A template has placeholders where an analysis has data sets, each with the columns that a data set
must have to take its place. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_TemplateSourceAnalysis.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DataSetSchema.html
"""

from __future__ import annotations

import json
from typing import Any

from labkit.cloud.operations import Context
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.definitions import catalog, versions, walk
from labkit.cloud.quicksight.definitions.judgement import Column, Columns, Error
from labkit.cloud.quicksight.kinds import ANALYSIS, TEMPLATE
from labkit.cloud.quicksight.words import invalid

Record = dict[str, Any]
Taken = tuple[Record, str, list[Error]]


def from_template(context: Context, source: Record) -> Taken:
    """An analysis' or a dashboard's definition out of a template, its data sets put in.

    Returns:
        The definition, the source's ARN, and what keeps it from standing.
    """
    given = source.get("SourceTemplate") or {}
    template, arn, errors = _template(context, given.get("Arn", ""))
    if errors:
        return template, arn, errors
    put_in = {one["DataSetPlaceholder"]: one["DataSetArn"] for one in given["DataSetReferences"]}
    wanted = schemas(template)
    missing = [name for name in wanted if name not in put_in]
    if missing:
        raise invalid(f"Data set references are missing for placeholders: {', '.join(missing)}")
    declared = [{"Identifier": name, "DataSetArn": put_in[name]} for name in wanted]
    rest = {name: value for name, value in template.items() if name != "DataSetConfigurations"}
    errors = [e for name in wanted for e in _misfits(context, wanted[name], put_in[name])]
    return {"DataSetIdentifierDeclarations": declared, **rest}, arn, errors


def for_template(context: Context, source: Record) -> Taken:
    """A template's definition out of an analysis or of another template."""
    if "SourceTemplate" in source:
        return _template(context, source["SourceTemplate"]["Arn"])
    given = source.get("SourceAnalysis") or {}
    record = _analysis(context, given.get("Arn", ""))
    if record is None or record["Status"] == "DELETED":
        return {}, given.get("Arn", ""), [_no_source(given.get("Arn", ""))]
    named = {one["DataSetArn"]: one["DataSetPlaceholder"] for one in given["DataSetReferences"]}
    return _with_placeholders(context, record["_"]["definition"], named), given["Arn"], []


def theme_of(context: Context, source: Record) -> str | None:
    """The ARN of the theme that a template or an analysis has."""
    arn = (source.get("SourceTemplate") or source.get("SourceAnalysis") or {}).get("Arn", "")
    found = _version(context, arn) if "SourceTemplate" in source else _analysis(context, arn)
    return (found or {}).get("ThemeArn")


def schemas(template: Record) -> dict[str, Columns]:
    """The columns that a template wants of the data set in the place of each placeholder."""
    return {
        each["Placeholder"]: {
            column["Name"]: Column(column.get("DataType", ""), column.get("GeographicRole") or "")
            for column in each.get("DataSetSchema", {}).get("ColumnSchemaList", ())
        }
        for each in template.get("DataSetConfigurations", ())
    }


def _analysis(context: Context, arn: str) -> Record | None:
    region, id = catalog.place_of(arn)
    return records.look_up(context.cloud, region, ANALYSIS, id)


def _version(context: Context, arn: str) -> Record | None:
    """A template's version."""
    region, path = catalog.place_of(arn)
    id, _, which = path.partition("/")
    return versions.by_path(context.cloud, region, TEMPLATE, id, which)


def _template(context: Context, arn: str) -> Taken:
    found = _version(context, arn)
    if found is None or "definition" not in found["_"]:
        return {}, arn, [_no_source(arn)]
    return found["_"]["definition"], arn, []


def _with_placeholders(context: Context, definition: Record, named: dict[str, str]) -> Record:
    declared = walk.data_sets(definition)
    missing = [arn for arn in declared.values() if arn not in named]
    if missing:
        raise invalid(f"Data set references are missing for data sets: {', '.join(missing)}")
    renamed = {identifier: named[arn] for identifier, arn in declared.items()}
    rest = {k: v for k, v in definition.items() if k != "DataSetIdentifierDeclarations"}
    configured = [_schema(context, named[arn], arn) for arn in dict.fromkeys(declared.values())]
    return {"DataSetConfigurations": configured, **_renamed(rest, renamed)}


def _renamed(value: Record, renamed: dict[str, str]) -> Record:
    def other(item: Record) -> Record:
        name = item.get("DataSetIdentifier")
        return item | {"DataSetIdentifier": renamed[name]} if name in renamed else item

    changed: Record = json.loads(json.dumps(value), object_hook=other)
    return changed


def _schema(context: Context, placeholder: str, arn: str) -> Record:
    columns = catalog.columns_of(context.cloud, arn) or {}
    shown = [
        {"Name": name, "DataType": column.type}
        | ({"GeographicRole": column.role} if column.role else {})
        for name, column in columns.items()
    ]
    return {
        "Placeholder": placeholder,
        "DataSetSchema": {"ColumnSchemaList": shown},
        "ColumnGroupSchemaList": [],
    }


def _misfits(context: Context, wanted: Columns, arn: str) -> list[Error]:
    """What a data set lacks of the columns that a placeholder wants."""
    known = catalog.columns_of(context.cloud, arn)
    if known is None:
        return [{"Type": "DATA_SET_NOT_FOUND", "Message": f"Data set '{arn}' is not found."}]
    found = (_misfit(name, column, known.get(name), arn) for name, column in wanted.items())
    return [error for error in found if error]


def _misfit(name: str, wanted: Column, column: Column | None, arn: str) -> Error | None:
    if column is None:
        words = f"Required column '{name}' is missing in data set '{arn}'"
        return {"Type": "COLUMN_REPLACEMENT_MISSING", "Message": words}
    if wanted.type and wanted.type != column.type:
        words = f"Required type for column '{name}' in data set '{arn}' is '{wanted.type}', "
        return {"Type": "COLUMN_TYPE_MISMATCH", "Message": words + f"found '{column.type}'"}
    if wanted.role != column.role:
        words = f"Required geographic role for column '{name}' in data set '{arn}' is "
        words += f"'{wanted.role or 'null'}', found '{column.role or 'null'}'"
        return {"Type": "COLUMN_GEOGRAPHIC_ROLE_MISMATCH", "Message": words}
    return None


def _no_source(arn: str) -> Error:
    return {"Type": "SOURCE_NOT_FOUND", "Message": f"Source '{arn}' is not found."}
