"""Lambda's functions in a stack: made and changed by Lambda's own calls.

A template may have a function's code as text: it is the file ``index`` of its zip, beside which
AWS puts the module ``cfnresponse``. moto reads that text as base64 where it changes a function, and
leaves its tags, and what the template no longer says of it, as they were.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from moto.utilities.utils import load_resource_as_str

from labkit.cloud import stacks
from labkit.cloud.stacks.kinds import Kind, Members, Part, kind

_RESPONSE = "awslambda/resources/cfnresponse.py.txt"
_READABLE = 0o644 << 16
# What a function is where its template does not say, as a change must say it.
_DEFAULTS: Members = {
    "Description": "",
    "Timeout": 3,
    "MemorySize": 128,
    "Environment": {"Variables": {}},
    "Layers": [],
    "TracingConfig": {"Mode": "PassThrough"},
    "DeadLetterConfig": {"TargetArn": ""},
    "EphemeralStorage": {"Size": 512},
    "KMSKeyArn": "",
}


def _with_code(members: Members) -> Members:
    code = dict(members.get("Code") or {})
    if isinstance(code.get("ZipFile"), str):
        code["ZipFile"] = _zipped(code["ZipFile"], str(members.get("Runtime")))
    return members | {"Code": code}


def _zipped(text: str, runtime: str) -> bytes:
    """The same zip for the same text, at any time."""
    files = {"index.js" if runtime.startswith("nodejs") else "index.py": text}
    if not runtime.startswith("nodejs"):
        files["cfnresponse.py"] = load_resource_as_str(_RESPONSE)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = _READABLE
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _named(members: Members, **more: Any) -> Members:
    return {"FunctionName": members["FunctionName"]} | more


def _arn(members: Members) -> str:
    return stacks.caller().arn(f"function:{members['FunctionName']}", "lambda")


def _logging(members: Members) -> Members:
    group = f"/aws/lambda/{members['FunctionName']}"
    return {"LoggingConfig": {"LogFormat": "Text", "LogGroup": group}}


FUNCTION: Kind = kind(
    "lambda",
    "Function",
    change="UpdateFunctionConfiguration",
    name="FunctionName",
    by={"FunctionName": "FunctionName"},
    shaped=_with_code,
    changed=lambda members: _DEFAULTS | _logging(members) | members,
    parts=(
        Part("Code", lambda m, code: ("UpdateFunctionCode", _named(m, **code)), first=False),
        Part(
            "Tags",
            lambda m, tag: ("TagResource", {"Resource": _arn(m), "Tags": [tag]}),
            lambda m, tag: ("UntagResource", {"Resource": _arn(m), "TagKeys": [tag["Key"]]}),
            first=False,
        ),
        Part(
            "ReservedConcurrentExecutions",
            lambda m, count: (
                "PutFunctionConcurrency",
                _named(m, ReservedConcurrentExecutions=count),
            ),
            lambda m, _: ("DeleteFunctionConcurrency", _named(m)),
        ),
        Part(
            "RecursiveLoop",
            lambda m, told: ("PutFunctionRecursionConfig", _named(m, RecursiveLoop=told)),
        ),
        Part(
            "RuntimeManagementConfig",
            lambda m, told: ("PutRuntimeManagementConfig", _named(m, **told)),
        ),
    ),
    attributes={"Arn": "FunctionArn"},
)
MAPPING = kind(
    "lambda",
    "EventSourceMapping",
    name="",
    id="UUID",
    by={"UUID": "UUID", "EventSourceArn": "EventSourceArn"},  # of another source is another one
    attributes={"Id": "UUID"},
)
