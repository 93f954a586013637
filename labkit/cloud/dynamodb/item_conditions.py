"""DynamoDB's conditions and filters, by our own reading of them.

moto knows neither operands in parentheses nor a NOT of a NOT, has a list of a number for one of a
truth, and takes the base64 of bytes for them.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from __future__ import annotations

import base64
from typing import Any

from moto.dynamodb import models, responses
from moto.dynamodb.models import table
from moto.dynamodb.models.dynamo_type import DynamoType

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.dynamodb.expressions.holding import Predicate

_cast_value: Any = DynamoType.cast_value


@on_start
def install(_: Cloud) -> None:
    """Let moto ask us."""
    for module in (models, table):
        vars(module)["get_filter_expression"] = Predicate
    vars(responses)["create_condition_expression_parser"] = _Parser
    vars(responses)["validate_attributes_used"] = lambda *_, **__: None  # it was before
    DynamoType.cast_value = property(_cast)  # type: ignore[assignment, method-assign]


class _Parser:
    """What moto makes of a condition: it was read before."""

    def __init__(self, *said: Any) -> None:
        self._said = said
        self.expr_attr_names_found: list[str] = []
        self.expr_attr_values_found: list[str] = []

    def parse(self) -> Predicate:
        """What it says."""
        return Predicate(*self._said)


def _cast(held: Any) -> Any:
    """By what values are in an order: bytes by themselves."""
    if held.type == "B" and isinstance(held.value, str):
        return base64.b64decode(held.value)
    return _cast_value.fget(held)
