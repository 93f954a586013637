"""Who may do what with S3: bucket policies, identity policies, and the KMS keys of the objects.

Every S3 request is a question or several (`s3_requests`); `identities` answers. An object under a
KMS key asks that key as well: to write, ``kms:GenerateDataKey``; to read, ``kms:Decrypt``; a
multipart upload, both.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html (permissions)
"""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING, Any

from labkit.cloud.access import acl, encryption, identities
from labkit.cloud.access.keys import use_for_object
from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import (
    Document,
    actions_of,
    check_document,
    is_public,
    pairs_of,
    principals_of,
    read_document,
    resources_of,
)
from labkit.cloud.access.s3_requests import (
    OBJECT_ACTIONS,
    Keys,
    actions,
    arn_of,
    copy_source,
    find_bucket,
    find_version,
    request_keys,
)
from labkit.cloud.cloud import Cloud
from labkit.cloud.json_text import BadJson
from labkit.cloud.operations import ANONYMOUS, AwsError, Principal

if TYPE_CHECKING:
    from labkit.cloud.s3.request import Request

_MOST_POLICY = 20 * 1024  # letters of a bucket's policy, as S3 takes no more
_ACTION = re.compile(r"\*|s3:[\w*?]+", re.IGNORECASE)
# S3's actions on objects; all others are on buckets.
_OF_OBJECTS = re.compile(
    r"(delete|get|put|replicate|restore|update)object.*|objectowneroverridetobucketowner|"
    r"abortmultipartupload|bypassgovernanceretention|initiatereplication|listmultipartuploadparts|"
    r"replicate(delete|tags)"
)
_ENTITY = re.compile(r"arn:[\w-]+:iam::(\d{12}):(role|user)/.+")
# How a bucket's policy may name somebody, by kind.
_PRINCIPALS = {
    "": re.compile(r"\*"),
    "AWS": re.compile(
        r"\*|\d{12}|A[A-Z]{3}[A-Z0-9]{12,}|arn:[\w-]+:iam::cloudfront:user/.+|"
        r"arn:[\w-]+:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/.+)"
    ),
    "CanonicalUser": re.compile(r"\w+"),
    "Federated": re.compile(r".+"),
    "Service": re.compile(r"[\w-]+(\.[\w-]+)+"),
}


def authorize_s3(cloud: Cloud, request: Request) -> None:
    """Raise unless the caller may make this S3 request.

    Raises:
        AwsError: ``AccessDenied``, KMS's own refusal of the object's key, or ``InvalidRequest``
            or ``NotImplemented`` for a key that the client brings.
    """
    if any("SERVER_SIDE_ENCRYPTION_CUSTOMER" in name for name in request.environ):
        raise _clients_key(request.environ["wsgi.url_scheme"])
    keys, record = request_keys(cloud, request), find_bucket(cloud, request.bucket)
    if request.principal is ANONYMOUS and request.bucket and record is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    source = copy_source(request)
    of_source: Keys = {"s3:versionid": source[2]} if source and source[2] else {}
    for action, bucket, key in actions(cloud, request):
        more = of_source if source and (bucket, key) == source[:2] else {}
        _authorize(cloud, request.principal, action, bucket, key, keys | more)
    acl.check_new(record, request.header("x-amz-acl"), _granted_in_headers(request))
    for action, key_arn, bucket, key in _key_uses(cloud, request):
        arn = arn_of(bucket, key)
        use_for_object(cloud, request.principal, action, key_arn, arn)


def _clients_key(scheme: str) -> AwsError:
    """The refusal of a key that the client brings: S3's own of plain HTTP, ours by TLS."""
    if scheme == "https":
        words = "The local AWS does not encrypt with customer provided keys."
        return AwsError("NotImplemented", words, 501)
    return AwsError(
        "InvalidRequest",
        "Requests specifying Server Side Encryption with Customer provided keys must be made "
        "over a secure connection.",
    )


def _granted_in_headers(request: Request) -> str:
    granted = (v for k, v in request.environ.items() if k.startswith("HTTP_X_AMZ_GRANT_"))
    return ",".join(map(str, granted))


