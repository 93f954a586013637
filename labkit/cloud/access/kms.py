"""KMS: who may use a key, and whether the key can be used.

moto keeps the keys and really encrypts; it does not ask the key policy, honours no grant and lets a
disabled key encrypt. So each call passes here first. A key's own policy decides: it may allow a
caller by name, or name the account (as the default policy does), and then IAM policies count too.
A grant allows its operations. An administrator who is not also named as a user cannot use the key.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html and
https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from labkit.cloud.access import identities
from labkit.cloud.access.policy_language import (
    Document,
    Question,
    check_document,
    is_named,
    read_document,
)
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError, Context, Principal, rewrites

Parameters = dict[str, Any]
Keys = dict[str, str | list[str]]

# What an operation needs a key to be made for.
USAGES = {
    "Encrypt": "ENCRYPT_DECRYPT",
    "Decrypt": "ENCRYPT_DECRYPT",
    "ReEncryptFrom": "ENCRYPT_DECRYPT",
    "ReEncryptTo": "ENCRYPT_DECRYPT",
    "GenerateDataKey": "ENCRYPT_DECRYPT",
    "GenerateDataKeyWithoutPlaintext": "ENCRYPT_DECRYPT",
    "GenerateDataKeyPair": "ENCRYPT_DECRYPT",
    "GenerateDataKeyPairWithoutPlaintext": "ENCRYPT_DECRYPT",
    "Sign": "SIGN_VERIFY",
    "Verify": "SIGN_VERIFY",
    "GenerateMac": "GENERATE_VERIFY_MAC",
    "VerifyMac": "GENERATE_VERIFY_MAC",
}
NEEDS_ENABLED = {*USAGES, "CreateGrant"}
WORKS_WHILE_PENDING = {
    "DescribeKey", "GetKeyPolicy", "PutKeyPolicy", "ListKeyPolicies", "ListGrants", "RevokeGrant",
    "RetireGrant", "ListResourceTags", "GetKeyRotationStatus", "CancelKeyDeletion", "ListAliases",
}  # fmt: skip
TAKES_ALIAS = {*USAGES, "DescribeKey", "GetPublicKey"}
_KEY_ID = re.compile(r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_CIPHERTEXT_KEY_ID = slice(0, 36)


def find_key(cloud: Cloud, name: str, region: str | None = None, *, aliases: bool = True) -> Any:
    """moto's record of a key, by id, ARN, alias or alias ARN.

    Raises:
        AwsError: ``NotFoundException``.
    """
    if name.startswith("arn:") and name.count(":") >= 5:
        region = name.split(":")[3]
    backend, stem = cloud.backend("kms", region), _arn(cloud, region, "")
    resource = name.rpartition(":")[2]
    if resource.startswith("alias/") and aliases:
        found = _find_alias(cloud, backend, resource)
        if found is None:
            raise AwsError("NotFoundException", f"Alias {stem}{resource} is not found.")
        return found
    key_id = resource.removeprefix("key/")
    if not _KEY_ID.fullmatch(key_id):
        raise AwsError("NotFoundException", f"Invalid keyId {name}")
    if key_id not in backend.keys:
        raise AwsError("NotFoundException", f"Key '{stem}key/{key_id}' does not exist")
    return backend.keys[key_id]


def _find_alias(cloud: Cloud, backend: Any, alias: str) -> Any:
    """The key of an alias; AWS's own ones (``alias/aws/s3``) are made on first use."""
    before = len(backend.keys)
    found = backend.keys.get(backend.get_key_id_from_alias(alias))
    if len(backend.keys) > before:
        found.key_manager = "AWS"
        cloud.keep("kms")
    return found


def authorize(
    cloud: Cloud, principal: Principal, action: str, key: Any, keys: Keys | None = None
) -> None:
    """Raise unless the caller may do this with the key, and the key is in a state for it.

    Args:
        action: without its prefix, such as ``Decrypt``.
        keys: the request's own condition keys (``kms:ViaService``, the encryption context).

    Raises:
        AwsError: ``AccessDeniedException``, ``DisabledException``, ``KMSInvalidStateException`` or
            ``InvalidKeyUsageException``.
    """
    known = identities.global_keys(cloud, principal) | _key_keys(cloud, key) | (keys or {})
    question = Question(principal, f"kms:{action}", key.arn, known)
    why = identities.why_refused(cloud, question, _policy(key), delegates=False)
    if why and ("explicit deny" in why or not _granted(key, action, question)):
        raise AwsError("AccessDeniedException", identities.sentence(question, why))
    _check_state(key, action)


