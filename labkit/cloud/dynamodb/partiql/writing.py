"""INSERT, UPDATE, DELETE and EXISTS as the calls that they are, each of one item.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.statements.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.dynamodb.item_values import refusal
from labkit.cloud.dynamodb.partiql import plans
from labkit.cloud.dynamodb.partiql.calling import keys_of
from labkit.cloud.dynamodb.partiql.expressions import Terms, condition, update
from labkit.cloud.dynamodb.partiql.statement import Statement
from labkit.cloud.dynamodb.partiql.values import item_of
from labkit.cloud.partiql.tree import Call, Name, Operation, Path

Json = dict[str, Any]
#: What is told of a transaction's part or a call: as which it is asked.
CALLS = {"INSERT": "Put", "UPDATE": "Update", "DELETE": "Delete", "EXISTS": "ConditionCheck"}
_RETURNED = {
    "ALL OLD": "ALL_OLD",
    "ALL NEW": "ALL_NEW",
    "MODIFIED OLD": "UPDATED_OLD",
    "MODIFIED NEW": "UPDATED_NEW",
}


def members(table: Any, asked: Statement, parameters: list[Json]) -> Json:
    """The members of the call that a statement is.

    Raises:
        AwsError: ``ValidationException``.
    """
    terms, keys = Terms(parameters), keys_of(table, asked, parameters)
    there = Call("ATTRIBUTE_EXISTS", (Path(Name(keys.names[0])),))
    if asked.kind == "INSERT":
        item = item_of(asked.item.items, parameters)
        for name in keys.names:
            if name not in item:
                words = "Key attribute should be present in the item: Key"
                raise refusal(f"{words} {name}")
            if keys.types[name] not in item[name]:
                words = "Key attribute's data type should match its data type in table's schema"
                raise refusal(f"{words}: Key {name}")
        text = condition(Operation("NOT", (there,)), terms)
        return {"TableName": asked.table, "Item": item, "ConditionExpression": text} | terms.said()
    key, rest = plans.full_key(asked.where, keys)
    found: Json = {"TableName": asked.table, "Key": key}
    if asked.kind == "EXISTS" and not rest:
        raise refusal("EXISTS() must contain a single item read with additional condition")
    if asked.kind == "UPDATE":
        found["UpdateExpression"] = update(asked.changes, terms)
        rest = [there, *rest]
    if rest:
        found["ConditionExpression"] = condition(Operation("AND", tuple(rest)), terms)
    return found | terms.said()


def returned(asked: Statement) -> str | None:
    """What the call is to return."""
    return _RETURNED[asked.returning] if asked.returning else None
