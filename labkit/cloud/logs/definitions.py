"""Queries of Logs Insights that are kept under a name, which moto does not do.

Source:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""

from __future__ import annotations

import time
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

KIND = "logs.definition"
_MOST = 1000
_LANGUAGE = "CWLI"


@operation("logs", "PutQueryDefinition", alone=True)
def put_query_definition(
    context: Context,
    *,
    queryDefinitionId: str | None = None,
    clientToken: str | None = None,
    **said: Any,
) -> Answer:
    """A new definition, or all of another one; the same one for a token that is sent again.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    kept = context.cloud.records(KIND)
    if queryDefinitionId:
        _find(context, queryDefinitionId)
    number = queryDefinitionId or context.number(clientToken)
    told = {"queryLanguage": _LANGUAGE} | said | {"queryDefinitionId": number}
    kept[_key(context, number)] = told | {"lastModified": int(time.time() * 1000)}
    return {"queryDefinitionId": number}


@operation("logs", "DescribeQueryDefinitions")
def describe_query_definitions(
    context: Context,
    *,
    queryDefinitionNamePrefix: str = "",
    queryLanguage: str | None = None,
    maxResults: int = _MOST,
    nextToken: str | None = None,
) -> Answer:
    found = sorted(
        (
            each
            for key, each in context.cloud.records(KIND).items()
            if key.startswith(_key(context, ""))
            and each["name"].startswith(queryDefinitionNamePrefix)
            and queryLanguage in (None, each["queryLanguage"])
        ),
        key=lambda each: (each["name"], each["queryDefinitionId"]),
    )
    refusal = AwsError("InvalidParameterException", "The specified nextToken is invalid.")
    return page("queryDefinitions", found, maxResults, nextToken, refusal, following="nextToken")


@operation("logs", "DeleteQueryDefinition", alone=True)
def delete_query_definition(context: Context, *, queryDefinitionId: str) -> Answer:
    _find(context, queryDefinitionId)
    del context.cloud.records(KIND)[_key(context, queryDefinitionId)]
    return {"success": True}


def _key(context: Context, number: str) -> str:
    return f"{context.region}/{number}"


def _find(context: Context, number: str) -> None:
    if _key(context, number) not in context.cloud.records(KIND):
        words = "The specified query definition does not exist."
        raise AwsError("ResourceNotFoundException", words)
