"""moto's records of functions, by any name of theirs, and the ARNs that they go by."""

from __future__ import annotations

import re
from typing import Any

from moto.awslambda.exceptions import LambdaClientError

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError


def find(cloud: Cloud, name: str, qualifier: str | None = None, region: str | None = None) -> Any:
    """moto's record of a function's version, by name, ARN, version or alias.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    region = name.split(":")[3] if name.startswith("arn:") else region
    if not name.startswith("arn:") and ":function:" in name:
        name = name.partition(":function:")[2]
    if not name.startswith("arn:") and ":" in name:
        name, qualifier = name.split(":", 1)
    try:
        if name.startswith("arn:") and name.split(":")[4] != cloud.account:
            raise LookupError(name)  # moto would take this account's of that name
        return cloud.backend("lambda", region).get_function(name, qualifier)
    except (LambdaClientError, LookupError) as error:
        where = name if name.startswith("arn:") else _name_arn(cloud, name, qualifier, region)
        raise AwsError("ResourceNotFoundException", f"Function not found: {where}", 404) from error


def no_resource() -> AwsError:
    """The refusal of what belongs to functions and is not there: a policy, a layer, a mapping."""
    words = "The resource you requested does not exist."
    return AwsError("ResourceNotFoundException", words, 404)


def arn_of(function: Any) -> str:
    """The ARN of a version; of the function itself for the latest."""
    return str(function.function_arn)


def plain_arn(function: Any) -> str:
    """A function's ARN without a version."""
    return ":".join(arn_of(function).split(":")[:7])


def called_arn(function: Any, name: str, qualifier: str | None) -> str:
    """The ARN that a function is called by, which says the version or the alias that was asked for.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """
    asked = qualifier or qualifier_in(name)
    return f"{plain_arn(function)}:{asked}" if asked else plain_arn(function)


def aliases_of(cloud: Cloud, function: Any) -> dict[str, Any]:
    """moto's records of a function's aliases, by their names."""
    backend = cloud.backend("lambda", arn_of(function).split(":")[3])
    return {each.name: each for each in backend.list_aliases(function.function_name)}


def qualifier_in(name: str) -> str:
    """The version or alias that a function's name or ARN ends with.

    >>> qualifier_in("123456789012:function:load:1"), qualifier_in("load"), qualifier_in("load:1")
    ('1', '', '1')
    """
    return re.sub(r"^(?:.*:)?function:", "", name).partition(":")[2]


def unqualified(name: str) -> str:
    """A function's name or ARN without the version or alias that it may end with."""
    asked = qualifier_in(name)
    return name.removesuffix(f":{asked}") if asked else name


def _name_arn(cloud: Cloud, name: str, qualifier: str | None, region: str | None) -> str:
    suffix = f":{qualifier}" if qualifier else ""
    return f"arn:aws:lambda:{region or cloud.region}:{cloud.account}:function:{name}{suffix}"
