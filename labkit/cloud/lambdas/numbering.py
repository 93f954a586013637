"""Which number a function's next version has, and whether there is one.

A number is never used again, and what has not changed since the last version is that version. One
that is gone already may be deleted again. moto counts the versions that are there, so that two have
one number once another was deleted, and publishes again what was changed before its first version.
It lists them slowly, and not at all while a function is made.

Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from __future__ import annotations

import copy
from typing import Any

from moto.awslambda.models import LambdaStorage

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.lambdas.finding import qualifier_in


@on_start
def install(_: Cloud) -> None:
    """Let moto number so."""
    LambdaStorage.publish_version = _publish  # type: ignore[method-assign]
    LambdaStorage.all = _all  # type: ignore[method-assign]
    LambdaStorage.del_function = _delete  # type: ignore[method-assign]


def _all(self: Any) -> list[Any]:
    """Each function and its versions; moto copies a function with all that it leads to."""
    found = []
    for each in list(self._functions.values()):
        latest = copy.copy(each["latest"])
        latest.function_arn = f"{latest.function_arn}:$LATEST"
        found += [latest, *each["versions"]]
    return found


_delete_there: Any = LambdaStorage.del_function


def _delete(self: Any, name_or_arn: str, qualifier: str | None = None) -> None:
    version = qualifier or qualifier_in(name_or_arn)
    function = name_or_arn.removesuffix(f":{version}")
    latest = self.get_function_by_name_or_arn_forbid_qualifier(function)
    there = {str(each.version) for each in self._functions[latest.function_name]["versions"]}
    if not version or version in there:
        _delete_there(self, function, version or None)


def _publish(self: Any, name_or_arn: str, description: str = "") -> Any:
    latest = self.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    versions = self._functions[latest.function_name]["versions"]
    known = [int(each.version) for each in versions]
    last = max([*known, vars(latest).get("last_version", 0)])
    if versions and known[-1] == last and not latest.code_or_config_updated:
        return versions[-1]
    made = copy.copy(latest)
    made.set_version(last + 1)
    made.description = description or made.description
    versions.append(made)
    self._arns[made.function_arn] = made
    latest.last_version, latest.code_or_config_updated = last + 1, False
    return made
