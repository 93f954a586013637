"""KMS's own calls: each passes here before moto answers it.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html and
https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from labkit.cloud.access import identities, key_pairs, tags  # noqa: F401 (calls of its own)
from labkit.cloud.access.ciphers import check_algorithm, of_ciphertext
from labkit.cloud.access.keys import USAGES, Keys, authorize, find_key
from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import Document, check_document, read_document
from labkit.cloud.cloud import Cloud
from labkit.cloud.constraints import refusal
from labkit.cloud.json_text import BadJson
from labkit.cloud.operations import AwsError, Context, not_here, rewrites

Parameters = dict[str, Any]

# What a key may be for, by the beginning of its kind.
_USES = {
    "ECC": {"SIGN_VERIFY", "KEY_AGREEMENT"},
    "HMAC": {"GENERATE_VERIFY_MAC"},
    "RSA": {"ENCRYPT_DECRYPT", "SIGN_VERIFY"},
    "SYMMETRIC": {"ENCRYPT_DECRYPT"},
}
_NOT_MADE = ("ML_DSA_", "ECC_NIST_EDWARDS", "SM2")  # kinds of which moto has none, or others
_DEFAULTS = {
    "CreateKey": {"KeyUsage": "ENCRYPT_DECRYPT"},
    "GetKeyPolicy": {"PolicyName": "default"},
    "PutKeyPolicy": {"PolicyName": "default"},
}
TAKES_ALIAS = {*USAGES, "DescribeKey", "GetPublicKey"}


def judge_call(context: Context, parameters: Parameters) -> None:
    """Raise unless this KMS call may be made; moto answers it then."""
    cloud, principal = context.cloud, context.principal
    keys = _request_keys(parameters)
    uses = list(_uses(context, parameters))
    for action, key in uses:
        authorize(cloud, principal, action, key, keys)
        check_algorithm(action, key, parameters)
        if action == "RotateKeyOnDemand" and key.key_spec != "SYMMETRIC_DEFAULT":
            raise AwsError("UnsupportedOperationException", "")
        if action == "UpdateAlias":
            _check_kind(context, parameters["AliasName"], key)
        if action == "GetPublicKey" and key.key_spec.startswith(("SYMMETRIC", "HMAC")):
            raise AwsError("UnsupportedOperationException", "")
    if not uses:
        _authorize_by_identity(context)
    if "Policy" in parameters:
        _check_new_policy(context, parameters, uses[0][1] if uses else None)
    _check_limits(context.operation, parameters)
    tags.check_keys(context, parameters)
    if parameters.get("DryRun"):
        words = "The request would have succeeded, but the DryRun option is set."
        raise AwsError("DryRunOperationException", words)


def _check_limits(operation: str, parameters: Parameters) -> None:
    """Raise for parameters that are not there or not to be, and for material from elsewhere."""
    origin = parameters.get("Origin", "AWS_KMS")
    if operation == "CreateKey" and origin != "AWS_KMS":
        raise not_here("kms", operation, f"key material of origin {origin}")
    said = parameters.get("KeySpec") or parameters.get("CustomerMasterKeySpec")
    spec = said or "SYMMETRIC_DEFAULT"
    if operation == "CreateKey" and spec.startswith(_NOT_MADE):
        raise not_here("kms", operation, f"a key of the kind {spec}")
    if operation == "CreateKey" and spec != "SYMMETRIC_DEFAULT" and "KeyUsage" not in parameters:
        words = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption"
        raise AwsError("ValidationException", f"{words} keys.")
    usage = parameters.get("KeyUsage", "ENCRYPT_DECRYPT")
    if operation == "CreateKey" and usage not in _USES.get(spec.partition("_")[0], {usage}):
        words = f"KeyUsage {usage} is not compatible with KeySpec {spec}"
        raise AwsError("ValidationException", words)
    if operation == "GenerateRandom" and "NumberOfBytes" not in parameters:
        raise AwsError("ValidationException", "NumberOfBytes is required.")
    days = parameters.get("PendingWindowInDays")
    if operation == "ScheduleKeyDeletion" and days is not None and not 7 <= days <= 30:
        raise refusal(days, "pendingWindowInDays", "have value between 7 and 30")
    if operation.endswith("Alias") and parameters["AliasName"].startswith("alias/aws/"):
        raise AwsError("NotAuthorizedException", "")


@rewrites("kms")
def for_moto(operation: str, body: bytes) -> bytes:
    """A request as moto understands it: keys by their id, and defaults in full."""
    fields = _DEFAULTS.get(operation, {}) | json.loads(body or b"{}")
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
        words = 'Alias must start with the prefix "alias/". Please see '
        words += "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
        raise AwsError("ValidationException", words)
    if target and target.rpartition(":")[2].startswith("alias/"):
        raise AwsError("ValidationException", "Aliases must refer to keys. Not aliases")
    return find_key(context.cloud, target or alias, context.region)


def _check_kind(context: Context, alias: str, key: Any) -> None:
    """Raise where an alias is to go on to a key for other things, which its users would not do."""
    now = find_key(context.cloud, alias, context.region)
    kinds = [(each.key_usage, each.key_spec[:3] == "SYM") for each in (now, key)]
    if kinds[0] != kinds[1]:
        words = f"Alias {alias} may go on to a key of the same type and usage alone."
        raise AwsError("ValidationException", words)


def _decrypts(
    context: Context, parameters: Parameters, action: str, member: str
) -> Iterator[tuple[str, Any]]:
    """The key of a ciphertext, which names it; the one in the request must be the same."""
    named = parameters.get(member)
    wanted = find_key(context.cloud, named, context.region) if named else None
    if "CiphertextBlob" not in parameters:
        raise AwsError("ValidationException", "CiphertextBlob must not be null")
    found = of_ciphertext(context, parameters["CiphertextBlob"], named)
    if found is None:
        raise AwsError("InvalidCiphertextException", "")
    if wanted is not None and wanted is not found:
        raise AwsError(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        )
    yield action, found


def _authorize_by_identity(context: Context) -> None:
    keys = identities.global_keys(context.cloud, context.principal)
    question = Question(context.principal, f"kms:{context.operation}", "*", keys)
    if context.operation != "RetireGrant" and (
        why := identities.why_refused(context.cloud, question, None)
    ):
        raise AwsError("AccessDeniedException", identities.sentence(question, why))


def _request_keys(parameters: Parameters) -> Keys:
    found = parameters.get("EncryptionContext") or {}
    keys: Keys = {f"kms:encryptioncontext:{k}".lower(): v for k, v in found.items()}
    return keys | ({"kms:encryptioncontextkeys": list(found)} if found else {})


# New policies -------------------------------------------------------------------------------------


def _check_new_policy(context: Context, parameters: Parameters, key: Any) -> None:
    """Raise unless a policy parses, names who exists, and leaves the caller in control."""
    try:
        document = read_document(parameters["Policy"])
        check_document(document, has_principal=True)
    except BadJson as error:
        raise _malformed(error.reason) from error
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


# Everyone, an account, an ARN, or what IAM calls a unique identifier.
_PRINCIPAL = re.compile(r"\*|\d{12}|arn:.+|A[A-Z0-9]{15,}")


def _exists(cloud: Cloud, arn: str) -> bool:
    """Whether IAM knows a user or role of this account; other ARNs are taken as they come."""
    if not _PRINCIPAL.fullmatch(arn):
        return False
    iam, kind = cloud.backend("iam"), arn.rpartition(":")[2].partition("/")[0]
    if kind not in ("user", "role") or f"::{cloud.account}:" not in arn:
        return True
    holders = iam.users if kind == "user" else iam.roles
    return any(each.arn == arn for each in list(holders.values()))