def use_for_object(
    cloud: Cloud, principal: Principal, action: str, key_arn: str, object_arn: str
) -> None:
    """Raise unless S3 may use a key for this caller's object.

    Raises:
        AwsError: in S3's words: ``AccessDenied``, ``KMS.NotFoundException``, ...
    """
    keys: Keys = {
        "kms:viaservice": f"s3.{cloud.region}.amazonaws.com",
        "kms:encryptioncontext:aws:s3:arn": object_arn,
        "kms:encryptioncontextkeys": ["aws:s3:arn"],
    }
    with in_s3_words():
        authorize(cloud, principal, action, find_key(cloud, key_arn), keys)


class in_s3_words:
    """KMS's errors as S3 passes them on."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, AwsError) and error.code == "AccessDeniedException":
            raise AwsError("AccessDenied", error.message, 403) from error
        if isinstance(error, AwsError):
            raise AwsError(f"KMS.{error.code}", error.message) from error


def judge_call(context: Context, parameters: Parameters) -> None:
    """Raise unless this KMS call may be made; moto answers it then."""
    cloud, principal = context.cloud, context.principal
    keys = _request_keys(parameters)
    uses = list(_uses(context, parameters))
    for action, key in uses:
        authorize(cloud, principal, action, key, keys)
    if not uses:
        _authorize_by_identity(context)
    if "Policy" in parameters:
        _check_new_policy(context, parameters, uses[0][1] if uses else None)
    _check_limits(context.operation, parameters)
    if parameters.get("DryRun"):
        words = "The request would have succeeded, but the DryRun option is set."
        raise AwsError("DryRunOperationException", words)


def _check_limits(operation: str, parameters: Parameters) -> None:
    """Raise for a waiting period that is none, and for an alias of AWS's own."""
    days = parameters.get("PendingWindowInDays")
    if operation == "ScheduleKeyDeletion" and days is not None and not 7 <= days <= 30:
        raise AwsError(
            "ValidationException",
            f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to "
            "satisfy constraint: Member must have value between 7 and 30",
        )
    if operation.endswith("Alias") and parameters["AliasName"].startswith("alias/aws/"):
        raise AwsError("NotAuthorizedException", "")


@rewrites("kms")
def for_moto(operation: str, body: bytes) -> bytes:
    """A request as moto understands it: keys by their id, and a new key's usage in full."""
    defaults = {"KeyUsage": "ENCRYPT_DECRYPT"} if operation == "CreateKey" else {}
    fields = defaults | json.loads(body or b"{}")
    for member in ("KeyId", "TargetKeyId"):
        if ":key/" in str(fields.get(member, "")):
            fields[member] = fields[member].rpartition("/")[2]
    return json.dumps(fields).encode()


def _uses(context: Context, parameters: Parameters) -> Iterator[tuple[str, Any]]:
    """The actions that an operation takes on keys."""
    name, cloud, region = context.operation, context.cloud, context.region

    def key_of(member: str) -> Any:
        return find_key(cloud, parameters[member], region, aliases=name in TAKES_ALIAS)

    if name == "Decrypt":
        yield from _decrypts(context, parameters, "Decrypt", "KeyId")
    elif name == "ReEncrypt":
        yield from _decrypts(context, parameters, "ReEncryptFrom", "SourceKeyId")
        yield "ReEncryptTo", find_key(cloud, parameters["DestinationKeyId"], region)
    elif name.endswith("Alias"):
        yield name, _key_of_alias(context, parameters)
    elif parameters.get("KeyId") and name != "RetireGrant":
        yield name, key_of("KeyId")


def _key_of_alias(context: Context, parameters: Parameters) -> Any:
    """The key that an alias has, or is to have; an alias cannot have another alias."""
    alias, target = parameters["AliasName"], parameters.get("TargetKeyId")
    if not alias.startswith("alias/"):
        raise AwsError("ValidationException", "Invalid identifier")
    if target and target.rpartition(":")[2].startswith("alias/"):
        raise AwsError("ValidationException", "Aliases must refer to keys. Not aliases")
    return find_key(context.cloud, target or alias, context.region)


def _decrypts(
    context: Context, parameters: Parameters, action: str, member: str
) -> Iterator[tuple[str, Any]]:
    """The key of a ciphertext, which names it; the one in the request must be the same."""
    named = parameters.get(member)
    wanted = find_key(context.cloud, named, context.region) if named else None
    if "CiphertextBlob" not in parameters:
        raise AwsError("ValidationException", "CiphertextBlob must not be null")
    key_id = parameters["CiphertextBlob"][_CIPHERTEXT_KEY_ID].decode("ascii", "replace")
    found = context.cloud.backend("kms", context.region).keys.get(key_id)
    if found is None:
        raise AwsError("InvalidCiphertextException", "")
    if wanted is not None and wanted is not found:
        raise AwsError(
            "IncorrectKeyException",
            "The key ID in the request does not identify a KMS key that can perform this "
            "operation.",
        )
    yield action, found


