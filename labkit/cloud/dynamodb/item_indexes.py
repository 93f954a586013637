"""What DynamoDB refuses of a table's indexes, and of items that none of them could hold.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html and, for the
words, https://github.com/mhart/dynalite/blob/main/validations/createTable.js
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from labkit.cloud.constraints import refusal as constraint
from labkit.cloud.dynamodb.item_keys import types_of
from labkit.cloud.dynamodb.item_values import refusal

_WRONG = "One or more parameter values were invalid: "
_GLOBAL, _LOCAL = "GlobalSecondaryIndexes", "LocalSecondaryIndexes"
_MOST = {_GLOBAL: 20, _LOCAL: 5}
_SAYING = {"S": "string", "B": "binary"}
_PROJECTIONS = ("ALL", "INCLUDE", "KEYS_ONLY")
Json = dict[str, Any]


def check_new(parameters: Json) -> None:
    """Raise for indexes that a new table cannot have.

    Raises:
        AwsError: ``ValidationException``.
    """
    indexes = [each for kind in _MOST for each in parameters.get(kind) or ()]
    for kind, most in _MOST.items():
        if len(parameters.get(kind) or ()) > most:
            words = f"{kind.removesuffix('es')} count exceeds the per-table limit of {most}"
            raise refusal(_WRONG + words)
    names = [each["IndexName"] for each in indexes]
    if twice := [name for name in names if names.count(name) > 1]:
        raise refusal(f"{_WRONG}Duplicate index name: {twice[0]}")
    for each in indexes:
        check_projection(each["Projection"])
        if parameters.get("BillingMode") == "PAY_PER_REQUEST" and each.get("ProvisionedThroughput"):
            words = f"ProvisionedThroughput should not be specified for index: {each['IndexName']}"
            raise refusal(f"{_WRONG}{words} when BillingMode is PAY_PER_REQUEST")
    for kind in _MOST:
        for each in parameters.get(kind) or ():
            definitions = parameters["AttributeDefinitions"]
            check_keys(each["KeySchema"], definitions, of=kind)
    for each in parameters.get(_GLOBAL) or ():
        mode = parameters.get("BillingMode", "PROVISIONED")
        if mode == "PROVISIONED" and not each.get("ProvisionedThroughput"):
            words = f"ProvisionedThroughput is not specified for index: {each['IndexName']}"
            raise refusal(_WRONG + words)
    for each in parameters.get(_LOCAL) or ():
        _check_local(parameters["KeySchema"], each)


def check_keys(schema: list[Json], definitions: list[Json], *, of: str = "") -> None:
    """Raise for what no table or index has for its key.

    Args:
        of: the kind of index that has it; a part of a global one's may have several attributes.
    """
    names, kinds = [each["AttributeName"] for each in schema], [each["KeyType"] for each in schema]
    defined = list(dict.fromkeys(each["AttributeName"] for each in definitions))
    if not {*names} <= {*defined} or len(names) > len(defined):
        if len(names) > 1 and not of:
            raise refusal("Invalid KeySchema: Some index key attribute have no definition")
        told = f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(defined)}]"
        words = "Some index key attributes are not defined in AttributeDefinitions"
        raise refusal(f"{_WRONG}{words}. {told}")
    if kinds[0] != "HASH":
        raise refusal("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if len({*names}) < len(names):
        words = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        raise refusal(words)
    if kinds != sorted(kinds) or (kinds[1:] and of != _GLOBAL and kinds[1] != "RANGE"):
        raise refusal("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")


def check_held(table: Any, item: Json) -> None:
    """Raise for an attribute that no index could have for the key that it is of it.

    Raises:
        AwsError: ``ValidationException``.
    """
    for name, index in _keys(table, item):
        if any(kind in _SAYING and not inner for kind, inner in item[name].items()):
            kind = _SAYING[next(iter(item[name]))]
            words = "One or more parameter values are not valid. A value specified for a secondary"
            told = f"cannot contain an empty {kind} value. IndexName: {index}, IndexKey: {name}"
            why = "index key is not supported. The AttributeValue for a key attribute"
            raise refusal(f"{words} {why} {told}")
    if why := mismatch(table, {"Item": item}):
        raise refusal(why)


def mismatch(table: Any, parameters: Json) -> str:
    """Why an attribute of an item is of another type than an index's key; nothing if none is."""
    types, item = types_of(table), parameters.get("Item") or {}
    for name, index in _keys(table, item):
        if types.get(name, next(iter(item[name]))) not in item[name]:
            told = f"Expected: {types[name]} Actual: {next(iter(item[name]))}"
            return f"{_WRONG}Type mismatch for Index Key {name} {told} IndexName: {index}"
    return ""


def _keys(table: Any, item: Json) -> Iterator[tuple[str, str]]:
    """The attributes of an item that are keys of indexes, and the index of each."""
    for index in table.all_indexes():
        for name in (each["AttributeName"] for each in index.schema):
            if name in item:
                yield name, index.name


def check_projected(table: Any, index: str | None, paths: Iterable[Sequence[Any]]) -> None:
    """Raise for attributes that a global index does not have."""
    held = projected(table, index) if index else None
    if held is None or index in {each.name for each in table.indexes}:
        return
    roots = dict.fromkeys(str(path[0]) for path in paths)
    if absent := [name for name in roots if name not in held]:
        told = f"Global secondary index {index} does not project [{', '.join(absent)}]"
        raise refusal(_WRONG + told)


def projected(table: Any, index: str) -> set[str] | None:
    """The attributes that an index has; ``None`` where it has all."""
    found = table.get_index(index)
    projection = found.projection or {}
    if projection.get("ProjectionType", "ALL") == "ALL":
        return None
    keys = [each["AttributeName"] for each in (*found.schema, *table.schema)]
    return {*keys, *(projection.get("NonKeyAttributes") or ())}


def check_projection(projection: Json) -> None:
    """Raise for what no index has of its table.

    Raises:
        AwsError: ``ValidationException``.
    """
    kind, names = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is not None and kind not in _PROJECTIONS:
        must = f"satisfy enum value set: [{', '.join(_PROJECTIONS)}]"
        raise constraint(kind, "projection.projectionType", must)
    if kind is None:
        raise refusal(f"{_WRONG}Unknown ProjectionType: null")
    if kind == "INCLUDE" and not names:
        words = "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"
        raise refusal(_WRONG + words)
    if kind != "INCLUDE" and names:
        raise refusal(f"{_WRONG}ProjectionType is {kind}, but NonKeyAttributes is specified")


def _check_local(table: list[Json], index: Json) -> None:
    name, schema = index["IndexName"], index["KeySchema"]
    if len(table) < 2:
        words = "Table KeySchema does not have a range key, which is required when specifying a"
        raise refusal(f"{_WRONG}{words} LocalSecondaryIndex")
    if len(schema) < 2:
        raise refusal(f"{_WRONG}Index KeySchema does not have a range key for index: {name}")
    leads, led = schema[0]["AttributeName"], table[0]["AttributeName"]
    if leads != led:
        words = "Index KeySchema does not have the same leading hash key as table KeySchema for"
        told = f"index: {name}. index hash key: {leads}, table hash key: {led}"
        raise refusal(f"{_WRONG}{words} {told}")
