"""Reports of dashboards by mail: sent at once or each week, kept in S3, and looked up there.

QuickSight's API has no schedules of its own to make, so a schedule is EventBridge Scheduler's: its
target is a Lambda function (`labkit.functions.send_report`) that makes a snapshot and sends it by
SES. Each sent report stays in the results bucket with a note of what went to whom: the history.
On AWS the sender's address, and in SES's sandbox the recipients' too, must have been verified.
Sources: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html and
https://docs.aws.amazon.com/ses/latest/dg/verify-addresses-and-domains.html
"""

from __future__ import annotations

import contextlib
import email
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit import process
from labkit.environment import tolerating, zipped
from labkit.errors import NoChart, RunFailed, UnknownName
from labkit.functions import send_report

if TYPE_CHECKING:
    from labkit.charts.pages import Dashboard
    from labkit.lab import Lab

SENDER = "reports@example.edu"
FUNCTION, ROLE = "dataedu-send-report", "dataedu-report-role"
PREFIX = "reports"
NAMED, POLICY = "dataedu-report-", "reports"
FORMATS = tuple(send_report.TYPES)
WEEKLY = "cron(0 7 ? * MON *)"
_HISTORY = ["sent_at", "name", "format", "to", "bytes", "uri"]
_TRUSTED = ["lambda.amazonaws.com", "scheduler.amazonaws.com"]
_TABLES = ("TableVisual", "PivotTableVisual")


@dataclass(frozen=True)
class Report:
    """A report that was sent.

    Args:
        content: the file.
        sent: what was sent to whom: ``name``, ``format``, ``to``, ``uri``, ``message_id``.
    """

    content: bytes
    sent: dict[str, Any]

    @property
    def pages(self) -> int | None:
        """How many pages a PDF has."""
        if self.sent["format"] != "PDF":
            return None
        return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", self.content))

    @property
    def rows(self) -> int | None:
        """How many rows below its heads a CSV file or the first sheet of a workbook has."""
        if self.sent["format"] == "CSV":
            return self.content.count(b"\n") - 1
        if self.sent["format"] == "EXCEL":
            with zipfile.ZipFile(io.BytesIO(self.content)) as book:
                return book.read("xl/worksheets/sheet1.xml").count(b"<row ") - 1
        return None

    def save(self, path: str | Path) -> Path:
        """Write the file."""
        path = Path(path)
        path.write_bytes(self.content)
        return path

    def __repr__(self) -> str:
        counts = [(self.pages, "page"), (self.rows, "row")]
        parts = [f"{n:,} {noun}{'s' * (n != 1)}" for n, noun in counts if n is not None]
        to = ", ".join(self.sent["to"])
        return f"{self.sent['name']} as {self.sent['format']}: {', '.join(parts)}; sent to {to}"


def send(lab: Lab, dashboard: Dashboard, **asked: Any) -> Report:
    """Send a dashboard now.

    Raises:
        RunFailed: the snapshot failed, or SES did not take the mail.
    """
    event = event_of(lab, dashboard, **asked)
    verify(lab, event["sender"])
    try:
        sent = send_report.send(lab.client, event)
    except RuntimeError as error:
        raise RunFailed("report", dashboard.name, str(error)) from error
    except lab.client("sesv2").exceptions.MessageRejected as error:
        raise RunFailed("mail", event["sender"], str(error)) from error
    bucket, _, key = sent["uri"].removeprefix("s3://").partition("/")
    content = lab.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return Report(content, sent)


