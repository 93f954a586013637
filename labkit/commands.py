"""The AWS CLI command behind each call of a helper.

boto3 and the AWS CLI read the same API models, so an operation and its parameters name their
command: ``glue.start_crawler(Name="x")`` is ``aws glue start-crawler --name x``.
"""

from __future__ import annotations

import json
import shlex
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore import xform_name

SERVICES = {"s3": "s3api", "logs": "logs"}
OUTFILE = " /dev/stdout"  # where an answer that streams goes: the CLI wants to be told a file
INFILE = "fileb:///dev/stdin"  # bytes as they are: as an option, CLI 2 takes them for base64


def as_command(service: str, operation: str, parameters: dict[str, Any]) -> str:
    """The AWS CLI command of one API call.

    >>> as_command("glue", "StartCrawler", {"Name": "dataedu-sisdemo-crawler"})
    'aws glue start-crawler --name dataedu-sisdemo-crawler'
    >>> as_command("athena", "StartQueryExecution", {"QueryString": "-- all"})
    "aws athena start-query-execution --query-string='-- all'"
    >>> print(as_command("sesv2", "SendEmail", {"Content": {"Raw": {"Data": b"123"}}}))
    aws sesv2 send-email --content '{"Raw": {"Data": "(3 bytes)"}}'
    """
    words = ["aws", SERVICES.get(service, service), xform_name(operation, "-")]
    for name, value in parameters.items():
        option = f"--{xform_name(name, '-')}"
        if isinstance(value, bool):
            words.append(option if value else f"--no-{option[2:]}")
        else:
            text = _text(value)
            between = "=" if text.startswith("-") else " "  # a comment in SQL is no option
            words.append(f"{option}{between}{shlex.quote(text)}")
    return " ".join(words)


def _text(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        return f"fileb://… {_within(value)}"
    return value if isinstance(value, str) else json.dumps(value, default=_within)


def _within(value: Any) -> str:
    """What JSON cannot say: bytes by their number, as a report in a mail."""
    return f"({len(value)} bytes)" if isinstance(value, (bytes, bytearray)) else str(value)


class Commands:
    """The commands of the last helper call, told by the session's clients."""

    def __init__(self) -> None:
        self._heard: deque[str] = deque(maxlen=200)
        self._calls = threading.local()  # a console's own look-ups are not the helper's

    def watch(self, session: Any) -> None:
        """Listen to every client that a boto3 session makes."""
        session.events.register("provide-client-params.*.*", self._hear)

    @contextmanager
    def of_one_call(self) -> Iterator[None]:
        """While open, collect; the outermost call of a helper starts a new list."""
        depth = self._depth
        if not depth:
            self._heard.clear()
        self._calls.depth = depth + 1
        try:
            yield
        finally:
            self._calls.depth = depth

    @property
    def _depth(self) -> int:
        return int(getattr(self._calls, "depth", 0))

    def __call__(self) -> list[str]:
        """The last helper call as AWS CLI commands, polls once each."""
        return list(dict.fromkeys(self._heard))

    def __repr__(self) -> str:
        return "\n".join(self()) or "No helper has been called yet."

    def _hear(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self._depth:
            members = model.input_shape.members if model.input_shape else {}
            given = {
                name: value
                for name, value in params.items()
                if isinstance(value, str) and name in members and members[name].type_name == "blob"
            }
            told = params | dict.fromkeys(given, INFILE)
            command = as_command(model.service_model.service_name, model.name, told)
            said = "".join(f" <<< {shlex.quote(value)}" for value in given.values())
            self._heard.append(command + OUTFILE * model.has_streaming_output + said)