def _authorize_by_identity(context: Context) -> None:
    keys = identities.global_keys(context.cloud, context.principal)
    question = Question(context.principal, f"kms:{context.operation}", "*", keys)
    if context.operation != "RetireGrant" and (
        why := identities.why_refused(context.cloud, question, None)
    ):
        raise AwsError("AccessDeniedException", identities.sentence(question, why))


def _policy(key: Any) -> Document:
    try:
        return read_document(key.policy)
    except ValueError:
        return identities.NOTHING


def _request_keys(parameters: Parameters) -> Keys:
    found = parameters.get("EncryptionContext") or {}
    keys: Keys = {f"kms:encryptioncontext:{k}".lower(): v for k, v in found.items()}
    return keys | ({"kms:encryptioncontextkeys": list(found)} if found else {})


def _key_keys(cloud: Cloud, key: Any) -> Keys:
    return {
        "kms:calleraccount": cloud.account,
        "kms:keyspec": key.key_spec,
        "kms:keyusage": key.key_usage,
        "kms:keyorigin": key.origin,
        "kms:resourcealiases": list(key.aliases),
    }


def _granted(key: Any, action: str, question: Question) -> bool:
    return any(
        is_named(question.principal, [grant.grantee_principal])
        and action in (grant.operations or [])
        and _within(grant.constraints or {}, question)
        for grant in key.grants.values()
    )


def _within(constraints: dict[str, Any], question: Question) -> bool:
    """Whether a request's encryption context is one that a grant is limited to."""
    exact = constraints.get("EncryptionContextEquals")
    wanted = exact or constraints.get("EncryptionContextSubset") or {}
    holds = all(question.find(f"kms:encryptioncontext:{k}") == [v] for k, v in wanted.items())
    names = set(question.find("kms:encryptioncontextkeys") or [])
    return holds and (not exact or names == set(exact))


def _check_state(key: Any, action: str) -> None:
    if key.key_state == "PendingDeletion" and action not in WORKS_WHILE_PENDING:
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.key_state == "Disabled" and action in NEEDS_ENABLED:
        raise AwsError("DisabledException", f"{key.arn} is disabled.")
    usage = USAGES.get(action, key.key_usage)
    if usage != (key.key_usage or usage):
        raise AwsError(
            "InvalidKeyUsageException",
            f"{key.arn} key usage is {key.key_usage} which is not valid for {action}.",
        )


# New policies -------------------------------------------------------------------------------------


def _check_new_policy(context: Context, parameters: Parameters, key: Any) -> None:
    """Raise unless a policy parses, names who exists, and leaves the caller in control.

    Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    """
    try:
        document = read_document(parameters["Policy"])
        check_document(document, has_principal=True)
    except ValueError as error:
        raise _malformed(str(error)) from error
    if any(not _exists(context.cloud, arn) for arn in _named(document)):
        raise _malformed("Policy contains a statement with one or more invalid principals.")
    if parameters.get("BypassPolicyLockoutSafetyCheck"):
        return
    keys = identities.global_keys(context.cloud, context.principal)
    arn = key.arn if key else context.arn("key/new")
    question = Question(context.principal, "kms:PutKeyPolicy", arn, keys)
    if identities.why_refused(context.cloud, question, document, delegates=False):
        raise _malformed(
            "The new key policy will not allow you to update the key policy in the future."
        )


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocumentException", message)


def _named(document: Document) -> Iterator[str]:
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal", {})
        named = principal.get("AWS", []) if isinstance(principal, dict) else []
        yield from named if isinstance(named, list) else [named]


def _exists(cloud: Cloud, arn: str) -> bool:
    """Whether IAM knows a user or role of this account; other principals are taken as they come."""
    iam, kind = cloud.backend("iam"), arn.rpartition(":")[2].partition("/")[0]
    if kind not in ("user", "role") or f"::{cloud.account}:" not in arn:
        return True
    holders = iam.users if kind == "user" else iam.roles
    return any(each.arn == arn for each in holders.values())


def _arn(cloud: Cloud, region: str | None, resource: str) -> str:
    return f"arn:aws:kms:{region or cloud.region}:{cloud.account}:{resource}"
