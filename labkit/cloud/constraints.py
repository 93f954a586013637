"""The constraints that a service's model puts on a call's members, told in AWS's words.

Clients check types and lengths of zero; the service checks lengths, ranges, patterns and
enumerations. The constraints stand in botocore's model of the service. Java's letters are read as
Python's; what Python cannot read is not checked. A text that must say something may have lines:
Protobuf's schemas have.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from labkit.cloud import protocol
from labkit.cloud.operations import AwsError

# Whose calls are checked before anybody answers them, and what a refusal is called.
_CALLED = {
    "athena": "InvalidRequestException",
    "cloudformation": "ValidationError",
    "cloudwatch": "ValidationError",
    "iam": "ValidationError",
    "logs": "InvalidParameterException",
    "redshift": "ValidationError",
    "resourcegroupstaggingapi": "InvalidParameterException",
    "sts": "ValidationError",
    **dict.fromkeys(
        (
            *(
                "dynamodb",
                "events",
                "firehose",
                "glue",
                "kinesis",
                "kms",
                "lakeformation",
                "lambda",
            ),
            *("redshift-data", "redshift-serverless", "scheduler", "secretsmanager"),
            *("ssm", "stepfunctions"),
        ),
        "ValidationException",
    ),
}
# Who says of forms what lacks as it says what is broken; others have a code of their own.
_VALIDATING = ("cloudformation", "iam", "sts")
# Members that a service refuses in words of its own.
_OWN_WORDS = {
    "cloudwatch": ("MetricData",),
    "lambda": ("Runtime",),
    "redshift": ("SourceArn",),  # Aurora's, too
    "redshift-data": ("Id",),
    "ssm": ("Labels", "ParameterFilters", "Tier"),
}
# Enumerations that are met in any case: those of DataBrew's path parameters.
_ANY_CASE = {"ParameterType"}
# Values that a service takes though its model does not name them, by shape. Glue's guide has them:
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect-snowflake-home.html
# https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-sql-extension-datasources-glue-connection.html
# https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
_UNNAMED = {
    "ConnectionPropertyKey": ("PythonProperties", "SparkProperties"),
    "ConnectionType": ("ATHENA", "REDSHIFT", "SNOWFLAKE"),
    "WorkerType": ("G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X"),
}
# Patterns that a service does not hold to, by shape: AWS's own dashboards have emoji of two
# characters, of which the second chooses the picture of the first:
# https://github.com/aws-solutions-library-samples/cloud-intelligence-dashboards-framework
_WIDER = {
    "ClusterJDBCURL": "jdbc:(redshift|postgresql)://.+",  # a cluster here is on loopback
    "UnicodeIcon": "[^\\u0000-\\u00FF][\\uFE0E\\uFE0F]?",
}
# The most that a number may be before the service looks for itself, by shape, as it was measured.
_MOST = {"MaxQueryResults": 100_000}
# Who does not tell the value that it refuses, of which members, and how the others tell it.
_SILENT = {
    service: re.compile(rf"Value '.*' at(?= '{members}' failed )", re.DOTALL)
    for service, members in (
        *(("athena", r"[\w.]+"), ("iam", r"[\w.]+"), ("logs", "logGroupIdentifier")),
    )
}
# What else a refusal tells.
_DETAILS: dict[str, dict[str, Any]] = {"athena": {"AthenaErrorCode": "INVALID_INPUT"}}
# Who says of a member that lacks that it is null.
_SAY_NULL = ("athena", "cloudformation", "dynamodb", "lambda")
# Which operations name a member as the model does, and not its value, if it is too long or short.
_AS_MODELLED = {"dynamodb": ("BatchGetItem", "BatchWriteItem", "Query")}
_SIZED = re.compile(r"^Value '.*' at '([^']*)'(?= failed to .*: Member must have )", re.DOTALL)
# Enumerations in the order in which a service tells them, by shape; others stand backwards.
_ORDER = {
    "BillingMode": ("PROVISIONED", "PAY_PER_REQUEST"),
    "KeyType": ("HASH", "RANGE"),
    "ReturnConsumedCapacity": ("INDEXES", "TOTAL", "NONE"),
    "ReturnItemCollectionMetrics": ("SIZE", "NONE"),
    "ReturnValue": ("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
    "ScalarAttributeType": ("B", "N", "S"),
    "Select": ("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"),
}
_SAYS_SOMETHING = r".*\S.*"
# How Java writes all characters beyond the first 65,536.
_BEYOND = r"\uD800\uDC00-\uDBFF\uDFFF"
_LETTERS = r"\p{L}"
_MUST = "to satisfy constraint: "
_NUMBERS = dict.fromkeys(("integer", "long", "float", "double"), (int, float))
_TYPES: dict[str, Any] = {
    "structure": dict,
    "list": list,
    "map": dict,
    "string": str,
    "blob": (bytes, bytearray),
    **_NUMBERS,
}


def checks(service: str) -> bool:
    """Whether all calls of a service are checked."""
    return service in _CALLED


def check_call(service: str, operation: str, members: dict[str, Any]) -> None:
    """Raise as the service does for members that lack or break a constraint of its model."""
    shape = _input(service, operation)
    lacking = list(_lacking(shape, members, ""))
    if lacking and service not in _VALIDATING and _speaks_forms(service):
        must, what = "The request must contain the parameter", lacking[0].split("'")[1]
        raise AwsError("MissingParameter", f"{must} {what[:1].upper()}{what[1:]}.")
    if service in _SAY_NULL:
        lacking = [each.replace("Value at", "Value null at", 1) for each in lacking]
    if service in _CALLED:
        own = _OWN_WORDS.get(service, ())
        plain = {name: value for name, value in members.items() if name not in own}
        broken = list(_broken(shape, plain, ""))
        if told := _SILENT.get(service):
            broken = [told.sub("Value at", each, count=1) for each in broken]
        if operation in _AS_MODELLED.get(service, ()):
            broken = [_SIZED.sub(_modelled, each) for each in broken]
        lacking += broken
    _refuse(service, lacking)


def _speaks_forms(service: str) -> bool:
    """Whether a service speaks AWS's query protocol, or did."""
    model = protocol.service_model(service)
    return bool(
        model and (protocol.protocol_of(model) == "query" or "awsQueryCompatible" in model.metadata)
    )


