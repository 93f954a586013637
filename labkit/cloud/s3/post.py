"""An upload by an HTML form: a POST whose signed policy says what may be uploaded.

The form's fields are what a PUT has in its headers; the policy, signed in the place of the request,
must name each of them. Once it holds, the POST is answered as the PUT that it stands for.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import datetime
import json
import os
import urllib.parse
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import parse_form_data

from labkit.cloud import protocol
from labkit.cloud.access import signature
from labkit.cloud.access.guard import check_session, credentials_of
from labkit.cloud.operations import ANONYMOUS, AwsError, Principal
from labkit.cloud.s3 import tags

Environ = dict[str, Any]
# Fields that a policy need not name.
_FREE = {"policy", "x-amz-signature", "signature", "awsaccesskeyid", "file"}
_MOST_FIELDS = 20_480  # bytes; the file goes to disk, fields to memory
_HEADERS = ("content-type", "content-encoding", "content-disposition", "cache-control", "expires")


@dataclass(frozen=True)
class Form:
    """A form that arrived: its fields by their names in small letters, and the file."""

    bucket: str
    fields: dict[str, str]
    file: Any
    size: int

    @property
    def key(self) -> str:
        """The object's key; ``${filename}`` in it is the file's name."""
        name = os.path.basename(self.file.filename or "")
        return self.fields["key"].replace("${filename}", name)


def is_form(environ: Environ) -> bool:
    """Whether a request is a form's."""
    kind = environ.get("CONTENT_TYPE", "")
    return bool(environ["REQUEST_METHOD"] == "POST" and kind.startswith("multipart/form-data"))


def read_form(environ: Environ) -> tuple[Form, Principal]:
    """The form, and who signed its policy.

    Raises:
        AwsError: it is not signed, or the policy does not allow it.
    """
    bucket = urllib.parse.unquote(protocol.raw_path(environ)).strip("/").partition("/")[0]
    try:
        _, fields, files = parse_form_data(environ, max_form_memory_size=_MOST_FIELDS)
    except RequestEntityTooLarge as error:
        words = "Your POST request fields preceeding the upload file was too large."
        raise AwsError("MaxPostPreDataLengthExceeded", words) from error
    if "file" not in files:
        raise AwsError("InvalidArgument", "POST requires exactly one file upload per request.")
    named = {name.lower(): value for name, value in fields.items()}
    named |= {name.lower(): _text(each) for name, each in files.items() if name.lower() != "file"}
    if "key" not in named:
        raise _missing("key")
    file = files["file"]
    size = file.stream.seek(0, os.SEEK_END)
    file.stream.seek(0)
    form = Form(bucket, named, file, size)
    if not {"policy", "awsaccesskeyid", "x-amz-credential"} & named.keys():
        return form, ANONYMOUS
    principal = _signed_by(named)
    _check_policy(form)
    return form, principal


def as_put(environ: Environ, form: Form) -> Environ:
    """The PUT that a form stands for."""
    address = "/" + urllib.parse.quote(f"{form.bucket}/{form.key}")
    kept = {k: v for k, v in environ.items() if k not in ("HTTP_TRANSFER_ENCODING", "CONTENT_TYPE")}
    put = kept | {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": urllib.parse.unquote(address),
        "REQUEST_URI": address,
        "RAW_URI": address,
        "QUERY_STRING": "",
        "CONTENT_LENGTH": str(form.size),
        "wsgi.input": form.file.stream,
    }
    for name, value in form.fields.items():
        if name in _HEADERS or (name.startswith("x-amz-") and name not in _SIGNING):
            put[_header(name)] = value
    if "acl" in form.fields:
        put["HTTP_X_AMZ_ACL"] = form.fields["acl"]
    if "tagging" in form.fields:
        given = tags.of_document(form.fields["tagging"].encode())
        put["HTTP_X_AMZ_TAGGING"] = urllib.parse.urlencode(given)
    return put


_SIGNING = {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"}


def answer(form: Form, endpoint: str, reply: protocol.Reply) -> protocol.Reply:
    """What the form's sender hears: a redirection, a document, or nothing."""
    etag = reply.headers.get("ETag") or reply.headers.get("etag", "")
    place = f"{endpoint}/{form.bucket}/{urllib.parse.quote(form.key)}"
    headers = {k: v for k, v in reply.headers.items() if k.lower() != "content-type"}
    headers["Location"] = place
    target = form.fields.get("success_action_redirect") or form.fields.get("redirect")
    if target and urllib.parse.urlsplit(target).netloc:  # what is no address is as if it was unsaid
        said = urllib.parse.urlencode({"bucket": form.bucket, "key": form.key, "etag": etag})
        joint = "&" if "?" in target else "?"
        return protocol.Reply(303, headers | {"Location": f"{target}{joint}{said}"}, b"")
    status = form.fields.get("success_action_status")
    if status != "201":
        return protocol.Reply(200 if status == "200" else 204, headers, b"")
    told = {"Location": place, "Bucket": form.bucket, "Key": form.key, "ETag": etag}
    inner = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in told.items())
    body = f"<PostResponse>{inner}</PostResponse>".encode()
    return protocol.Reply(201, headers | {"Content-Type": "application/xml"}, body)


