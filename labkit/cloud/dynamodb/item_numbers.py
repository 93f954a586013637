"""DynamoDB's numbers, each in the one form that it is told in: ``1.50`` is told as ``1.5``.

moto keeps them as they were written.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from labkit.cloud.cloud import Cloud, on_start

_SHORT = re.compile(r"-?[1-9][0-9]{0,37}|0")
_EXACT = Context(prec=400)


@on_start
def install(_: Cloud) -> None:
    """Let moto keep them so."""
    DynamoType.__init__ = _made  # type: ignore[method-assign, assignment]


def canonical(text: str) -> str:
    """A number as DynamoDB tells it.

    >>> canonical("00042.10"), canonical("-0.0"), canonical("1.5E2"), canonical("1E-3")
    ('42.1', '0', '150', '0.001')
    """
    if _SHORT.fullmatch(text):
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return f"{_EXACT.normalize(number):f}" if number else "0"


def _made(self: Any, given: Any) -> None:
    if type(given) is DynamoType:
        self.type, self.value = given.type, given.value
    else:
        self.type, self.value = next(iter(given.items()))
        if self.type == "N":
            self.value = canonical(str(self.value))
        elif self.type == "NS":
            self.value = [canonical(str(each)) for each in self.value]
    if self.type == "L":
        self.value = [DynamoType(each) for each in self.value]
    elif self.type == "M":
        self.value = {name: DynamoType(each) for name, each in self.value.items()}
