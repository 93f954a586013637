"""Logs Insights' queries begun: of groups by name or by identifier, times in either unit.

moto knows no identifiers, passes over the call's limit, and tells moments as numbers.

Source:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from labkit.cloud.operations import Answer, AwsError, Context, operation

#: What exceeds this is milliseconds, which AWS takes beside the seconds that it documents.
_SECONDS = 10**11


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
    """Begin a query, which ends at once.

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
    query.results = [_row(found) for found in query.results[:limit]]
    return {"queryId": number}


def _seconds(moment: int) -> float:
    return moment / 1000 if moment > _SECONDS else moment


def _row(found: dict[str, Any]) -> dict[str, Any]:
    if "@timestamp" not in found:
        return found
    moment = datetime.fromtimestamp(found["@timestamp"] / 1000, UTC)
    return found | {"@timestamp": f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"}