def check_members(service: str, operation: str, members: dict[str, Any]) -> None:
    """Raise for members that break a constraint of the model."""
    _refuse(service, list(_broken(_input(service, operation), members, "")))


def refusal(value: object, where: str, must: str, code: str = "ValidationException") -> AwsError:
    """A refusal of a member for what its model does not say, told as what it says.

    Args:
        where: the member's name.
        must: what it must be or have: ``have value between 7 and 30``.
        code: the service's own for it.
    """
    told = f"Value '{value}' at '{where}' failed {_MUST}Member must {must}"
    return AwsError(code, f"1 validation error detected: {told}")


def _refuse(service: str, found: list[str]) -> None:
    if found:
        errors = "error" if len(found) == 1 else "errors"
        message = f"{len(found)} validation {errors} detected: {'; '.join(found)}"
        code = _CALLED.get(service, "ValidationException")
        raise AwsError(code, message, **_DETAILS.get(service, {}))


def _input(service: str, operation: str) -> Any:
    model = protocol.service_model(service)
    return model.operation_model(operation).input_shape if model else None


def _lacking(shape: Any, value: Any, where: str) -> Iterator[str]:
    """Which members lack that a value must have, and all within it."""
    if shape is None or not isinstance(value, _TYPES.get(shape.type_name, object)):
        return
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"Value at '{_below(where, name)}' failed {_MUST}Member must not be null"
    if shape.type_name == "list" and None in value:
        must = "[Member must not be null]"
        yield f"Value at '{where}' failed {_MUST}Member must satisfy constraint: {must}"
    for each in _within(shape, value, where):
        yield from _lacking(*each)