def event_of(
    lab: Lab,
    dashboard: Dashboard,
    *,
    to: str | Sequence[str],
    format: str = "PDF",
    sender: str = SENDER,
    tags: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the function is told to send."""
    kind = format.upper()
    if kind not in FORMATS:
        raise UnknownName("format", format, list(FORMATS))
    return {
        "account": lab.account,
        "region": lab.region,
        "dashboard": dashboard.id,
        "name": dashboard.name,
        "format": kind,
        "selections": [_selection(dashboard, kind)],
        "tags": dict(tags or {}),
        "to": [to] if isinstance(to, str) else list(to),
        "sender": sender,
        "bucket": lab.names.results_bucket,
        "prefix": f"{PREFIX}/{dashboard.id}",
    }


def verify(lab: Lab, sender: str) -> None:
    """Make SES send from an address; on AWS its owner gets a mail to confirm first."""
    ses = lab.client("sesv2")
    with contextlib.suppress(ses.exceptions.AlreadyExistsException):
        ses.create_email_identity(EmailIdentity=sender)


def history(lab: Lab) -> pd.DataFrame:
    """The reports that were sent, the newest first."""
    s3, bucket = lab.client("s3"), lab.names.results_bucket
    found = [
        json.loads(s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read())
        for each in lab.all("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=f"{PREFIX}/")
        if each["Key"].endswith("/sent.json")
    ]
    rows = [{**each, "to": ", ".join(each["to"])} for each in found]
    table = pd.DataFrame(rows, columns=_HISTORY)
    return table.sort_values("sent_at", ascending=False, ignore_index=True)


def outbox(lab: Lab) -> pd.DataFrame:
    """The mails that the local AWS kept in place of sending them, the newest first.

    On AWS, which keeps none, what is known of those that were sent.
    """
    if lab.endpoint is None:
        sent = history(lab).to_dict("records")
        rows = [(r["to"], r["name"], r["uri"].rpartition("/")[2], r["uri"]) for r in sent]
    else:
        files = sorted((process.home() / "outbox").glob("*.eml"), reverse=True)
        rows = [_in_short(file) for file in files]
    return pd.DataFrame(rows, columns=["to", "subject", "attachments", "file"])


def schedule(lab: Lab, dashboard: Dashboard, *, when: str, timezone: str, **asked: Any) -> str:
    """Send a dashboard again and again. Returns the schedule's name."""
    event = event_of(lab, dashboard, **asked)
    verify(lab, event["sender"])
    _role(lab)
    function, role = _function(lab), lab.role_arn(ROLE)
    members = {
        "Name": f"{NAMED}{dashboard.id}"[:64],
        "ScheduleExpression": when,
        "ScheduleExpressionTimezone": timezone,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "ENABLED",
        "Target": {"Arn": function, "RoleArn": role, "Input": json.dumps(event)},
    }
    scheduler = lab.client("scheduler")
    try:
        scheduler.create_schedule(**members)
    except scheduler.exceptions.ConflictException:
        scheduler.update_schedule(**members)
    return str(members["Name"])


def _selection(dashboard: Dashboard, kind: str) -> dict[str, Any]:
    """The first sheet; of tables' formats, its first table, or five for a workbook.

    Raises:
        NoChart: there is no table on it.
    """
    calls = dashboard.lab.chart.calls
    found = calls.call("describe_dashboard_definition", DashboardId=dashboard.id)
    sheet = found["Definition"]["Sheets"][0]
    if kind == "PDF":
        return {"SheetId": sheet["SheetId"], "SelectionScope": "ALL_VISUALS"}
    ids = list(_tables(sheet))[: 5 if kind == "EXCEL" else 1]
    if not ids:
        raise NoChart(f"{dashboard.name} has no table, which the format {kind} needs.")
    return {"SheetId": sheet["SheetId"], "SelectionScope": "SELECTED_VISUALS", "VisualIds": ids}


def _tables(sheet: Mapping[str, Any]) -> Iterator[str]:
    for visual in sheet["Visuals"]:
        for kind, body in visual.items():
            if kind in _TABLES:
                yield body["VisualId"]


def _in_short(path: Path) -> tuple[str, str, str, str]:
    mail: Message = email.message_from_bytes(path.read_bytes())
    names = [part.get_filename() for part in mail.walk()]
    attached = ", ".join(name for name in names if name)
    return str(mail["To"]), str(mail["Subject"]), attached, str(path)


def _role(lab: Lab) -> None:
    """The role of the function and of its schedule: snapshots, the results bucket, mail."""
    iam, bucket = lab.client("iam"), f"arn:aws:s3:::{lab.names.results_bucket}"
    function = f"arn:aws:lambda:{lab.region}:{lab.account}:function:{FUNCTION}"
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": _TRUSTED}}
    allowed = {
        f"{bucket}/*": ["s3:GetObject", "s3:PutObject"],
        lab.key_arn: ["kms:GenerateDataKey", "kms:Decrypt"],
        function: ["lambda:InvokeFunction"],
        "*": ["quicksight:*DashboardSnapshotJob*", "ses:SendEmail", "ses:SendRawEmail"],
    }
    statements = [{"Effect": "Allow", "Action": a, "Resource": r} for r, a in allowed.items()]
    role = {"RoleName": ROLE, "AssumeRolePolicyDocument": _policy([trust])}
    tolerating({"EntityAlreadyExists"}, iam.create_role, role)
    iam.put_role_policy(RoleName=ROLE, PolicyName=POLICY, PolicyDocument=_policy(statements))
    lab.storage.add_key_users(lab.role_arn(ROLE))


def _policy(statements: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _function(lab: Lab) -> str:
    """The function that sends. Returns its ARN."""
    function = {
        "FunctionName": FUNCTION,
        "Runtime": "python3.12",
        "Handler": "send_report.handler",
        "Role": lab.role_arn(ROLE),
        "Code": {"ZipFile": zipped("send_report")},
        "Timeout": 600,
        "MemorySize": 256,
    }
    tolerating({"ResourceConflictException"}, lab.client("lambda").create_function, function)
    return f"arn:aws:lambda:{lab.region}:{lab.account}:function:{FUNCTION}"
