"""What DynamoDB says to a reserved word in an expression: clients read the expression's name in it.

moto says ``ConditionExpression`` to the filter of a query and a scan, lets a key's condition go,
and leaves out that a projection is invalid.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html and,
for the words, https://github.com/aws/aws-sdk-pandas/blob/main/awswrangler/dynamodb/_read.py
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.dynamodb import responses
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords
from moto.dynamodb.responses import DynamoHandler

from labkit.cloud.cloud import Cloud, on_start

_NAME = re.compile(r"(?<![#:\w])[A-Za-z_]\w*")
_OF_CONDITIONS = {"AND", "BETWEEN", "BEGINS_WITH"}
_CONDITION = "Invalid ConditionExpression: "
_check: Any = responses.check_projection_expression
_query: Any = DynamoHandler.query
_scan: Any = DynamoHandler.scan


@on_start
def install(_: Cloud) -> None:
    """Let moto say so."""
    responses.check_projection_expression = _check_projection
    DynamoHandler.query = _filtered(_query)  # type: ignore[method-assign]
    DynamoHandler.scan = _filtered(_scan)  # type: ignore[method-assign]


def _check_projection(expression: str) -> None:
    try:
        _check(expression)
    except MockValidationException as error:
        raise MockValidationException(f"Invalid {error.message}") from error


def _filtered(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def asked(self: Any) -> Any:
        _check_keys(self.body.get("KeyConditionExpression") or "")
        try:
            return answer(self)
        except MockValidationException as error:
            if not error.message.startswith(_CONDITION):
                raise
            words = error.message.removeprefix(_CONDITION)
            raise MockValidationException(f"Invalid FilterExpression: {words}") from error

    return asked


def _check_keys(condition: str) -> None:
    reserved = ReservedKeywords.get_reserved_keywords()
    for name in _NAME.findall(condition):
        if name.upper() in reserved and name.upper() not in _OF_CONDITIONS:
            words = "Attribute name is a reserved keyword; reserved keyword"
            raise MockValidationException(f"Invalid KeyConditionExpression: {words}: {name}")