def _broken(shape: Any, value: Any, where: str) -> Iterator[str]:
    """What is wrong with a value and all within it."""
    if shape is None or not isinstance(value, _TYPES.get(shape.type_name, object)):
        return  # of a wrong type is told elsewhere
    for why in _own(shape, value):
        told = "Value" if isinstance(value, bytes) else f"Value '{_printed(value)}'"
        yield f"{told} at '{where}' failed {why}"
    if shape.type_name == "list" and shape.member.type_name == "string":
        if any(why for each in value if isinstance(each, str) for why in _own(shape.member, each)):
            must = ", ".join([*_of_each(shape.member), "Member must not be null"])
            told = f"Value '{_printed(value)}'"
            yield f"{told} at '{where}' failed {_MUST}Member must satisfy constraint: [{must}]"
        return
    keys = value if shape.type_name == "map" else ()
    if broken := dict.fromkeys(why for key in keys for why in _own(shape.key, key)):
        must = ", ".join(why.removeprefix(_MUST) for why in broken)
        yield f"Value at '{where}' failed {_MUST}Map keys must satisfy constraint: [{must}]"
    for each in _within(shape, value, where):
        yield from _broken(*each)


def _modelled(found: re.Match[str]) -> str:
    """A member without its value, by the name that the model has for it."""
    where = re.sub(r"(?:^|(?<=member\.))\w", lambda letter: letter[0].upper(), found[1])
    return f"Value at '{where}'"


def _printed(value: Any) -> Any:
    """A list as Java prints it."""
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else value


def _within(shape: Any, value: Any, where: str) -> Iterator[tuple[Any, Any, str]]:
    """What a value holds: the shape of each, it, and where it stands."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if (each := value.get(name)) is not None:
                yield member, each, _below(where, name)
    elif shape.type_name == "list":
        for at, each in enumerate(value, start=1):
            yield shape.member, each, f"{where}.{at}.member"
    elif shape.type_name == "map":
        for key, each in value.items():
            yield shape.value, each, f"{where}.{key}.member"


def _below(where: str, name: str) -> str:
    small = name[:1].lower() + name[1:]
    return f"{where}.{small}" if where else small


def _own(shape: Any, value: Any) -> Iterator[str]:
    """Which constraints of its own shape a value breaks."""
    limits = shape.metadata
    kind = shape.type_name
    if kind in _NUMBERS:
        most = {"max": _MOST[shape.name]} if shape.name in _MOST else {}
        yield from _range("value", value, limits | most)
    elif kind in ("string", "list", "blob") or (kind == "map" and value):  # empty tags are sent
        yield from _range("length", len(value), limits)
    pattern = limits.get("pattern", "")
    if kind == "string" and pattern and not _matches(_WIDER.get(shape.name, pattern), value):
        yield f"{_MUST}Member must satisfy regular expression pattern: {pattern}"
    enum = getattr(shape, "enum", [])
    named = (*enum, *_UNNAMED.get(shape.name, ()))
    if kind == "string" and enum and _in_its_case(shape, value) not in named:
        names = ", ".join(_ORDER.get(shape.name) or sorted(enum, reverse=True))
        yield f"{_MUST}Member must satisfy enum value set: [{names}]"


def _of_each(shape: Any) -> Iterator[str]:
    """All that a list's members must be, which is told of the list where one is not."""
    limits = shape.metadata
    if "max" in limits:
        yield f"Member must have length less than or equal to {limits['max']}"
    if "min" in limits:
        yield f"Member must have length greater than or equal to {limits['min']}"
    if pattern := limits.get("pattern"):
        yield f"Member must satisfy regular expression pattern: {pattern}"
    if enum := getattr(shape, "enum", []):
        yield f"Member must satisfy enum value set: [{', '.join(sorted(enum, reverse=True))}]"


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    pattern = pattern.replace(_BEYOND, "\U00010000-\U0010ffff")
    flags = 0 if _LETTERS in pattern else re.ASCII
    for java, python in ((_LETTERS, r"\w"), (r"\p{Z}", r"\s"), (r"\p{N}", r"\d")):
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern, flags | (re.DOTALL if pattern == _SAYS_SOMETHING else 0))
    except re.error:
        return None


def _in_its_case(shape: Any, value: str) -> str:
    loose = shape.name in _ANY_CASE and value not in shape.enum
    return value.capitalize() if loose else value


def _range(what: str, number: float, limits: dict[str, Any]) -> Iterator[str]:
    must = f"{_MUST}Member must have {what}"
    if number < limits.get("min", number):
        yield f"{must} greater than or equal to {limits['min']}"
    if number > limits.get("max", number):
        yield f"{must} less than or equal to {limits['max']}"
