"""Grants of KMS keys: what one may let whom do, its name, who ends it, and what is told of it.

moto makes a grant again at each retry, for anybody and anything, and says nothing where there is
none to retire; it lists those of all grantees, whichever is asked for. A grant's id has 64 digits.

Sources: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html and
https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantListEntry.html
"""

from __future__ import annotations

import datetime
import re
import secrets
from typing import Any

from moto.kms.models import Grant

from labkit.cloud.access.keys import find_key
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.members import given
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation
from labkit.cloud.paging import cut

_PRINCIPAL = re.compile(r"arn:[\w-]+:(iam|sts):[\w-]*:\d{12}:.+")
_OF_ANY = {"CreateGrant", "DescribeKey", "RetireGrant"}
# What a key of a usage may be granted for; symmetric keys make data keys, too.
_ALLOWED = {
    "ENCRYPT_DECRYPT": {"Decrypt", "Encrypt", "ReEncryptFrom", "ReEncryptTo"},
    "SIGN_VERIFY": {"Sign", "Verify"},
    "GENERATE_VERIFY_MAC": {"GenerateMac", "VerifyMac"},
    "KEY_AGREEMENT": {"DeriveSharedSecret"},
}
_OF_SYMMETRIC = {
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
}
_make: Any = Grant.__init__


@on_start
def install(_: Cloud) -> None:
    """Let moto's grants have KMS's ids."""
    Grant.__init__ = _with_long_id  # type: ignore[method-assign]


def _with_long_id(self: Any, *args: Any, **options: Any) -> None:
    _make(self, *args, **options)
    self.id = secrets.token_hex(32)
    self.token = secrets.token_urlsafe(96)
    self.created = datetime.datetime.now(datetime.UTC)


@operation("kms", "CreateGrant", alone=True)
def create_grant(
    context: Context,
    *,
    KeyId: str,
    Operations: list[str],
    GranteePrincipal: str = "",
    RetiringPrincipal: str | None = None,
    Constraints: dict[str, Any] | None = None,
    Name: str | None = None,
    **more: Any,
) -> Answer:
    """A grant, or the one of the same name and contents."""
    if {"GranteeServicePrincipal", "RetiringServicePrincipal"} & {*more}:
        raise not_here("kms", "CreateGrant", "a grant to a service")
    key = find_key(context.cloud, KeyId, context.region, aliases=False)
    for principal in (GranteePrincipal, *filter(None, [RetiringPrincipal])):
        if not _PRINCIPAL.fullmatch(principal):
            raise AwsError("InvalidArnException", f"ARN is not valid: {principal}")
    symmetric = key.key_spec == "SYMMETRIC_DEFAULT"
    allowed = _OF_ANY | _ALLOWED[key.key_usage] | (_OF_SYMMETRIC if symmetric else {"GetPublicKey"})
    if strange := [each for each in Operations if each not in allowed]:
        words = f"is not supported for a key with KeyUsage {key.key_usage} and KeySpec"
        raise AwsError("ValidationException", f"Operation {strange[0]} {words} {key.key_spec}.")
    asked = (Name, GranteePrincipal, RetiringPrincipal, sorted(Operations), Constraints or {})
    for each in key.grants.values():
        known = (each.name, each.grantee_principal, each.retiring_principal)
        if Name and (*known, sorted(each.operations), each.constraints or {}) == asked:
            return {"GrantId": each.id, "GrantToken": each.token}
    with context.cloud.changing("kms"):
        made = key.add_grant(
            name=Name,
            grantee_principal=GranteePrincipal,
            operations=Operations,
            constraints=Constraints,
            retiring_principal=RetiringPrincipal,
        )
    return {"GrantId": made.id, "GrantToken": made.token}


@operation("kms", "RetireGrant", alone=True)
def retire_grant(
    context: Context,
    *,
    GrantToken: str | None = None,
    KeyId: str | None = None,
    GrantId: str | None = None,
    **_: Any,
) -> Answer:
    if not GrantToken and not (KeyId and GrantId):
        words = "Either a grant token, or a key and a grant id must be given."
        raise AwsError("ValidationException", words)
    for key in context.backend("kms").keys.values():
        for grant in list(key.grants.values()):
            named = grant.id == GrantId and (KeyId or "").rpartition("/")[2] == key.id
            if named or (GrantToken and grant.token == GrantToken):
                with context.cloud.changing("kms"):
                    key.revoke_grant(grant.id)
                return {}
    if GrantToken:
        raise AwsError("InvalidGrantTokenException", "The grant token is not valid.")
    raise AwsError("NotFoundException", f"Grant ID {GrantId} not found")


@operation("kms", "ListGrants")
def list_grants(
    context: Context,
    *,
    KeyId: str,
    GrantId: str | None = None,
    GranteePrincipal: str | None = None,
    GranteeServicePrincipal: str | None = None,
    Limit: int = 50,
    Marker: str | None = None,
) -> Answer:
    key = find_key(context.cloud, KeyId, context.region, aliases=False)
    found = [
        _told(context, grant)
        for grant in key.grants.values()
        if GrantId in (None, grant.id)
        and GranteePrincipal in (None, grant.grantee_principal)
        and GranteeServicePrincipal is None  # none is granted anything here
    ]
    return _page(found, Limit, Marker)


@operation("kms", "ListRetirableGrants")
def list_retirable_grants(
    context: Context,
    *,
    RetiringPrincipal: str = "",
    Limit: int = 50,
    Marker: str | None = None,
    **_: Any,
) -> Answer:
    grants = context.backend("kms").list_retirable_grants(RetiringPrincipal)
    return _page([_told(context, grant) for grant in grants], Limit, Marker)


def _told(context: Context, grant: Grant) -> dict[str, Any]:
    """A grant as lists have it; of one made by an earlier version the date is not known."""
    return given(grant.to_json()) | given(
        {
            "KeyId": context.arn(f"key/{grant.key_id}"),
            "IssuingAccount": f"arn:aws:iam::{context.cloud.account}:root",
            "CreationDate": getattr(grant, "created", None),
        }
    )


def _page(grants: list[dict[str, Any]], size: int, marker: str | None) -> Answer:
    found, more = cut(grants, marker, size, AwsError("InvalidMarkerException", "Invalid marker."))
    return {"Grants": found, "Truncated": bool(more)} | ({"NextMarker": more} if more else {})
