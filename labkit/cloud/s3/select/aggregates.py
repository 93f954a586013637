"""One value of all rows. What is NULL or not there does not count.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-select-sql-reference-aggregate.html
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from labkit.cloud.operations import AwsError
from labkit.cloud.partiql.tree import ALL, Call
from labkit.cloud.s3.select.evaluating import Maker
from labkit.cloud.s3.select.moments import Moment
from labkit.cloud.s3.select.operators import BINARY, Evaluated, is_number, is_unknown, refusal


class Aggregate:
    """An aggregate while rows come: what it takes of each, and its value so far."""

    def __init__(self, call: Call, make: Maker) -> None:
        self.name, self.count, self._held = call.function, 0, None
        if len(call.arguments) != 1 or (call.arguments[0] is ALL and self.name != "COUNT"):
            words = "An incorrect number of arguments was given to a function"
            raise AwsError("EvaluatorInvalidArguments", f"{words}: {self.name}.")
        whole = call.arguments[0] is ALL
        self._take: Evaluated = (lambda _: True) if whole else make(call.arguments[0])

    def see(self, row: Any) -> None:
        """Take a row in."""
        value = self._take(row)
        if is_unknown(value):
            return
        self.count += 1
        if self.name == "COUNT":
            return
        may_be = (Moment,) if self.name in ("MAX", "MIN") else ()
        if not is_number(value) and not isinstance(value, may_be):
            raise refusal(f"{self.name} takes numbers: CAST what is text")
        self._held = value if self.count == 1 else _NEXT[self.name](self._held, value)

    def value(self) -> Any:
        """What comes of all rows: nothing comes of none, but a count."""
        if self.name == "COUNT":
            return self.count
        if self.name != "AVG" or self._held is None:
            return self._held
        held: Any = self._held
        return BINARY["/"](held if isinstance(held, float) else Decimal(held), self.count)


def _chosen(better: str) -> Callable[[Any, Any], Any]:
    return lambda held, value: value if BINARY[better](value, held) else held


_NEXT: dict[str, Callable[[Any, Any], Any]] = {
    "AVG": BINARY["+"],
    "SUM": BINARY["+"],
    "MAX": _chosen(">"),
    "MIN": _chosen("<"),
}
