"""What ends with what is deleted.

moto keeps tags, metric filters and more by the name of what has them, and gives them to the next
one of that name. Source, of each service such as this one's:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.cloud.operations import Answer, Context

#: The member that names what is deleted, and how that is named in its ARN.
_TAGGED = {
    ("athena", "DeleteDataCatalog"): ("Name", "datacatalog/{}"),
    ("athena", "DeleteWorkGroup"): ("WorkGroup", "workgroup/{}"),
    ("cloudwatch", "DeleteAlarms"): ("AlarmNames", "alarm:{}"),
    ("glue", "DeleteCrawler"): ("Name", "crawler/{}"),
    ("glue", "DeleteDatabase"): ("Name", "database/{}"),
    ("glue", "DeleteJob"): ("JobName", "job/{}"),
    ("glue", "DeleteSession"): ("Id", "session/{}"),
    ("glue", "DeleteTrigger"): ("Name", "trigger/{}"),
    ("logs", "DeleteLogGroup"): ("logGroupName", "log-group:{}"),
    ("scheduler", "DeleteScheduleGroup"): ("Name", "schedule-group/{}"),
    ("stepfunctions", "DeleteActivity"): ("activityArn", "{}"),
    ("stepfunctions", "DeleteStateMachine"): ("stateMachineArn", "{}"),
}


def concerns(service: str, operation: str) -> bool:
    """Whether something ends with what this operation deletes."""
    return (service, operation) in _TAGGED or (service, operation) in _HELD


def end(context: Context, parameters: Answer) -> None:
    """Let go of what belonged to what has been deleted."""
    call = (context.service, context.operation)
    with context.cloud.changing(context.service):
        if call in _TAGGED:
            member, form = _TAGGED[call]
            given = parameters[member]
            for name in given if isinstance(given, list) else [given]:
                arn = name if name.startswith("arn:") else context.arn(form.format(name))
                context.backend(context.service).tagger.delete_all_tags_for_resource(arn)
        if call in _HELD:
            _HELD[call](context, parameters)


def _end_metric_filters(context: Context, parameters: Answer) -> None:
    held = context.backend(context.service).filters
    held.metric_filters = [
        each
        for each in held.metric_filters
        if each["logGroupName"] != parameters.get("logGroupName")
    ]


def _end_recursion(context: Context, parameters: Answer) -> None:
    from labkit.cloud.lambdas.naming import plain

    name = plain(parameters["FunctionName"], context.account, context.region)
    if not parameters.get("Qualifier"):
        context.cloud.records("lambda.recursion").pop(context.arn(f"function:{name}"), None)


_HELD: dict[tuple[str, str], Callable[[Context, Answer], None]] = {
    ("lambda", "DeleteFunction"): _end_recursion,
    ("logs", "DeleteLogGroup"): _end_metric_filters,
}
