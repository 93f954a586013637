"""Logs Insights' queries: of groups by name or by identifier, times in either unit; their list.

moto knows no identifiers and little of the language, and lists the queries of one group alone, all
on one page. A query has ended once it is looked at; until then it may be stopped, as on AWS, where
it takes its time.

Sources:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html,
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueries.html
and, for the words, https://github.com/aws/aws-sdk-pandas/blob/main/tests/unit/test_cloudwatch.py
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from labkit.cloud.logs.insights import running
from labkit.cloud.logs.insights.fields import POINTER, Row, row_of
from labkit.cloud.logs.insights.values import text
from labkit.cloud.logs.searches import find_group, name_of
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import page

#: What exceeds this is milliseconds, which AWS takes beside the seconds that it documents.
_SECONDS = 10**11
_MOST = 1000
_LANGUAGE = "CWLI"
_RUNNING = "Running"
_MINUTE = 60_000  # ms


@operation("logs", "StartQuery")
def start_query(
    context: Context,
    *,
    queryString: str,
    startTime: int,
    endTime: int,
    limit: int = running.MOST,
    queryLanguage: str = _LANGUAGE,
    logGroupName: str | None = None,
    logGroupNames: list[str] | None = None,
    logGroupIdentifiers: list[str] | None = None,
    **_: Any,
) -> Answer:
    """Begin a query, which runs until it is looked at.

    Raises:
        AwsError: ``InvalidParameterException`` unless the groups are told in one way,
            ``ResourceNotFoundException`` for one that is not there; ``MalformedQueryException``.
    """
    if queryLanguage != _LANGUAGE:
        raise not_here("logs", "StartQuery", f"queries are in {_LANGUAGE}, not {queryLanguage}")
    asked = running.read(queryString)
    ways = [[logGroupName] if logGroupName else [], logGroupNames or [], logGroupIdentifiers or []]
    told = [way for way in ways if way]
    if len(told) != 1:
        raise AwsError("InvalidParameterException", "Tell the log groups in one way")
    names = [name_of(each) for each in told[0]]
    groups, logs = [find_group(context, name) for name in names], context.backend("logs")
    start, end = _milliseconds(startTime), _milliseconds(endTime)
    number: str = logs.start_query([], start // 1000, end // 1000, "")
    query = logs.queries[number]
    query.log_group_names, query.query, query.status = names, queryString, _RUNNING
    rows = [row for group in groups for row in _rows(group, start, end)]
    rows.sort(key=lambda row: row["@timestamp"], reverse=True)
    found, matched = asked.run(rows)
    query.results = found[:limit]
    scanned = sum(len(row["@message"].encode()) for row in rows)
    query.statistics = {
        "recordsMatched": matched,
        "recordsScanned": len(rows),
        "bytesScanned": scanned,
    }
    return {"queryId": number}


@operation("logs", "GetQueryResults")
def get_query_results(
    context: Context, *, queryId: str, maxItems: int = running.MOST, nextToken: str | None = None
) -> Answer:
    """A query's rows, none of one that was stopped, in pages.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    query = _ended(_find(context, queryId))
    told: Answer = query.to_result_json()
    refusal = AwsError("InvalidParameterException", "The specified nextToken is invalid.")
    told |= page("results", told["results"], maxItems, nextToken, refusal, following="nextToken")
    return told | {"statistics": getattr(query, "statistics", {}), "queryLanguage": _LANGUAGE}


@operation("logs", "GetLogRecord")
def get_log_record(context: Context, *, logRecordPointer: str, unmask: bool = False) -> Answer:
    """All fields of an event, as texts.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    for group in context.backend("logs").groups.values():
        for row in _rows(group):
            if row[POINTER] == logRecordPointer:
                return {"logRecord": {name: text(value) for name, value in row.items()}}
    raise AwsError("ResourceNotFoundException", "The specified log record does not exist.")


@operation("logs", "GetLogGroupFields")
def get_log_group_fields(
    context: Context,
    *,
    logGroupName: str | None = None,
    logGroupIdentifier: str | None = None,
    time: int | None = None,
) -> Answer:
    """The fields of a group's events, and in how many of a hundred of them they are.

    Args:
        time: the middle of 16 minutes, in seconds; without it, the last 15 minutes count.

    Raises:
        AwsError: ``ResourceNotFoundException``.
    """
    group = find_group(context, name_of(logGroupName or logGroupIdentifier or ""))
    start, end = _around(time)
    rows = list(_rows(group, start, end))
    found = Counter(name for row in rows for name in row if name != POINTER)
    fields = [{"name": n, "percent": round(100 * count / len(rows))} for n, count in found.items()]
    return {"logGroupFields": sorted(fields, key=lambda each: str(each["name"]))}


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


def _milliseconds(moment: int) -> int:
    return moment if moment > _SECONDS else moment * 1000


def _around(moment: int | None) -> tuple[int, int]:
    if moment is None:
        now = int(time.time() * 1000)
        return now - 15 * _MINUTE, now
    middle = _milliseconds(moment)
    return middle - 8 * _MINUTE, middle + 8 * _MINUTE


def _rows(group: Any, start: int = 0, end: int = 1 << 62) -> Iterator[Row]:
    """A group's events with their fields."""
    for stream in list(group.streams.values()):
        for event in stream.events:
            if start <= event.timestamp <= end:
                yield row_of(event, stream, group)
