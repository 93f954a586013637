"""Mail that is sent, as files of the workspace: no mail leaves this machine.

On AWS nobody can read back what SES has sent. Here each mail, with its attachments, is a file
``outbox/<time>-<message id>.eml``, which any mail program opens. Senders and recipients are judged
by moto, as ever. Sources:
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html,
https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html and
https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html
"""

from __future__ import annotations

import base64
import email
import email.policy
import string
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation

Json = dict[str, Any]
_LETTERS, _LONGEST_TAG, _OWN_TAGS = string.ascii_letters + string.digits, 255, "ses:feedback-id-"
_KINDS = ("ToAddresses", "CcAddresses", "BccAddresses")


@operation("sesv2", "SendEmail")
def send_email(
    context: Context,
    *,
    Content: Json,
    FromEmailAddress: str | None = None,
    Destination: Json | None = None,
    ReplyToAddresses: Sequence[str] = (),
    **_: Any,
) -> Answer:
    to = [address for kind in _KINDS for address in (Destination or {}).get(kind) or ()]
    if "Raw" in Content:
        message = _bytes(Content["Raw"]["Data"])
    elif "Simple" in Content:
        source, sent_to = FromEmailAddress or "", Destination or {}
        message = _composed(Content["Simple"], source, sent_to, ReplyToAddresses)
    else:
        raise not_here("sesv2", "SendEmail", "templates are not filled in")
    return {"MessageId": _send(context, FromEmailAddress, to, message)}


@operation("ses", "SendEmail")
def send_simple_email(
    context: Context,
    *,
    Source: str,
    Destination: Json,
    Message: Json,
    ReplyToAddresses: Sequence[str] = (),
    Tags: Sequence[Json] = (),
    **_: Any,
) -> Answer:
    for each in Tags:
        _check_tag("name", each["Name"], "'_',  '-'", "-_")
        _check_tag("value", each["Value"], "'_',  '-' , '.', '@'", "-_.@")
    to = [address for kind in _KINDS for address in Destination.get(kind) or ()]
    message = _composed(Message, Source, Destination, ReplyToAddresses)
    return {"MessageId": _send(context, Source, to, message)}


@operation("ses", "SendRawEmail")
def send_raw_email(
    context: Context,
    *,
    RawMessage: Json,
    Source: str | None = None,
    Destinations: Sequence[str] | None = None,
    **_: Any,
) -> Answer:
    message = _bytes(RawMessage["Data"])
    return {"MessageId": _send(context, Source, list(Destinations or ()), message)}


def folder(cloud: Cloud) -> Path:
    """Where the mails are."""
    return cloud.home / "outbox"


def _send(context: Context, source: str | None, to: list[str], message: bytes) -> str:
    """Let moto judge the mail's head and count it; keep the mail. Returns its id."""
    if not to and not any(email.message_from_bytes(message).get(k) for k in ("To", "Cc", "Bcc")):
        code = "InvalidParameterValue" if context.service == "ses" else "BadRequestException"
        raise AwsError(code, "Missing required header 'To'.")
    cloud = context.cloud
    head = message.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace")
    with cloud.lock("ses"):
        backend = cloud.backend("ses", context.region)
        sent = backend.send_raw_email(source, to, f"{head}\n\n")
        backend.sent_messages.clear()  # which nobody reads, and each mail would write
        cloud.state.save("ses")
    folder(cloud).mkdir(exist_ok=True)
    moment = datetime.now(UTC)
    name = f"{moment:%Y%m%dT%H%M%S.%f}-{sent.id}.eml"
    kept = folder(cloud) / name
    kept.with_suffix(".part").write_bytes(message)
    kept.with_suffix(".part").rename(kept)
    return str(sent.id)


def _check_tag(what: str, text: str, told: str, also: str) -> None:
    """Raise for a tag's name or value that the older API does not take.

    Source: https://docs.aws.amazon.com/ses/latest/APIReference/API_MessageTag.html
    """
    why = ""
    if not text:
        why = f"The tag {what} must be specified."
    elif len(text) > _LONGEST_TAG:
        why = f"Tag {what} cannot exceed {_LONGEST_TAG} characters."
    elif not text.startswith(_OWN_TAGS) and set(text) - {*_LETTERS, *also}:
        why = (
            f"Invalid tag {what} <{text}>: only alphanumeric ASCII characters, {told} are allowed."
        )
    if why:
        raise AwsError("InvalidParameterValue", why)


def _composed(simple: Json, source: str, destination: Json, answers: Sequence[str]) -> bytes:
    """A mail of a subject, a text, headers of one's own and attachments."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["Subject"] = source, simple["Subject"]["Data"]
    if answers:
        mail["Reply-To"] = ", ".join(answers)
    for each in simple.get("Headers") or ():
        mail[each["Name"]] = each["Value"]
    for name, kind in (("To", "ToAddresses"), ("Cc", "CcAddresses")):
        if destination.get(kind):
            mail[name] = ", ".join(destination[kind])
    body = simple["Body"]
    mail.set_content((body.get("Text") or {}).get("Data", ""))
    if "Html" in body:
        mail.add_alternative(body["Html"]["Data"], subtype="html")
    for each in simple.get("Attachments") or ():
        main, _, sub = (each.get("ContentType") or "application/octet-stream").partition("/")
        mail.add_attachment(
            _bytes(each["RawContent"]), maintype=main, subtype=sub, filename=each["FileName"]
        )
    return mail.as_bytes()


def _bytes(data: Any) -> bytes:
    return data if isinstance(data, bytes) else base64.b64decode(data)