def authorize_object(
    cloud: Cloud,
    principal: Principal,
    action: str,
    bucket: str,
    key: str,
    encrypted: tuple[str | None, str | None] = (None, None),
) -> None:
    """Raise unless a principal may do this to an object (or list a prefix).

    Args:
        action: ``s3:GetObject``, ``s3:PutObject``, ``s3:DeleteObject`` or ``s3:ListBucket``.
        key: the object's key; for ``s3:ListBucket`` the prefix.
        encrypted: the algorithm and the KMS key that ``s3:PutObject`` asks for.

    Raises:
        AwsError: ``AccessDenied``, or KMS's own refusal of the object's key.
    """
    keys: Keys = {"s3:prefix": key} if action == "s3:ListBucket" else _encryption_keys(encrypted)
    target = "" if action == "s3:ListBucket" else key
    _authorize(cloud, principal, action, bucket, target, keys)
    record = find_bucket(cloud, bucket)
    used = None
    if action == "s3:GetObject":
        used = _key_of(find_version(record, key))
    elif action == "s3:PutObject":
        used = encryption.choose(cloud, record, *encrypted).key
    if used:
        needed = "Decrypt" if action == "s3:GetObject" else "GenerateDataKey"
        use_for_object(cloud, principal, needed, used, arn_of(bucket, key))


def _encryption_keys(encrypted: tuple[str | None, str | None]) -> Keys:
    names = ("s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id")
    return {name: said for name, said in zip(names, encrypted, strict=True) if said}


def may(cloud: Cloud, principal: Principal, action: str, bucket: str, key: str) -> bool:
    """Whether a principal may take an action, KMS aside."""
    return _why_refused(cloud, _question(cloud, principal, action, bucket, key, {})) is None


def check_new_policy(cloud: Cloud, request: Request, text: bytes) -> None:
    """Raise unless a bucket may have this policy.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-identities.html

    Raises:
        AwsError: ``MalformedPolicy``, ``PolicyTooLarge``, or ``AccessDenied`` when public access
            is blocked.
    """
    arn = arn_of(request.bucket, "")
    if len(b"".join(text.split())) > _MOST_POLICY:
        raise AwsError("PolicyTooLarge", "Policy exceeds the maximum allowed document size.")
    try:
        document = read_document(text.decode())
        check_document(document, has_principal=True)
    except BadJson as error:
        words = "Policies must be valid JSON and the first byte must be '{'"
        words = "This policy contains invalid Json" if text[:1] == b"{" else words
        raise AwsError("MalformedPolicy", words) from error
    except ValueError as error:
        raise AwsError("MalformedPolicy", str(error)) from error
    if not all(map(_is_action, actions_of(document))):
        raise AwsError("MalformedPolicy", "Policy has invalid action")
    named = principals_of(document)
    if not all(_is_principal(*each) and _is_there(cloud, each[1]) for each in named):
        raise AwsError("MalformedPolicy", "Invalid principal in policy")
    own = re.compile(re.escape(arn) + r"([/*?].*)?", re.DOTALL)
    if not all(map(own.fullmatch, resources_of(document))):
        raise AwsError("MalformedPolicy", "Policy has invalid resource")
    if not all(_apply(*each) for each in pairs_of(document)):
        words = "Action does not apply to any resource(s) in statement"
        raise AwsError("MalformedPolicy", words)
    block = getattr(find_bucket(cloud, request.bucket), "public_access_block", None)
    if block and block.block_public_policy and is_public(document):
        question = Question(request.principal, "s3:PutBucketPolicy", arn)
        why = (
            "because public policies are prevented by the BlockPublicPolicy setting in S3 Block "
            "Public Access."
        )
        raise AwsError("AccessDenied", identities.sentence(question, why, quoted=True), 403)


def _is_action(name: Any) -> bool:
    """Whether a bucket's policy may speak of an action; a pattern may be of any."""
    if not isinstance(name, str) or not _ACTION.fullmatch(name):
        return False
    return bool({"*", "?"} & {*name}) or name.partition(":")[2].lower() in _own_actions()


def _apply(actions: list[str], resources_: list[str]) -> bool:
    """Whether each action of a statement is one on some resource of it: a bucket, or objects."""
    paths = [each.rpartition(":::")[2] for each in resources_]
    kinds = {True} if any({"/", "*", "?"} & {*path} for path in paths) else set()
    kinds |= {False} if any("/" not in path for path in paths) else set()
    for action in actions:
        pattern = action.partition(":")[2].lower() or "*"
        known = fnmatch.filter(_own_actions(), pattern)
        if known and not kinds & {_OF_OBJECTS.fullmatch(name) is not None for name in known}:
            return False
    return True


@functools.cache
def _own_actions() -> frozenset[str]:
    """S3's actions, in small letters: capitals do not matter in a policy."""
    text = resources.files("labkit.cloud.access").joinpath("s3_actions.txt").read_text("utf-8")
    return frozenset(line.lower() for line in text.splitlines() if not line.startswith("#"))


def _is_principal(kind: str, name: Any) -> bool:
    """Whether a policy may name somebody so; who has no kind is everybody."""
    form = _PRINCIPALS.get(kind)
    return form is not None and isinstance(name, str) and form.fullmatch(name) is not None


