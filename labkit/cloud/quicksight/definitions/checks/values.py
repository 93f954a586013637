"""The values that are given for parameters: of parameters that there are, of their types.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Parameters.html
"""

from __future__ import annotations

from collections.abc import Iterator

from labkit.cloud.quicksight.definitions import walk
from labkit.cloud.quicksight.definitions.judgement import Finding, Subject, check


@check
def given(subject: Subject) -> Iterator[Finding]:
    """A value is for a declared parameter of its type, and for one value only one."""
    known = {
        declared["Name"]: (t, declared) for t, declared in walk.declarations(subject.definition)
    }
    for name, (type, values) in walk.overrides(subject.parameters).items():
        if name not in known:
            yield Finding(f"Parameter '{name}' is not found.", (), "PARAMETER_NOT_FOUND")
        elif known[name][0] != type:
            words = f"Parameter '{name}' has type {known[name][0]}, not {type}."
            yield Finding(words, (), "PARAMETER_TYPE_INVALID")
        elif len(values) > 1 and known[name][1].get("ParameterValueType") != "MULTI_VALUED":
            words = f"Parameter '{name}' takes one value, {len(values)} are given."
            yield Finding(words, (), "PARAMETER_VALUE_INCOMPATIBLE")


@check
def defaults(subject: Subject) -> Iterator[Finding]:
    """A parameter of one value has at most one default."""
    for _, declared in walk.declarations(subject.definition):
        static = declared.get("DefaultValues", {}).get("StaticValues", ())
        if len(static) > 1 and declared.get("ParameterValueType", "") != "MULTI_VALUED":
            yield Finding(f"Parameter {declared['Name']} takes one value, {len(static)} are given")
