"""Templates: definitions with placeholders for their data sets, versioned, with aliases.

Sources: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateTemplate.html
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateTemplateAlias.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import records, sharing
from labkit.cloud.quicksight.definitions import builds, versions
from labkit.cloud.quicksight.kinds import TEMPLATE
from labkit.cloud.quicksight.records import Record, answers, lists
from labkit.cloud.quicksight.words import conflict, exists, invalid, not_found

OF_VERSION = ("Arn", "VersionNumber", "CreatedTime", "Status", "Description")
sharing.register(TEMPLATE)


@answers("CreateTemplate")
def create(context: Context, *, TemplateId: str, Name: str | None = None, **members: Any) -> Answer:
    told, definition = builds.build_template(context, members)
    granted, tags = members.get("Permissions"), members.get("Tags")
    with context.cloud.state.together():
        named = {"Name": Name}
        records.create(context, TEMPLATE, TemplateId, named, permissions=granted, tags=tags)
        return _begun(context, TemplateId, told, definition)


@answers("UpdateTemplate")
def update(context: Context, *, TemplateId: str, Name: str | None = None, **members: Any) -> Answer:
    records.find(context, TEMPLATE, TemplateId)
    told, definition = builds.build_template(context, members)
    named = {"Name": Name} if Name and "Errors" not in told else {}  # one that failed keeps its own
    with context.cloud.state.together():
        records.update(context, TEMPLATE, TemplateId, named)
        return _begun(context, TemplateId, told, definition)


@answers("DescribeTemplate")
def describe(
    context: Context,
    *,
    TemplateId: str,
    VersionNumber: int | None = None,
    AliasName: str | None = None,
) -> Answer:
    version = versions.find(context, TEMPLATE, TemplateId, VersionNumber, AliasName)
    record = records.find(context, TEMPLATE, TemplateId)
    return {"Template": {**records.shown(record), "Version": records.shown(version)}}


@answers("DescribeTemplateDefinition")
def describe_definition(
    context: Context,
    *,
    TemplateId: str,
    VersionNumber: int | None = None,
    AliasName: str | None = None,
) -> Answer:
    version = versions.find(context, TEMPLATE, TemplateId, VersionNumber, AliasName)
    return {
        **records.shown(records.find(context, TEMPLATE, TemplateId), "TemplateId", "Name"),
        **records.shown(version, "Errors", "ThemeArn"),
        "ResourceStatus": version["Status"],
        "Definition": builds.told_whole(version["_"]["definition"]),
    }


@answers("DeleteTemplate")
def delete(context: Context, *, TemplateId: str, VersionNumber: int | None = None) -> Answer:
    record = records.find(context, TEMPLATE, TemplateId)
    if VersionNumber is None:
        with context.cloud.state.together():
            versions.forget(context, TEMPLATE, TemplateId)
            records.remove(context, TEMPLATE, TemplateId)
        return records.shown(record, "Arn", "TemplateId")
    versions.find(context, TEMPLATE, TemplateId, VersionNumber)
    if VersionNumber in _aliases(record).values():
        raise conflict(f"Version {VersionNumber} of template {TemplateId} has an alias.")
    with context.cloud.state.together():
        versions.remove(context, TEMPLATE, TemplateId, VersionNumber)
        if not versions.every(context.cloud, context.region, TEMPLATE, TemplateId):
            records.remove(context, TEMPLATE, TemplateId)
    return records.shown(record, "Arn", "TemplateId")


@lists("ListTemplates", "TemplateSummaryList")
def list_all(context: Context) -> list[Record]:
    return [_summary(context, record) for record in records.listed(context, TEMPLATE)]


@lists("ListTemplateVersions", "TemplateVersionSummaryList")
def list_versions(context: Context, *, TemplateId: str) -> list[Record]:
    records.find(context, TEMPLATE, TemplateId)
    every = versions.every(context.cloud, context.region, TEMPLATE, TemplateId)
    return [records.shown(each, *OF_VERSION) for each in every]


# Aliases ------------------------------------------------------------------------------------------


@answers("CreateTemplateAlias")
def create_alias(
    context: Context, *, TemplateId: str, AliasName: str, TemplateVersionNumber: int
) -> Answer:
    record = records.find(context, TEMPLATE, TemplateId)
    if AliasName.startswith("$"):
        raise invalid("Alias names that start with $ are reserved.")
    if AliasName in _aliases(record):
        raise exists(f"Alias {AliasName} of template {TemplateId} already exists.")
    return _point(context, record, AliasName, TemplateVersionNumber)


@answers("UpdateTemplateAlias")
def update_alias(
    context: Context, *, TemplateId: str, AliasName: str, TemplateVersionNumber: int
) -> Answer:
    record = records.find(context, TEMPLATE, TemplateId)
    _alias(record, AliasName)
    return _point(context, record, AliasName, TemplateVersionNumber)


@answers("DescribeTemplateAlias")
def describe_alias(context: Context, *, TemplateId: str, AliasName: str) -> Answer:
    record = records.find(context, TEMPLATE, TemplateId)
    return {"TemplateAlias": _alias(record, AliasName)}


@answers("DeleteTemplateAlias")
def delete_alias(context: Context, *, TemplateId: str, AliasName: str) -> Answer:
    record = records.find(context, TEMPLATE, TemplateId)
    gone = _alias(record, AliasName)
    left = {name: number for name, number in _aliases(record).items() if name != AliasName}
    records.keep(context, TEMPLATE, TemplateId, aliases=left)
    return {"TemplateId": TemplateId, "AliasName": AliasName, "Arn": gone["Arn"]}


@lists("ListTemplateAliases", "TemplateAliasList")
def list_aliases(context: Context, *, TemplateId: str) -> list[Record]:
    record = records.find(context, TEMPLATE, TemplateId)
    return [_alias(record, name) for name in _aliases(record)]


def _point(context: Context, record: Record, name: str, number: int) -> Answer:
    id = record["TemplateId"]
    versions.find(context, TEMPLATE, id, number)
    aliases = {**_aliases(record), name: number}
    return {"TemplateAlias": _alias(records.keep(context, TEMPLATE, id, aliases=aliases), name)}


def _alias(record: Record, name: str) -> Record:
    if name not in _aliases(record):
        raise not_found(f"Alias {name} of template {record['TemplateId']} is not found.")
    arn = f"{record['Arn']}/alias/{name}"
    return {"AliasName": name, "Arn": arn, "TemplateVersionNumber": _aliases(record)[name]}


def _aliases(record: Record) -> dict[str, int]:
    return dict(record["_"].get("aliases", {}))


def _begun(context: Context, id: str, told: Record, definition: Record) -> Answer:
    made = versions.add(context, TEMPLATE, id, told, {"definition": definition})
    return {
        **records.shown(records.find(context, TEMPLATE, id), "Arn", "TemplateId"),
        "VersionArn": made["Arn"],
        "Status": 202,
        "CreationStatus": builds.answer(made["Status"]),
    }


def _summary(context: Context, record: Record) -> Record:
    every = versions.every(context.cloud, context.region, TEMPLATE, record["TemplateId"])
    latest = {"LatestVersionNumber": every[-1]["VersionNumber"]} if every else {}
    names = ("Arn", "TemplateId", "Name", "CreatedTime", "LastUpdatedTime")
    return {**records.shown(record, *names), **latest}