def _is_there(cloud: Cloud, name: str) -> bool:
    """Whether a role or a user is there, if it is one of this account."""
    found = _ENTITY.fullmatch(name)
    if found is None or found[1] != cloud.account:
        return True
    iam = cloud.backend("iam")
    known = iam.roles if found[2] == "role" else iam.users
    return any(each.arn == name for each in list(known.values()))


def encryption_of(cloud: Cloud, request: Request) -> encryption.Encryption:
    """The encryption of the object that a request writes.

    Raises:
        AwsError: it asks for what there is not, or for a key that does not exist.
    """
    asked = "x-amz-server-side-encryption"
    return encryption.choose(
        cloud,
        find_bucket(cloud, request.bucket),
        request.header(asked),
        request.header(f"{asked}-aws-kms-key-id"),
        request.header(f"{asked}-bucket-key-enabled"),
    )


def _key_uses(cloud: Cloud, request: Request) -> Iterator[tuple[str, str, str, str]]:
    """What a request needs of KMS keys: action, key, and the object's bucket and key."""
    bucket, key = request.bucket, request.key
    if source := copy_source(request):
        read = find_version(find_bucket(cloud, source[0]), source[1], source[2])
        if used := _key_of(read):
            yield "Decrypt", used, source[0], source[1]
    if request.method == "GET" and key and "uploadId" not in request.query:
        wanted = find_version(find_bucket(cloud, bucket), key, request.query.get("versionId"))
        content = not set(request.query) & set(OBJECT_ACTIONS)
        if (used := _key_of(wanted)) and content:
            yield "Decrypt", used, bucket, key
    if "uploadId" in request.query and request.method in ("PUT", "POST"):
        upload = getattr(find_bucket(cloud, bucket), "multiparts", {}).get(
            request.query["uploadId"]
        )
        if upload is not None and upload.kms_key_id:
            yield "Decrypt", upload.kms_key_id, bucket, key
    elif request.writes_object and (used := encryption_of(cloud, request).key):
        yield "GenerateDataKey", used, bucket, key


def _key_of(version: Any) -> str | None:
    """The KMS key of an object's version."""
    found: str | None = getattr(version, "kms_key_id", None)
    return found if getattr(version, "encryption", None) in encryption.ALGORITHMS[1:] else None


# Questions ----------------------------------------------------------------------------------------


def _authorize(
    cloud: Cloud, principal: Principal, action: str, bucket: str, key: str, keys: Keys
) -> None:
    question = _question(cloud, principal, action, bucket, key, keys)
    why = _why_refused(cloud, question)
    if why and principal is ANONYMOUS:
        raise AwsError("AccessDenied", "Access Denied", 403)
    if why:
        raise AwsError("AccessDenied", identities.sentence(question, why, quoted=True), 403)


def _question(
    cloud: Cloud, principal: Principal, action: str, bucket: str, key: str, keys: Keys
) -> Question:
    known = identities.global_keys(cloud, principal) | {"s3:resourceaccount": cloud.account}
    version = str(keys["s3:versionid"]) if "s3:versionid" in keys else None
    known |= {} if action == "s3:PutObject" else _tag_keys(cloud, bucket, key, version)
    return Question(principal, action, arn_of(bucket, key), known | keys)


def _why_refused(cloud: Cloud, question: Question) -> str | None:
    name, _, key = question.resource.removeprefix("arn:aws:s3:::").partition("/")
    bucket, anonymous = find_bucket(cloud, name), question.principal is ANONYMOUS
    document = policy_of(bucket)
    if anonymous and document and _is_restricted(bucket) and is_public(document):
        document = None
    why = identities.why_refused(cloud, question, document)
    if why is None or "explicit deny" in why:
        return why
    named = question.find("s3:versionid")
    version = find_version(bucket, key, named[0] if named else None) if key else None
    return None if acl.allows(bucket, version, question.action, anonymous=anonymous) else why


def _is_restricted(bucket: Any) -> bool:
    """Whether a public policy is to reach the account's own callers only."""
    return bool(getattr(bucket.public_access_block, "restrict_public_buckets", False))


def policy_of(bucket: Any) -> Document | None:
    """A bucket's policy, if it has one."""
    text = getattr(bucket, "policy", None)
    if not text:
        return None
    return read_document(text.decode() if isinstance(text, bytes) else text)


def _tag_keys(cloud: Cloud, bucket: str, key: str, version: str | None) -> Keys:
    found = find_version(find_bucket(cloud, bucket), key, version) if key else None
    if found is None:
        return {}
    tags = cloud.backend("s3").tagger.get_tag_dict_for_resource(found.arn)
    return {f"s3:existingobjecttag/{k}".lower(): v for k, v in tags.items()}
