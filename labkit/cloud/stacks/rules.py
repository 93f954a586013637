"""The rules of a template: what its parameters' values must fulfil before a stack is made.

moto does not read them. Source:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudformation.exceptions import ValidationError

from labkit.cloud.json_text import as_text


def check_rules(template: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raise for a rule that the values of parameters break.

    Raises:
        ValidationError: its description; or a function of it is not available here.
    """
    for name, rule in (template.get("Rules") or {}).items():
        if not _told(rule.get("RuleCondition", True), values):
            continue
        for each in rule.get("Assertions") or ():
            if not _told(each["Assert"], values):
                words = each.get("AssertDescription") or f"the rule {name} does not hold"
                raise ValidationError(message=f"Template error: {words}")


def _told(said: Any, values: Mapping[str, Any]) -> Any:
    """What a function of a rule gives: truth, a text, or a list of texts."""
    if isinstance(said, list):
        return [_told(each, values) for each in said]
    if not isinstance(said, dict):
        return said if isinstance(said, bool) else as_text(said)
    ((name, given),) = said.items()
    if name == "Ref" and given in values:
        return _told(values[given], {})
    if name not in _FUNCTIONS:
        words = f"{name} of a rule is not available in the local AWS"
        raise ValidationError(message=f"Template error: {words}")
    return _FUNCTIONS[name](*_told(given, values))


_FUNCTIONS: dict[str, Any] = {
    "Fn::And": lambda *each: all(each),
    "Fn::Contains": lambda texts, text: text in texts,
    "Fn::EachMemberEquals": lambda texts, text: all(each == text for each in texts),
    "Fn::EachMemberIn": lambda texts, others: all(each in others for each in texts),
    "Fn::Equals": lambda one, other: one == other,
    "Fn::Not": lambda each: not each,
    "Fn::Or": lambda *each: any(each),
}
