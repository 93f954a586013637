"""Lake Formation's tags: keys with values, and what has them.

moto takes a resource's tags away when others are added, takes values that a key does not have, and
has no answer for a resource without tags.

Sources: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_AddLFTagsToResource.html
and https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_UpdateLFTag.html
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.lake.refusals import denied
from labkit.cloud.lake_formation import defaults
from labkit.cloud.operations import Answer, AwsError, Context, operation

TAGGED = "lakeformation.tagged"
Tag = dict[str, Any]
# What an operation does with a key that must be there.
_OF_KNOWN = ("GetLFTag", "UpdateLFTag", "DeleteLFTag")


def check_key(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for a key that is made again, or one that is not there."""
    known = _known(context, parameters.get("CatalogId"))
    if context.operation == "CreateLFTag" and parameters["TagKey"] in known:
        raise AwsError("InvalidInputException", "Tag key already exists")
    if context.operation in _OF_KNOWN and parameters["TagKey"] not in known:
        raise AwsError("EntityNotFoundException", "Tag key does not exist")


@operation("lakeformation", "UpdateLFTag", alone=True)
def update_lf_tag(
    context: Context,
    *,
    TagKey: str,
    CatalogId: str | None = None,
    TagValuesToDelete: list[str] | None = None,
    TagValuesToAdd: list[str] | None = None,
) -> Answer:
    """Values more, and less; one that a resource has stays.

    Raises:
        AwsError: ``InvalidInputException``: a resource has a value that would go.
    """
    gone = set(TagValuesToDelete or [])
    backend = context.backend("lakeformation")
    held = (backend.lf_database_tags, backend.lf_table_tags, backend.lf_columns_tags)
    attached = itertools.chain.from_iterable(
        held_at(context.cloud, context.region, each, place)
        for each in held
        for place in list(each)
        if place[0] == _catalog(context, CatalogId)
    )
    if any(tag["TagKey"] == TagKey and gone & set(tag["TagValues"]) for tag in attached):
        raise AwsError("InvalidInputException", "Update not allowed")
    with context.cloud.changing("lakeformation"):
        values = _known(context, CatalogId)[TagKey]
        values[:] = dict.fromkeys(
            each for each in [*values, *(TagValuesToAdd or [])] if each not in gone
        )
    return {}


@operation("lakeformation", "AddLFTagsToResource", alone=True)
def add_lf_tags_to_resource(
    context: Context, *, Resource: Answer, LFTags: list[Tag], CatalogId: str | None = None
) -> Answer:
    """Tags beside those that a resource has; a key has the values that it was given last."""
    known = _known(context, CatalogId)
    tags = [{"CatalogId": _catalog(context, CatalogId)} | each for each in LFTags]
    failures = [
        _failure(tag) for tag in tags if not {*tag["TagValues"]} <= {*known.get(tag["TagKey"], [])}
    ]
    if failures:
        return {"Failures": failures}
    added = {tag["TagKey"] for tag in tags}
    with context.cloud.changing("lakeformation"):
        for held, place in _places(context, Resource):
            _note(context, place)
            former = held.get(place, [])
            held[place] = [tag for tag in former if tag["TagKey"] not in added] + tags
    return {"Failures": []}


@operation("lakeformation", "GetResourceLFTags")
def get_resource_lf_tags(
    context: Context, *, Resource: Answer, ShowAssignedLFTags: bool = False, **_: Any
) -> Answer:
    """The tags of a resource, and of what it is in: with those from above, or its own alone.

    Raises:
        AwsError: ``AccessDeniedException``: the caller may not see it.
    """
    if len(Resource) != 1:
        raise AwsError("InvalidInputException", "Resource must have one of the combinations.")
    [named] = Resource.values()
    seen = Metastore(context.cloud, context.region, principal=context.principal)
    catalog = _catalog(context, named.get("CatalogId"))
    if "DatabaseName" not in named:
        seen.check_database("DESCRIBE", named["Name"])
        return tags_of(context, (catalog, named["Name"].lower()), own=ShowAssignedLFTags)
    place = (catalog, named["DatabaseName"].lower(), named["Name"].lower())
    access = seen.access(*place[1:])
    if access and not access.rights:
        raise denied("DESCRIBE", named["Name"])
    told, columns = access.told() if access else None, columns_of(context, place, named)
    columns = [each for each in columns if told is None or each in told]
    return tags_of(context, place, columns, own=ShowAssignedLFTags)


def tags_of(
    context: Context, place: tuple[str, ...], columns: Iterable[str] = (), *, own: bool = False
) -> Answer:
    """The tags of a database, a table and its columns; what is nearer counts.

    Args:
        place: the catalog, the database, and the table.
        columns: names of its columns.
        own: not those that they have from above.

    Returns:
        ``LFTagOnDatabase``, ``LFTagsOnTable`` and ``LFTagsOnColumns``, where there are any.
    """
    backend, told = context.backend("lakeformation"), {}
    above: dict[str, Tag] = {}

    def tags(held: dict[Any, list[Tag]], where: tuple[str, ...]) -> dict[str, Tag]:
        mine = held_at(context.cloud, context.region, held, where)
        return ({} if own else above) | {tag["TagKey"]: tag for tag in mine}

    kinds = {"LFTagOnDatabase": backend.lf_database_tags, "LFTagsOnTable": backend.lf_table_tags}
    for count, (member, held) in enumerate(kinds.items(), start=2):
        if count <= len(place):
            above = tags(held, place[:count])
            told[member] = [*above.values()]
    found = {each: tags(backend.lf_columns_tags, (*place, each)) for each in columns}
    told["LFTagsOnColumns"] = [
        {"Name": name, "LFTags": [*each.values()]} for name, each in found.items() if each
    ]
    return {member: each for member, each in told.items() if each}


