"""An upload by an HTML form: a POST whose signed policy says what may be uploaded.

The form's fields are what a PUT has in its headers; the policy, signed in the place of the request,
must name each of them. Once it holds, the POST is answered as the PUT that it stands for.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import re
import urllib.parse
from typing import IO, Any
from xml.sax.saxutils import escape

from labkit.cloud import protocol
from labkit.cloud.access import signature
from labkit.cloud.access.guard import check_session, credentials_of
from labkit.cloud.operations import ANONYMOUS, AwsError, Principal
from labkit.cloud.s3 import form_policy, forms, tags
from labkit.cloud.s3.documents import invalid
from labkit.cloud.s3.form_policy import Form
from labkit.cloud.s3.request import FORM

Environ = dict[str, Any]
_HEADERS = {
    *("content-type", "content-encoding", "content-disposition", "cache-control"),
    *("content-language", "content-md5", "expires"),
}

_CONTROL = re.compile(r"[\0-\x08\n-\x1f\x7f]")
_OTHER_FORMS = "application/x-www-form-"


def is_form(environ: Environ) -> bool:
    """Whether a request is a form's.

    Raises:
        AwsError: ``PreconditionFailed``: it is one that carries no file.
    """
    kind, posts = environ.get("CONTENT_TYPE", ""), environ["REQUEST_METHOD"] == "POST"
    of_bucket = "/" not in protocol.raw_path(environ).strip("/") or kind.startswith(_OTHER_FORMS)
    plain = of_bucket and not environ.get("QUERY_STRING")
    if posts and plain and not kind.startswith("multipart/form-data"):
        words = "At least one of the pre-conditions you specified did not hold"
        wanted = "Bucket POST must be of the enclosure-type multipart/form-data"
        raise AwsError("PreconditionFailed", words, 412, Condition=wanted)
    return bool(posts and kind.startswith("multipart/form-data"))


def read_form(environ: Environ, file: IO[bytes]) -> tuple[Form, Principal]:
    """The form, and who signed its policy.

    Args:
        environ: the request.
        file: where the form's file goes.

    Raises:
        AwsError: it is not signed, or the policy does not allow it.
    """
    bucket = urllib.parse.unquote(protocol.raw_path(environ)).strip("/").partition("/")[0]
    try:
        named = forms.received(environ, file)
    except ValueError as error:
        words = "The body of your POST request is not well-formed multipart/form-data."
        raise AwsError("MalformedPOSTRequest", words) from error
    if "key" not in named:
        raise _missing("key")
    if not named["key"]:
        raise invalid("User key must have a length greater than 0.", "key", "")
    for name, value in named.items():
        if _is_header(name) and _CONTROL.search(value):
            raise invalid("A header's value has no line breaks or other controls.", name, value)
    form = Form(bucket, named, file, file.tell())
    file.seek(0)
    if not {"policy", "awsaccesskeyid", "x-amz-credential"} & named.keys():
        return form, ANONYMOUS
    principal = _signed_by(named)
    form_policy.check(form)
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
        "wsgi.input": form.file,
        FORM: True,
        signature.CLAIM: _claim(form.fields),
    }
    for name, value in form.fields.items():
        if name in _HEADERS or (name.startswith("x-amz-") and name not in _SIGNING):
            put[_header(name)] = _as_sent(value)
    if "acl" in form.fields:
        put["HTTP_X_AMZ_ACL"] = form.fields["acl"]
    if "tagging" in form.fields:
        given = tags.of_document(form.fields["tagging"].encode())
        put["HTTP_X_AMZ_TAGGING"] = urllib.parse.urlencode(given)
    return put


_REDIRECTIONS = ("success_action_redirect", "redirect")
_SIGNING = {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"}


def answer(form: Form, endpoint: str, reply: protocol.Reply) -> protocol.Reply:
    """What the form's sender hears: a redirection, a document, or nothing."""
    etag = reply.headers.get("ETag") or reply.headers.get("etag", "")
    place = f"{endpoint}/{form.bucket}/{urllib.parse.quote(form.key)}"
    headers = {k: v for k, v in reply.headers.items() if k.lower() != "content-type"}
    headers["Location"] = place
    target = next((form.fields[each] for each in _REDIRECTIONS if form.fields.get(each)), None)
    if target and urllib.parse.urlsplit(target).netloc:  # what is no address is as if it was unsaid
        said = urllib.parse.urlencode({"bucket": form.bucket, "key": form.key, "etag": etag})
        joint = "&" if "?" in target else "?"
        return protocol.Reply(303, headers | {"Location": _as_sent(f"{target}{joint}{said}")}, b"")
    status = form.fields.get("success_action_status")
    if status != "201":
        return protocol.Reply(200 if status == "200" else 204, headers, b"")
    told = {"Location": place, "Bucket": form.bucket, "Key": form.key, "ETag": etag}
    inner = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in told.items())
    body = f"<PostResponse>{inner}</PostResponse>".encode()
    return protocol.Reply(201, headers | {"Content-Type": "application/xml"}, body)


def _is_header(name: str) -> bool:
    """Whether a field's value is told in an answer's head."""
    return name in _HEADERS or name in _REDIRECTIONS or name.startswith("x-amz-")


def _as_sent(value: str) -> str:
    """A text as WSGI has it of a header: a character for each byte."""
    return value.encode("utf-8", "surrogateescape").decode("latin-1")


def _header(name: str) -> str:
    wanted = name.upper().replace("-", "_")
    return wanted if wanted == "CONTENT_TYPE" else f"HTTP_{wanted}"


# What signs a form, by either version.
_SIGNERS = (
    ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"),
    ("AWSAccessKeyId", "Signature"),
)


def _signed_by(fields: dict[str, str]) -> Principal:
    policy = fields.get("policy")
    signers = next((s for s in _SIGNERS if any(name.lower() in fields for name in s)), None)
    if not policy or not signers:
        raise AwsError("AccessDenied", "Access Denied", 403)
    if lacking := [name for name in signers if name.lower() not in fields]:
        raise _missing(lacking[0])
    credential = fields["x-amz-credential"] if signers is _SIGNERS[0] else None
    key = fields["awsaccesskeyid"] if credential is None else credential.partition("/")[0]
    secret, principal = credentials_of(key)
    check_session(key, fields.get("x-amz-security-token"), s3=True)
    sent = fields[signers[-1].lower()]
    if not signature.is_policy_signature(sent, policy, secret, credential):
        claim = signature.Claim(key, "", "", "s3", (), sent, "", presigned=True)
        raise signature.mismatch(claim, policy)
    return principal


def _claim(fields: dict[str, str]) -> signature.Claim | None:
    """What the signature of a form says; ``None`` of one that is not signed."""
    key = fields.get("awsaccesskeyid") or fields.get("x-amz-credential", "").partition("/")[0]
    headers = ("",) if "x-amz-credential" in fields else ()
    moment = fields.get("x-amz-date", "")
    return signature.Claim(key, "", "", "s3", headers, "", moment, presigned=True) if key else None


def _missing(name: str) -> AwsError:
    words = (
        f"Bucket POST must contain a field named '{name}'.  If it is specified, please check the"
    )
    told = {"ArgumentName": name, "ArgumentValue": ""}
    return AwsError("InvalidArgument", f"{words} order of the fields.", 400, **told)
