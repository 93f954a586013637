"""What the functions do by which CDK makes custom resources of its own.

They are of Node.js, or call the AWS CLI of a layer, and neither is here. So a function whose code
is CDK's own is known by what stands in that code, and what it would do is done here, in its role.
Source: https://github.com/aws/aws-cdk/tree/main/packages/@aws-cdk/custom-resource-handlers

Start reading with `twin_of`.
"""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from labkit.cloud.access.service_roles import Untrusting
from labkit.cloud.stacks.cdk import asking, deploying, emptying, lesser, providing
from labkit.cloud.stacks.cdk.request import Refused, Request
from labkit.cloud.stacks.kinds import Members

Twin = Callable[[Request], Members]

# What stands in the code of each function, and of no other.
_MARKS: dict[bytes, Twin] = {
    b"aws-cdk:auto-delete-objects": emptying.empty,
    b"aws.cdk.s3deployment.%s": deploying.deploy,
    b"PHYSICAL:RESOURCEID:": asking.ask,
    b"USER_ON_EVENT_FUNCTION_ARN": providing.provide,
    b"Out of attempts to change log group": lesser.keep_logs,
    b"Creating new SSM Parameter exports in region": lesser.write_exports,
    b"Tagging SSM Parameter imports": lesser.read_exports,
    b"revokeSecurityGroupEgress": lesser.close_group,
}
_HANDLERS = ("index.handler", "__entrypoint__.handler", "framework.onEvent")
# By what CDK's functions say that they have made nothing.
_NOTHING_MADE = "AWSCDK::CustomResourceProviderFramework::CREATE_FAILED"


def twin_of(function: Any) -> Twin | None:
    """What does here what a function would do, if it is one of CDK's that cannot run here."""
    if function.handler not in _HANDLERS or function.package_type != "Zip":
        return None
    return _known(function.code_bytes)


@functools.lru_cache(maxsize=16)
def _known(code: bytes) -> Twin | None:
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            names = [n for n in archive.namelist() if "/" not in n and n.endswith((".js", ".py"))]
            text = b"".join(archive.read(name) for name in names)
    except (zipfile.BadZipFile, OSError):
        return None
    return next((twin for mark, twin in _MARKS.items() if mark in text), None)


def answer(twin: Twin, request: Request) -> Members:
    """What a function would have answered: that it did what it was asked for, or why not."""
    event = request.event
    known = event.get("PhysicalResourceId")
    if event["RequestType"] == "Delete" and known == _NOTHING_MADE:
        return {"Status": "SUCCESS", "PhysicalResourceId": known}
    try:
        told = twin(request)
    except (ClientError, BotoCoreError, Refused, Untrusting) as error:
        named = known or _NOTHING_MADE
        return {"Status": "FAILED", "Reason": str(error), "PhysicalResourceId": named}
    made = {"PhysicalResourceId": known or event["RequestId"]}
    return {"Status": "SUCCESS"} | made | told