def _text(field: Any) -> str:
    """The value of a field that a client sent as if it were a file of its own."""
    return str(field.stream.read().decode("utf-8", "replace"))


def _header(name: str) -> str:
    wanted = name.upper().replace("-", "_")
    return wanted if wanted == "CONTENT_TYPE" else f"HTTP_{wanted}"


def _signed_by(fields: dict[str, str]) -> Principal:
    policy, legacy = fields.get("policy"), fields.get("awsaccesskeyid")
    credential = fields.get("x-amz-credential", "")
    if not policy or not (legacy or credential):
        raise AwsError("AccessDenied", "Access Denied", 403)
    key = legacy or credential.partition("/")[0]
    secret, principal = credentials_of(key)
    check_session(key, fields.get("x-amz-security-token"), s3=True)
    name = "Signature" if legacy else "X-Amz-Signature"
    if name.lower() not in fields:
        raise _missing(name)
    sent = fields[name.lower()]
    if not signature.is_policy_signature(sent, policy, secret, credential if not legacy else None):
        claim = signature.Claim(key, "", "", "s3", (), sent, "", presigned=True)
        raise signature.mismatch(claim, policy)
    return principal


def _missing(name: str) -> AwsError:
    words = (
        f"Bucket POST must contain a field named '{name}'.  If it is specified, please check the"
    )
    told = {"ArgumentName": name, "ArgumentValue": ""}
    return AwsError("InvalidArgument", f"{words} order of the fields.", 400, **told)


def _check_policy(form: Form) -> None:
    try:
        policy = json.loads(base64.b64decode(form.fields["policy"]))
        ends = datetime.datetime.strptime(policy["expiration"][:19], "%Y-%m-%dT%H:%M:%S")
        conditions = [_triple(each) for each in policy["conditions"]]
    except (ValueError, KeyError, TypeError) as error:
        raise AwsError("InvalidPolicyDocument", f"Invalid Policy: {error}") from error
    if datetime.datetime.now(datetime.UTC) > ends.replace(tzinfo=datetime.UTC):
        raise _refused("Policy expired.")
    for kind, name, value in conditions:
        _check_condition(form, kind, name, value)
    covered = {name.removeprefix("$").lower() for _, name, _ in conditions} | _FREE
    for name in form.fields:
        if name not in covered and not name.startswith("x-ignore-"):
            raise _refused(f"Extra input fields: {name}")


def _triple(condition: Any) -> tuple[str, str, Any]:
    """Operation, field and value of a condition; a field's name has a ``$`` before it."""
    if isinstance(condition, dict):
        if len(condition) != 1:
            words = "Simple-Conditions must have exactly one property specified."
            raise ValueError(f"Invalid Simple-Condition: {words}")
        ((name, value),) = condition.items()
        return "eq", f"${name}", value
    kind, first, second = condition
    kind = str(kind).lower()
    if kind not in ("content-length-range", "eq", "starts-with"):
        raise ValueError(f"unknown operation {kind!r}")
    return kind, str(first), second


def _check_condition(form: Form, kind: str, name: str, value: Any) -> None:
    failed = _refused(f'Policy Condition failed: ["{kind}", "{name}", "{value}"]')
    if kind == "content-length-range":
        if not (name.isdecimal() and str(value).isdecimal()):
            raise failed
        _check_size(form.size, int(name), int(value))
        return
    field = name.removeprefix("$").lower()
    found = form.bucket if field == "bucket" else form.fields.get(field, "")
    each = found.split(",") if field == "content-type" else [found]  # several types are a list
    holds = found == value if kind == "eq" else all(e.strip().startswith(value) for e in each)
    if not (holds and name.startswith("$")):
        raise failed


def _check_size(size: int, least: int, most: int) -> None:
    told = {"ProposedSize": str(size)}
    if size > most:
        words = "Your proposed upload exceeds the maximum allowed size"
        raise AwsError("EntityTooLarge", words, 400, **told, MaxSizeAllowed=str(most))
    if size < least:
        words = "Your proposed upload is smaller than the minimum allowed size"
        raise AwsError("EntityTooSmall", words, 400, **told, MinSizeAllowed=str(least))


def _refused(why: str) -> AwsError:
    return AwsError("AccessDenied", f"Invalid according to Policy: {why}", 403)
