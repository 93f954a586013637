"""KMS keys: where one is found, who may use it, and whether it can be used.

moto keeps the keys and really encrypts; it does not ask the key policy, honours no grant and lets a
disabled key encrypt. A key's own policy decides: it may allow a caller by name, or name the account
(as the default policy does), and then IAM policies count too. A grant allows its operations. An
administrator who is not also named as a user cannot use the key. AWS's own key of S3 may be used
through S3 by all of the account.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html,
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
and https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from labkit.cloud.access import identities
from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import Document, is_named, read_document
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError, Principal

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
    "DeriveSharedSecret": "KEY_AGREEMENT",
}
NEEDS_ENABLED = {
    *USAGES, "CreateGrant", "DisableKeyRotation", "EnableKeyRotation", "GetPublicKey",
}  # fmt: skip
WORKS_WHILE_PENDING = {
    "DescribeKey", "GetKeyPolicy", "PutKeyPolicy", "ListKeyPolicies", "ListGrants", "RevokeGrant",
    "RetireGrant", "ListResourceTags", "GetKeyRotationStatus", "CancelKeyDeletion", "ListAliases",
    "DeleteAlias",
}  # fmt: skip
_KEY_ID = re.compile(r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)


def find_key(cloud: Cloud, name: str, region: str | None = None, *, aliases: bool = True) -> Any:
    """moto's record of a key, by id, ARN, alias or alias ARN.

    Raises:
        AwsError: ``NotFoundException``.
    """
    if name.startswith("arn:") and name.count(":") >= 5:
        there, account = name.split(":")[3:5]
        if region and there != region:
            raise AwsError("NotFoundException", f"Invalid arn {there}")
        if account != cloud.account:
            raise AwsError("NotFoundException", f"Key '{name}' does not exist")
        region = there
    backend, stem = cloud.backend("kms", region), _arn(cloud, region, "")
    resource = name.rpartition(":")[2]
    if resource.startswith("alias/") and aliases:
        found = _find_alias(cloud, backend, resource)
        if found is None:
            raise AwsError("NotFoundException", f"Alias {stem}{resource} is not found.")
        return found
    key_id = resource.removeprefix("key/")
    if not _KEY_ID.fullmatch(key_id):
        raise AwsError("NotFoundException", f"Invalid keyId '{name}'")
    if key_id not in backend.keys:
        raise AwsError("NotFoundException", f"Key '{stem}key/{key_id}' does not exist")
    return backend.keys[key_id]


def authorize(cloud: Cloud, principal: Principal, action: str, key: Any, keys: Keys) -> None:
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
        "kms:viaservice": f"s3.{key_arn.split(':')[3]}.amazonaws.com",
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


def _find_alias(cloud: Cloud, backend: Any, alias: str) -> Any:
    """The key of an alias; AWS's own ones (``alias/aws/s3``) are made on first use."""
    before = len(backend.keys)
    found = backend.keys.get(backend.get_key_id_from_alias(alias))
    if len(backend.keys) > before:
        found.key_manager = "AWS"
        if alias == "alias/aws/s3":
            found.policy = json.dumps(_policy_of_s3(cloud, backend.region_name))
        cloud.keep("kms")
    return found


def _policy_of_s3(cloud: Cloud, region: str) -> Document:
    through = {"kms:ViaService": f"s3.{region}.amazonaws.com", "kms:CallerAccount": cloud.account}
    uses = ("Encrypt", "Decrypt", "ReEncrypt*", "GenerateDataKey*", "DescribeKey")
    return {
        "Version": "2012-10-17",
        "Id": "auto-s3-2",
        "Statement": [
            {
                "Sid": "Allow access through S3 for all principals in the account that are "
                "authorized to use S3",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"kms:{each}" for each in uses],
                "Resource": "*",
                "Condition": {"StringEquals": through},
            },
            {
                "Sid": "Allow direct access to key metadata to the account",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{cloud.account}:root"},
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                "Resource": "*",
            },
        ],
    }


def _policy(key: Any) -> Document:
    try:
        return read_document(key.policy)
    except ValueError:
        return identities.NOTHING


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
        for grant in list(key.grants.values())
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
    if key.key_state != "PendingDeletion" and action == "CancelKeyDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    if key.key_state == "Disabled" and action in NEEDS_ENABLED:
        raise AwsError("DisabledException", f"{key.arn} is disabled.")
    usage = USAGES.get(action, key.key_usage)
    if usage != (key.key_usage or usage):
        raise AwsError(
            "InvalidKeyUsageException",
            f"{key.arn} key usage is {key.key_usage} which is not valid for {action}.",
        )


def _arn(cloud: Cloud, region: str | None, resource: str) -> str:
    return f"arn:aws:kms:{region or cloud.region}:{cloud.account}:{resource}"