def held_at(
    cloud: Cloud, region: str, held: dict[Any, list[Tag]], place: tuple[str, ...]
) -> list[Tag]:
    """The tags of a place, which what is made anew under a name does not have.

    Args:
        held: moto's records of databases', tables' or columns'.
        place: the catalog, the database, the table and the column.
    """
    noted = cloud.records(TAGGED).get(_name(region, place))
    is_gone = noted is not None and noted["made"] != _made(cloud, region, place)
    return [] if is_gone else held.get(place, [])


def _note(context: Context, place: tuple[str, ...]) -> None:
    """Remember what is tagged, and forget the tags of what had its name."""
    backend, noted = context.backend("lakeformation"), context.cloud.records(TAGGED)
    name, made = _name(context.region, place), _made(context.cloud, context.region, place)
    if name in noted and noted[name]["made"] != made:
        for held in (backend.lf_database_tags, backend.lf_table_tags, backend.lf_columns_tags):
            for each in [each for each in held if _name(context.region, each) == name]:
                del held[each]
    if made is not None:
        noted[name] = {"made": made}


def _name(region: str, place: tuple[str, ...]) -> str:
    return "/".join([region, *place[:3]])


def _made(cloud: Cloud, region: str, place: tuple[str, ...]) -> float | None:
    if len(place) == 2:
        return defaults.made(cloud, region, {"Database": {"Name": place[1]}})
    return defaults.made(cloud, region, {"Table": {"DatabaseName": place[1], "Name": place[2]}})


@operation("lakeformation", "RemoveLFTagsFromResource", alone=True)
def remove_lf_tags_from_resource(
    context: Context, *, Resource: Answer, LFTags: list[Tag], CatalogId: str | None = None
) -> Answer:
    """Tags away from a resource, and which it does not have."""
    failures = []
    with context.cloud.changing("lakeformation"):
        for held, place in _places(context, Resource):
            for tag in LFTags:
                mine = held_at(context.cloud, context.region, held, place)
                has = [each for each in mine if _is(each, tag)]
                if not has:
                    failures.append(_failure({"CatalogId": _catalog(context, CatalogId)} | tag))
                held[place] = [each for each in held.get(place, []) if each not in has]
    return {"Failures": failures}


def _is(held: Tag, asked: Tag) -> bool:
    return held["TagKey"] == asked["TagKey"] and {*asked["TagValues"]} <= {*held["TagValues"]}


def _failure(tag: Tag) -> Answer:
    words = "Tag or tag value does not exist."
    return {"LFTag": tag, "Error": {"ErrorCode": "EntityNotFoundException", "ErrorMessage": words}}


def _places(context: Context, resource: Answer) -> Iterator[tuple[dict[Any, list[Tag]], Any]]:
    """Where moto keeps the tags of a resource: the records, and its key in them."""
    backend = context.backend("lakeformation")
    if database := resource.get("Database"):
        catalog = _catalog(context, database.get("CatalogId"))
        yield backend.lf_database_tags, (catalog, database["Name"].lower())
    for kind in filter(None, (resource.get("Table"), resource.get("TableWithColumns"))):
        catalog = _catalog(context, kind.get("CatalogId"))
        place = (catalog, kind["DatabaseName"].lower(), kind["Name"].lower())
        if not {"ColumnNames", "ColumnWildcard"} & kind.keys():
            yield backend.lf_table_tags, place
            continue
        for column in columns_of(context, place, kind):
            yield backend.lf_columns_tags, (*place, column)


def columns_of(context: Context, place: tuple[str, ...], named: Answer | None = None) -> list[str]:
    """The columns that a resource names: all of the table, where it names none."""
    named = named or {}
    if "ColumnNames" in named:
        return [each.lower() for each in named["ColumnNames"]]
    tagged = context.backend("lakeformation").lf_columns_tags
    known = Metastore(context.cloud, context.region).definition(*place[1:]) or {}
    storage = known.get("StorageDescriptor") or {}
    told = [*(storage.get("Columns") or ()), *(known.get("PartitionKeys") or ())]
    found = [each["Name"].lower() for each in told] + [
        name for (*table, name) in tagged if tuple(table) == place
    ]
    left_out = (named.get("ColumnWildcard") or {}).get("ExcludedColumnNames") or ()
    return [
        name for name in dict.fromkeys(found) if name not in {each.lower() for each in left_out}
    ]


def _known(context: Context, catalog: str | None) -> dict[str, list[str]]:
    """A catalog's keys and their values."""
    backend = context.backend("lakeformation")
    known: dict[str, list[str]] = backend.list_lf_tags(_catalog(context, catalog))
    return known


def _catalog(context: Context, asked: str | None) -> str:
    return asked or context.account
