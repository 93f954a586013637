"""What a console says when AWS refuses: AWS's own words, and what to do."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, EndpointConnectionError

from labkit import advice as helpers

if TYPE_CHECKING:
    from labkit.lab import Lab

KEY_DENIED = re.compile(r"AWSKMS|kms:", re.IGNORECASE)
START = "!labkit up"
SESSION_OVER, SESSION_GONE = "The session is over", "Session is not available"
POLICY_DENIED = "explicit deny in a resource-based policy"
ROLE = re.compile(r"(?:assumed-)?role/([\w+=,.@-]+)")


@dataclass(frozen=True)
class Notice:
    """A message in a console.

    Args:
        text: AWS's words.
        advice: what to do, as a sentence; may be empty.
        code: a line of Python that does it; may be empty.
        kind: ``error`` or ``info``.
    """

    text: str
    advice: str = ""
    code: str = ""
    kind: str = "error"

    def facts(self) -> dict[str, Any]:
        """As the front end reads it."""
        return asdict(self)


def notice_of(lab: Lab, error: Exception) -> Notice:
    """The notice of an error that a call of AWS raised."""
    if isinstance(error, EndpointConnectionError):
        return Notice(str(error), "The local AWS does not answer. Start it:", START)
    if not isinstance(error, ClientError):
        return Notice(str(error))
    said = error.response["Error"]
    text = f"{said['Code']}: {said.get('Message', '')}".rstrip(": ")
    sentence, code = advice(text, who=lab.caller)
    return Notice(text, sentence or helpers.advice(text), code)


def advice(text: str, *, who: str) -> tuple[str, str]:
    """What to do about a refusal: a sentence and a line of Python, both empty for other errors.

    Args:
        text: AWS's message.
        who: the ARN of the principal, used when the message names no role.

    >>> advice("Table not found", who="arn:aws:iam::1:user/ada")
    ('', '')
    >>> advice("Access Denied (kms:Decrypt)", who="arn:aws:iam::1:role/reader")[1]
    'lab.storage.add_key_users(lab.role_arn("reader"))'
    """
    if SESSION_OVER in text:
        return "Another client has the project now: refresh (⟳) to take it back.", ""
    if SESSION_GONE in text:
        return "The tab's session has ended, with its temporary tables. Run again in a new one.", ""
    if POLICY_DENIED in text:
        return "The resource's policy forbids it, whoever asks. Read it:", _policy(text)
    if not KEY_DENIED.search(text):
        return "", ""
    role = ROLE.search(text) or ROLE.search(who)
    name = role[1] if role else who.rsplit("/", 1)[-1]
    added = f'lab.role_arn("{name}")' if role else "lab.caller"
    sentence = f"{name} may not use the key of the data lake. Make it a key user:"
    return sentence, f"lab.storage.add_key_users({added})"


def _policy(text: str) -> str:
    bucket = re.search(r"arn:aws:s3:::([^/\"]+)", text)
    return f'lab.client("s3").get_bucket_policy(Bucket="{bucket[1]}")' if bucket else ""
