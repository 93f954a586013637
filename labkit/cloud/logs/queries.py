"""Logs Insights' queries: of groups by name or by identifier, times in either unit; their list.

moto knows no identifiers, passes over the call's limit, tells moments as numbers, and lists the
queries of one group alone, all on one page. A query has ended once it is looked at; until then it
may be stopped, as on AWS, where it takes its time.

Sources:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html,
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueries.html
and, for the words, https://github.com/aws/aws-sdk-pandas/blob/main/tests/unit/test_cloudwatch.py
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page

#: What exceeds this is milliseconds, which AWS takes beside the seconds that it documents.
_SECONDS = 10**11
_MOST = 1000
_LANGUAGE = "CWLI"
_RUNNING = "Running"


@operation("logs", "StartQuery")
def start_query(
    context: Context,
    *,
    queryString: str,
    startTime: int,
    endTime: int,
    limit: int = 10_000,
    logGroupName: str | None = None,
    logGroupNames: list[str] | None = None,
    logGroupIdentifiers: list[str] | None = None,
    **_: Any,
) -> Answer:
    """Begin a query, which runs until it is looked at.

    Raises:
        AwsError: ``InvalidParameterException`` unless the groups are told in one way,
            ``ResourceNotFoundException`` for one that is not there.
    """
    ways = [[logGroupName] if logGroupName else [], logGroupNames or [], logGroupIdentifiers or []]
    told = [way for way in ways if way]
    if len(told) != 1:
        raise AwsError("InvalidParameterException", "Tell the log groups in one way")
    names = [name.rpartition(":log-group:")[2] for name in told[0]]
    logs = context.backend("logs")
    for name in names:
        if name not in logs.groups:
            words = f"Log group '{name}' does not exist for account ID '{context.cloud.account}'"
            raise AwsError("ResourceNotFoundException", words)
    start, end = _seconds(startTime), _seconds(endTime)
    number = logs.start_query(names, start, end, queryString)
    query = logs.queries[number]
    query.results, query.status = [_row(found) for found in query.results[:limit]], _RUNNING
    return {"queryId": number}


@operation("logs", "GetQueryResults")
def get_query_results(context: Context, *, queryId: str) -> Answer:
    """A query's rows, none of one that was stopped.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    found: Answer = _ended(_find(context, queryId)).to_result_json()
    return found | {"queryLanguage": _LANGUAGE}


@operation("logs", "DescribeQueries")
def describe_queries(
    context: Context,
    *,
    logGroupName: str | None = None,
    status: str | None = None,
    queryLanguage: str | None = None,
    maxResults: int = _MOST,
    nextToken: str | None = None,
) -> Answer:
    """The queries of a group or of all, the last ones first.

    Raises:
        AwsError: ``InvalidParameterException`` for a token that was not given.
    """
    kept = [_ended(query) for query in context.backend("logs").queries.values()]
    found = [
        query.to_json(logGroupName or query.log_group_names[0]) | {"queryLanguage": _LANGUAGE}
        for query in reversed(kept)
        if (logGroupName is None or logGroupName in query.log_group_names)
        and status in (None, query.status)
        and queryLanguage in (None, _LANGUAGE)
    ]
    refusal = AwsError("InvalidParameterException", "The specified nextToken is invalid.")
    return page("queries", found, maxResults, nextToken, refusal, following="nextToken")


@operation("logs", "StopQuery")
def stop_query(context: Context, *, queryId: str) -> Answer:
    """Stop a query.

    Raises:
        AwsError: ``InvalidParameterException`` for one that has ended;
            ``ResourceNotFoundException``.
    """
    query = _find(context, queryId)
    if query.status != _RUNNING:
        words = f"Query {queryId} is not in Running or Scheduled state"
        raise AwsError("InvalidParameterException", words)
    query.results, query.status = [], "Cancelled"
    return {"success": True}


def _find(context: Context, number: str) -> Any:
    known = context.backend("logs").queries
    if number not in known:
        raise AwsError("ResourceNotFoundException", "The specified query does not exist.")
    return known[number]


def _ended(query: Any) -> Any:
    if query.status == _RUNNING:
        query.status = "Complete"
    return query


def _seconds(moment: int) -> float:
    return moment / 1000 if moment > _SECONDS else moment


def _row(found: dict[str, Any]) -> dict[str, Any]:
    if "@timestamp" not in found:
        return found
    moment = datetime.fromtimestamp(found["@timestamp"] / 1000, UTC)
    return found | {"@timestamp": f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"}
