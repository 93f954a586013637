"""What a call of DynamoDB's says by its expressions, and the names and values that it gives them.

Sources: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html
and, for the words, https://github.com/paritysuite/dynamodb-conformance
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from labkit.cloud.dynamodb.expressions.checks import Terms, check
from labkit.cloud.dynamodb.item_values import refusal

#: The parameters that have one, in the order in which they are read.
EXPRESSIONS = (
    *("UpdateExpression", "ConditionExpression", "KeyConditionExpression"),
    *("FilterExpression", "ProjectionExpression"),
)
_MARKS = {"Names": "#", "Values": ":"}
_KEY = re.compile(r"[#:]\w+", re.ASCII)
Json = dict[str, Any]


def check_given(parameters: Json, of_values: Sequence[str], *, names_them: bool = True) -> None:
    """Raise for names and values where no expression could ask for them, and for none of them.

    Args:
        of_values: the expressions that may name values.
        names_them: whether they are told where values are given without one.
    """
    asked = {each for each in EXPRESSIONS if parameters.get(each) is not None}
    for kind, mark in _MARKS.items():
        words, known = f"ExpressionAttribute{kind}", parameters.get(f"ExpressionAttribute{kind}")
        if known is None:
            continue
        if not asked & {*(of_values if kind == "Values" else asked)}:
            told = f": {' and '.join(of_values)} {'is' if len(of_values) == 1 else 'are'} null"
            told = told if kind == "Values" and names_them else ""
            raise refusal(f"{words} can only be specified when using expressions{told}")
        if not known:
            raise refusal(f"{words} must not be empty")
        if wrong := [key for key in known if key[:1] != mark or not _KEY.fullmatch(key)]:
            raise refusal(f'{words} contains invalid key: Syntax error; key: "{wrong[0]}"')
        if empty := [key for key, value in known.items() if value == ""]:
            told = f"invalid value: Empty attribute name for key {empty[0]}"
            raise refusal(f"{words} contains {told}")


def read_all(parameters: Json) -> Json:
    """What a call's expressions say, by their parameters, and beside it their terms.

    Raises:
        AwsError: ``ValidationException``: for names and values that none asks for, too.
    """
    given = {each: parameters.get(f"ExpressionAttribute{each}") for each in _MARKS}
    asked = [each for each in EXPRESSIONS if parameters.get(each) is not None]
    terms = Terms(given["Names"] or {}, given["Values"] or {})
    said = {each: check(each, parameters[each], terms) for each in asked} | {"": terms}
    for kind, asked_for in given.items():
        if unused := [each for each in asked_for or () if each not in terms.used]:
            words = f"Value provided in ExpressionAttribute{kind} unused in expressions"
            raise refusal(f"{words}: keys: {{{', '.join(unused)}}}")
    return said
