"""What becomes of a function's asynchronous invocations: destinations and dead-letter queues.

A record of the invocation goes to the function's destination, for success or for failure; the event
itself to the queue or topic for dead letters. Lambda sends them as the function's role.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html and
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
"""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

from labkit.cloud.access.service_roles import Untrusting, client_as
from labkit.cloud.cloud import Cloud
from labkit.cloud.events.delivery import CARRIERS, SENDERS, Delivery, Send, deliver
from labkit.cloud.lambdas.event_settings import settings_of
from labkit.cloud.lambdas.finding import qualifier_in
from labkit.cloud.lambdas.invoke import FINISHED, Outcome
from labkit.cloud.lambdas.told import LATEST
from labkit.cloud.operations import AwsError

SERVICE = "lambda.amazonaws.com"
Json = dict[str, Any]


def tell(
    cloud: Cloud, called: str, function: Any, request_id: str, event: str, outcome: Outcome
) -> None:
    """Hand on how an asynchronous invocation ended, where what was called says so."""
    kind = "OnFailure" if outcome.failed else "OnSuccess"
    sides = settings_of(cloud, called).get("DestinationConfig") or {}
    goal = sides.get(kind, {}).get("Destination")
    if goal:
        record = _record(called, function, request_id, event, outcome)
        _deliver(cloud, function, goal, _event(goal, record) if _is_bus(goal) else record)
    letters = (getattr(function, "dead_letter_config", None) or {}).get("TargetArn")
    if letters and outcome.failed:
        _deliver(cloud, function, letters, json.loads(event), _why(request_id, outcome))


def _deliver(cloud: Cloud, function: Any, goal: str, text: Any, attributes: Any = None) -> None:
    target = {"Arn": goal, "RoleArn": function.role, "attributes": attributes}
    source, text = function.function_arn, json.dumps(text)
    deliver(cloud, service=SERVICE, source=source, target=target, text=text)


def _record(called: str, function: Any, request_id: str, event: str, outcome: Outcome) -> Json:
    version = str(function.version)
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    answered: Json = {"statusCode": 200, "executedVersion": version}
    response: Json = {
        "responseContext": answered | ({"functionError": "Unhandled"} if outcome.failed else {}),
        "responsePayload": _read(outcome.payload),
    }
    return {
        "version": "1.0",
        "timestamp": now.replace("+00:00", "Z"),
        "requestContext": {
            "requestId": request_id,
            "functionArn": called if qualifier_in(called) else f"{called}:{LATEST}",
            "condition": _condition(outcome),
            "approximateInvokeCount": outcome.attempts,
        },
        "requestPayload": json.loads(event),
        **(response if outcome.is_told else {}),
    }


def _condition(outcome: Outcome) -> str:
    if not outcome.failed:
        return "Success"
    if outcome.is_old:
        return "EventAgeExceeded"
    return "RetriesExhausted" if outcome.is_told else "ZeroReservedConcurrency"


def _read(payload: str) -> Any:
    """A function's answer; what is no JSON, as bytes may be, as its text."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload


def _is_bus(goal: str) -> bool:
    return goal.split(":")[2] == "events"


def _event(bus: str, record: Json) -> Json:
    ended = "Success" if record["requestContext"]["condition"] == "Success" else "Failure"
    return {
        "source": "lambda",
        "detail-type": f"Lambda Function Invocation Result - {ended}",
        "resources": [bus, record["requestContext"]["functionArn"]],
        "detail": record,
    }


def _why(request_id: str, outcome: Outcome) -> Json:
    words = str(json.loads(outcome.payload).get("errorMessage", ""))[:1024]
    facts = {"RequestID": ("String", request_id), "ErrorCode": ("Number", "200")}
    facts["ErrorMessage"] = ("String", words or "?")
    return {k: {"DataType": kind, "StringValue": v} for k, (kind, v) in facts.items()}


# Sending ------------------------------------------------------------------------------------------


def carry(cloud: Cloud, item: Delivery) -> None:
    """Send a record or a dead letter as the function's role.

    Raises:
        AwsError: Lambda cannot take on the role.
    """
    arn, home = item["target"]["Arn"], item["source"].split(":")[3]
    service, send = {**SENDERS, **_MORE}[arn.split(":")[2]]
    region = arn.split(":")[3] or home
    try:
        role = item["target"]["RoleArn"]
        client = client_as(cloud, role, SERVICE, service, region, item["source"])
    except Untrusting as error:
        raise AwsError("AccessDeniedException", str(error), 403) from error
    attributes = item["target"]["attributes"]
    send(client, {**item, "attributes": attributes} if attributes else item)


def _to_function(client: Any, item: Delivery) -> None:
    payload = item["text"].encode()
    client.invoke(FunctionName=item["target"]["Arn"], InvocationType="Event", Payload=payload)


def _to_bucket(s3: Any, item: Delivery) -> None:
    now, name = datetime.datetime.now(datetime.UTC), item["source"].split(":")[6]
    key = f"aws/lambda/async/{name}/{now:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"
    bucket = item["target"]["Arn"].rpartition(":")[2]
    s3.put_object(Bucket=bucket, Key=key, Body=item["text"].encode())


def _to_bus(events: Any, item: Delivery) -> None:
    event = json.loads(item["text"])
    entry = {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Resources": event["resources"],
        "EventBusName": item["target"]["Arn"],
    }
    (told,) = events.put_events(Entries=[entry])["Entries"]
    if "ErrorCode" in told:
        raise AwsError(told["ErrorCode"], told.get("ErrorMessage", ""))


_MORE: dict[str, tuple[str, Send]] = {
    "events": ("events", _to_bus),
    "lambda": ("lambda", _to_function),
    "s3": ("s3", _to_bucket),
}
CARRIERS[SERVICE] = carry
FINISHED.append(tell)
