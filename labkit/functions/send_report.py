"""``dataedu-send-report``: make a snapshot of a dashboard, keep it in S3, send it by mail.

QuickSight's own schedules are made in its console alone; what a script can do is this: a snapshot
job, and a raw mail of SES with the file. The helpers run the same code for a mail at once. Sources:
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_StartDashboardSnapshotJob.html and
https://docs.aws.amazon.com/ses/latest/dg/send-email-raw.html
"""

import json
import time
from email.message import EmailMessage
from typing import Any

import boto3

POLL_S, TIMEOUT_S = 0.2, 600
TYPES = {
    "PDF": "application/pdf",
    "CSV": "text/csv",
    "EXCEL": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Send a report. The event is what `labkit.charts.reports` makes of a dashboard.

    Args:
        event: ``account``, ``region``, ``dashboard`` (id), ``name``, ``format``, ``selections`` (of
            sheets and visuals), ``tags``, ``to``, ``sender``, ``bucket``, ``prefix``.

    Returns:
        What was sent: the file's address, its size, the mail's id.
    """
    return send(boto3.client, event)


def send(client: Any, event: dict[str, Any]) -> dict[str, Any]:
    """As `handler`, with ``client("s3")`` for clients."""
    uri = snapshot(client("quicksight"), event)
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    content = client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    mail = message(event, key.rpartition("/")[2], content)
    sent = client("sesv2").send_email(
        FromEmailAddress=event["sender"],
        Destination={"ToAddresses": event["to"]},
        Content={"Raw": {"Data": mail.as_bytes()}},
    )
    told = {name: event[name] for name in ("dashboard", "name", "format", "to")}
    told |= {"uri": uri, "bytes": len(content), "message_id": sent["MessageId"]}
    told["sent_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    place = key.rpartition("/")[0]
    client("s3").put_object(Bucket=bucket, Key=f"{place}/sent.json", Body=json.dumps(told).encode())
    return told


def snapshot(quicksight: Any, event: dict[str, Any]) -> str:
    """The address of a new snapshot in S3.

    Raises:
        RuntimeError: the job failed; with QuickSight's reason.
    """
    job = f"{event['format'].lower()}-{time.time_ns()}"
    ids = {"AwsAccountId": event["account"], "DashboardId": event["dashboard"]}
    file = {"FormatType": event["format"], "SheetSelections": event["selections"]}
    place = {
        "BucketName": event["bucket"],
        "BucketPrefix": event["prefix"],
        "BucketRegion": event["region"],
    }
    tags = [{"Key": key, "Value": value} for key, value in event["tags"].items()]
    reader = {"RowLevelPermissionTags": tags} if tags else {}
    quicksight.start_dashboard_snapshot_job(
        **ids,
        SnapshotJobId=job,
        UserConfiguration={"AnonymousUsers": [reader]},
        SnapshotConfiguration={
            "FileGroups": [{"Files": [file]}],
            "DestinationConfiguration": {"S3Destinations": [{"BucketConfiguration": place}]},
        },
    )
    return result(quicksight, ids | {"SnapshotJobId": job})


def result(quicksight: Any, ids: dict[str, str]) -> str:
    """Wait for a job. Returns the address of its file."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        state = quicksight.describe_dashboard_snapshot_job(**ids)["JobStatus"]
        if state in ("COMPLETED", "FAILED"):
            break
        if time.monotonic() > deadline:
            raise RuntimeError(f"The snapshot job {ids['SnapshotJobId']} is still {state}.")
        time.sleep(POLL_S)
    found = quicksight.describe_dashboard_snapshot_job_result(**ids)
    if state == "FAILED":
        raise RuntimeError(found.get("ErrorInfo", {}).get("ErrorMessage", "The snapshot failed."))
    [user] = next(iter(found["Result"].values()))
    uri: str = user["FileGroups"][0]["S3Results"][0]["S3Uri"]
    return uri


def message(event: dict[str, Any], file: str, content: bytes) -> EmailMessage:
    """The mail with the file attached."""
    mail = EmailMessage()
    mail["From"], mail["To"] = event["sender"], ", ".join(event["to"])
    mail["Subject"] = event["name"]
    mail.set_content(f"The report {event['name']} is attached as {file}.")
    main, _, sub = TYPES[event["format"]].partition("/")
    mail.add_attachment(content, maintype=main, subtype=sub, filename=file)
    return mail
