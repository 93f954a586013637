"""ExecuteStatement, BatchExecuteStatement and ExecuteTransaction.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html,
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html and
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labkit.cloud.access import calls
from labkit.cloud.dynamodb.item_values import refusal
from labkit.cloud.dynamodb.partiql import plans, reading, writing
from labkit.cloud.dynamodb.partiql.calling import ask, keys_of, table_of
from labkit.cloud.dynamodb.partiql.statement import Statement, read
from labkit.cloud.operations import Answer, AwsError, Context, operation

Json = dict[str, Any]
_OUTSIDE = "EXISTS can only be used in ExecuteTransaction write requests."
_DUPLICATE = "Duplicate primary key exists in table"
_MIXED = "The entire batch must consist of either read statements or write statements"
_BATCH = "Select statements within BatchExecuteStatement must specify the primary key in the where"
_TRANSACTION = "Select statements within ExecuteTransaction must specify the primary key in the"
_ASKED_AS = {"INSERT": "PutItem", "UPDATE": "UpdateItem", "DELETE": "DeleteItem"}


@operation("dynamodb", "ExecuteStatement")
def execute_statement(
    context: Context, *, Statement: str, Parameters: list[Json] | None = None, **asked: Any
) -> Answer:
    """One statement: a page of what a SELECT finds, or a change of one item."""
    return _execute(context, read(Statement, len(Parameters or ())), Parameters or [], **asked)


@operation("dynamodb", "BatchExecuteStatement")
def batch_execute_statement(
    context: Context, *, Statements: list[Json], ReturnConsumedCapacity: str | None = None
) -> Answer:
    """Statements that each name one item; one that is refused leaves the others alone."""
    answers = [_one_of_batch(context, each, ReturnConsumedCapacity) for each in Statements]
    kinds = {reads for reads, _, _ in answers if reads is not None}
    if len(kinds) > 1:
        raise refusal(f"{_MIXED}.")
    told: Answer = {"Responses": [answer for _, answer, _ in answers]}
    capacity: dict[str, Json] = {}
    for _, _, used in answers:
        if used:
            name = used["TableName"]
            capacity[name] = reading.together(capacity.get(name, {}), used)
    return told | ({"ConsumedCapacity": list(capacity.values())} if capacity else {})


@operation("dynamodb", "ExecuteTransaction")
def execute_transaction(
    context: Context, *, TransactStatements: list[Json], **asked: Any
) -> Answer:
    """Statements that all take place, or none."""
    members: list[Json] = []
    found: list[Statement] = []
    for place, each in enumerate(TransactStatements):
        try:
            statement, part = _part(context, each)
            if found and statement.reads != found[0].reads:
                raise refusal("Unsupported operation in transaction.")
        except AwsError as error:
            if error.code != "ValidationException":
                raise
            words = f"Validation failed in TransactStatements[{place}]: {error.message}"
            raise AwsError(error.code, words, error.status) from error
        found.append(statement)
        members.append(part)
    if found[0].reads:
        asked.pop("ClientRequestToken", None)
        answer = ask(context, "TransactGetItems", TransactItems=members, **asked)
        pairs = zip(found, TransactStatements, answer["Responses"], strict=True)
        told: Answer = {"Responses": [_read(*each) for each in pairs]}
    else:
        answer = _transact(context, found, members, **asked)
        told = {"Responses": []}
    used = answer.get("ConsumedCapacity")
    return told | ({"ConsumedCapacity": used} if used else {})


def _execute(context: Context, found: Statement, parameters: list[Json], **asked: Any) -> Answer:
    if found.kind == "EXISTS":
        raise refusal(_OUTSIDE)
    if found.reads:
        return reading.select(context, found, parameters, **asked)
    members = writing.members(table_of(context, found), found, parameters)
    on_failure = asked.get("ReturnValuesOnConditionCheckFailure")
    try:
        answer = ask(
            context,
            _ASKED_AS[found.kind],
            **members,
            ReturnValues=writing.returned(found),
            ReturnConsumedCapacity=asked.get("ReturnConsumedCapacity"),
            ReturnValuesOnConditionCheckFailure=on_failure,
        )
    except AwsError as error:
        if found.kind == "INSERT" and error.code == "ConditionalCheckFailedException":
            raise AwsError("DuplicateItemException", _DUPLICATE) from error
        raise
    attributes, used = answer.get("Attributes"), answer.get("ConsumedCapacity")
    told: Answer = {"Items": [attributes] if attributes else []}
    return told | ({"ConsumedCapacity": used} if used else {})


def _one_of_batch(
    context: Context, given: Json, capacity: str | None
) -> tuple[bool | None, Json, Json]:
    """Whether a statement reads, if that is known; what is told of it, and what it used."""
    parameters = given.get("Parameters") or []
    found: Statement | None = None
    told: Json = {}
    try:
        found = read(given["Statement"], len(parameters))
        told["TableName"] = found.table
        if found.reads:
            _check_one(context, found, parameters, f"{_BATCH} clause.")
        answer = _execute(
            context,
            found,
            parameters,
            ConsistentRead=given.get("ConsistentRead"),
            ReturnConsumedCapacity=capacity,
            ReturnValuesOnConditionCheckFailure=given.get("ReturnValuesOnConditionCheckFailure"),
        )
    except AwsError as error:
        code = error.code.replace("ValidationException", "ValidationError")
        told["Error"] = {"Code": code.removesuffix("Exception"), "Message": error.message}
        told["Error"] |= {"Item": error.details["Item"]} if "Item" in error.details else {}
        return (found.reads if found else None), told, {}
    if answer["Items"]:
        told["Item"] = answer["Items"][0]
    return found.reads, told, answer.get("ConsumedCapacity") or {}


def _check_one(context: Context, found: Statement, parameters: list[Json], words: str) -> Json:
    """The key of the one item that a SELECT reads.

    Raises:
        AwsError: ``ValidationException``: it may read others.
    """
    table = table_of(context, found)
    if found.index is not None:
        raise refusal(words)
    try:
        key, _ = plans.full_key(found.where, keys_of(table, found, parameters))
    except AwsError as error:
        raise refusal(words) from error
    return key


def _part(context: Context, given: Json) -> tuple[Statement, Json]:
    """A statement of a transaction, and the part of it that this is."""
    parameters = given.get("Parameters") or []
    found = read(given["Statement"], len(parameters))
    if found.returning:
        raise refusal("RETURNING clause is not supported in ExecuteTransaction.")
    if found.reads and found.index is not None:
        raise refusal("Reads on indices are not supported within transactions.")
    table = table_of(context, found)
    if found.reads:
        key = _check_one(context, found, parameters, f"{_TRANSACTION} where clause.")
        reading.kept(found, parameters)
        return found, {"Get": {"TableName": found.table, "Key": key}}
    members = writing.members(table, found, parameters)
    if on_failure := given.get("ReturnValuesOnConditionCheckFailure"):
        members["ReturnValuesOnConditionCheckFailure"] = on_failure
    return found, {writing.CALLS[found.kind]: members}


def _read(found: Statement, given: Json, answer: Json) -> Json:
    item = answer.get("Item")
    if not item or not reading.kept(found, given.get("Parameters") or [])(item):
        return {}
    return {"Item": reading.projected(item, found.columns)}


def _transact(context: Context, found: list[Statement], members: list[Json], **asked: Any) -> Json:
    try:
        return ask(context, "TransactWriteItems", TransactItems=members, **asked)
    except AwsError as error:
        reasons = error.details.get("CancellationReasons")
        if not reasons:
            raise
        for statement, reason in zip(found, reasons, strict=True):
            if statement.kind == "INSERT" and reason.get("Code") == "ConditionalCheckFailed":
                reason |= {"Code": "DuplicateItem", "Message": _DUPLICATE}
        codes = ", ".join(each.get("Code") or "None" for each in reasons)
        words = "Transaction cancelled, please refer cancellation reasons for specific reasons"
        told = {"CancellationReasons": reasons}
        raise AwsError(error.code, f"{words} [{codes}]", error.status, **told) from error


def _asked(name: str, member: str) -> None:
    """Let policies be asked of what a call's statements do."""

    def actions(asked: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
        for each in asked[member] if member else [asked]:
            try:
                found = read(each["Statement"], len(each.get("Parameters") or ()))
            except AwsError:
                continue  # which is refused as it is
            kind = found.kind if found.kind != "EXISTS" else "SELECT"
            index = {"IndexName": found.index} if found.index else {}
            yield f"PartiQL{kind.capitalize()}", {"TableName": found.table, **index}

    calls.TAKEN["dynamodb", name] = actions


_asked("ExecuteStatement", "")
_asked("BatchExecuteStatement", "Statements")
_asked("ExecuteTransaction", "TransactStatements")
