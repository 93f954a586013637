"""A function as it is told: under the ARN of the version or alias that was asked for.

moto tells the version's where an alias was asked for, and trips over names of ``$LATEST``.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.lambdas.finding import called_arn, find, qualifier_in
from labkit.cloud.operations import Answer, Context, operation

LATEST = "$LATEST"


@operation("lambda", "GetFunction")
def get_function(context: Context, *, FunctionName: str, Qualifier: str | None = None) -> Answer:
    function = find(context.cloud, FunctionName, Qualifier, context.region)
    told: Answer = function.get_code()
    if function.reserved_concurrency == 0:  # moto tells it of none
        told = told | {"Concurrency": {"ReservedConcurrentExecutions": 0}}
    named = _named(function, FunctionName, Qualifier)
    return told | {"Configuration": told["Configuration"] | named}


@operation("lambda", "GetFunctionConfiguration")
def get_function_configuration(
    context: Context, *, FunctionName: str, Qualifier: str | None = None
) -> Answer:
    function = find(context.cloud, FunctionName, Qualifier, context.region)
    told: Answer = function.get_configuration()
    return told | _named(function, FunctionName, Qualifier)


def _named(function: Any, name: str, qualifier: str | None) -> Answer:
    latest = (qualifier or qualifier_in(name)) in ("", LATEST)
    arn = {"FunctionArn": called_arn(function, name, qualifier)}
    return arn | ({"Version": LATEST} if latest else {})
