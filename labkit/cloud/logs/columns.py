"""Filter patterns of messages whose fields stand between blanks: ``[ip, user, ..., code = 4*]``.

What stands in brackets or quotation marks is one field. A pattern has as many columns as a message
has fields, but for an ellipsis, which is any number of them.

Source:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
"""

from __future__ import annotations

import re
from typing import Any

from labkit.cloud.logs.conditions import Condition, Steps, invalid, number_of

_FIELD = re.compile(r'\[([^\]]*)\]|"([^"]*)"|(\S+)')
_COLUMN = re.compile(r'(?:"(?:[^"\\]|\\.)*"|%[^%]*%|[^,"%])+|(?<=,)(?=,|$)')
_NAME = re.compile(r"[A-Za-z_]\w*")
_REST = "..."


class _OfColumns(Condition):
    """A condition on columns by their names, whose values are texts."""

    def path(self, selector: str) -> Steps:
        return [selector]

    def size(self, value: Any) -> float | None:
        return number_of(value) if isinstance(value, str) else None


class Columns:
    """A pattern of columns.

    Args:
        pattern: in brackets.

    Raises:
        AwsError: ``InvalidParameterException``.
    """

    def __init__(self, pattern: str) -> None:
        told = [each.strip() for each in _COLUMN.findall(pattern.strip()[1:-1])]
        if not pattern.endswith("]") or told.count(_REST) > 1:
            raise invalid(pattern)
        self._names = [self._name(each, pattern) for each in told]
        self._conditions = [
            _OfColumns(each, pattern)
            for each, name in zip(told, self._names, strict=True)
            if each != name
        ]

    def fields(self, message: str) -> dict[str, str] | None:
        """A message's fields by the names of their columns, nothing where they are too many."""
        values = ["".join(found) for found in _FIELD.findall(message)]
        names = self._names
        if _REST in names:
            at, more = names.index(_REST), len(values) - len(names) + 1
            names = [*names[:at], *[""] * more, *names[at + 1 :]]
        if len(names) != len(values):
            return None
        return dict(zip(names, values, strict=True))

    def matches(self, message: str) -> bool:
        """Whether a message has these columns, and the conditions hold."""
        fields = self.fields(message)
        return fields is not None and all(each.holds(fields) for each in self._conditions)

    def field(self, message: str, selector: str) -> Any:
        """The text of a column: ``$code``."""
        return (self.fields(message) or {}).get(selector.removeprefix("$"))

    def _name(self, column: str, pattern: str) -> str:
        """The name that a column has, and its condition begins with."""
        if column in (_REST, ""):
            return column
        if not (found := _NAME.match(column)):
            raise invalid(pattern)
        return found[0]
