"""Access control lists: what a bucket or object grants to everybody.

An ACL may grant to all users, anonymous ones too, or to all that sign. Within one account its other
grants say nothing that IAM does not say. A bucket may ignore its public ACLs (Block Public Access)
or have none at all (``BucketOwnerEnforced``).

Who may write into a bucket adds objects, with an ACL and tags of its own; those that are there are
the account's, and nobody else replaces or deletes them.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from moto.s3.models import OWNER

from labkit.cloud.operations import AwsError
from labkit.cloud.protocol import S3_NAMESPACE

_GROUPS = "http://acs.amazonaws.com/groups/global/"
EVERYBODY, SIGNED = f"{_GROUPS}AllUsers", f"{_GROUPS}AuthenticatedUsers"
# Permission → the actions that it allows on a bucket, and on an object.
_ON_BUCKETS = {
    "READ": {"ListBucket", "ListBucketVersions", "ListBucketMultipartUploads"},
    "WRITE": {"PutObject", "DeleteObject", "AbortMultipartUpload"},
    "READ_ACP": {"GetBucketAcl"},
    "WRITE_ACP": {"PutBucketAcl"},
}
_ON_OBJECTS = {
    "READ": {"GetObject", "GetObjectVersion"},
    "READ_ACP": {"GetObjectAcl", "GetObjectVersionAcl"},
    "WRITE_ACP": {"PutObjectAcl", "PutObjectVersionAcl"},
}
_OF_NEW_ONES = {"PutObjectAcl", "PutObjectTagging"}  # in the request that puts an object
_CHANGES = {"PutObject", "DeleteObject"}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PUBLIC = ("public-read", "public-read-write", "authenticated-read")


def allows(bucket: Any, version: Any, action: str, *, anonymous: bool) -> bool:
    """Whether an ACL lets everybody take an action, such as ``s3:GetObject``.

    Args:
        bucket: moto's record of the bucket.
        version: moto's record of the object, where the action is on one that exists.
        anonymous: the caller did not sign.
    """
    if bucket is None or not _has_acls(bucket) or _blocks(bucket, "ignore_public_acls"):
        return False
    groups = {EVERYBODY} if anonymous else {EVERYBODY, SIGNED}
    name = action.removeprefix("s3:")
    if version is None and name in ("GetObject", "GetObjectVersion"):
        name = "ListBucket"  # whoever may list is told that it is not there
    elif version is None and name in _OF_NEW_ONES:
        name = "PutObject"
    elif version is not None and name in _CHANGES and anonymous:
        return False
    return _grants(bucket.acl, groups, _ON_BUCKETS, name) or (
        version is not None and _grants(version.acl, groups, _ON_OBJECTS, name)
    )


def check_owned(given: Any) -> None:
    """Raise unless a bucket's ACL is its owner's alone, as of one that is to have no ACLs.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html
    """
    named = (grantee for grant in (given.grants if given else []) for grantee in grant.grantees)
    if any(grantee.id != OWNER for grantee in named):
        words = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        raise AwsError("InvalidBucketAclWithObjectOwnership", words)


def check_new(bucket: Any, canned: str | None, grants: str) -> None:
    """Raise unless a bucket may have, or take objects with, this ACL.

    Args:
        canned: the name of a canned ACL.
        grants: the text of other grants, in headers or in a document.

    Raises:
        AwsError: ``AccessControlListNotSupported``, or ``AccessDenied`` where public ones are
            blocked.
    """
    if bucket is None or not (canned or grants):
        return
    if not _has_acls(bucket) and canned != "bucket-owner-full-control":
        words = "The bucket does not allow ACLs"
        raise AwsError("AccessControlListNotSupported", words)
    public = canned in _PUBLIC or _GROUPS in grants
    if public and _blocks(bucket, "block_public_acls"):
        raise AwsError("AccessDenied", "Access Denied", 403)


def document(acl: Any) -> bytes:
    """The answer to GetBucketAcl and GetObjectAcl."""
    grants = "".join(
        f"<Grant>{_grantee(grantee)}<Permission>{permission}</Permission></Grant>"
        for grant in (acl.grants if acl else [])
        for grantee in grant.grantees
        for permission in grant.permissions
    )
    owner = f"<Owner><ID>{OWNER}</ID><DisplayName>webfile</DisplayName></Owner>"
    inner = f"{owner}<AccessControlList>{grants}</AccessControlList>"
    return f'<AccessControlPolicy xmlns="{S3_NAMESPACE}">{inner}</AccessControlPolicy>'.encode()


def _grantee(grantee: Any) -> str:
    name = f"<URI>{escape(grantee.uri)}</URI>" if grantee.uri else f"<ID>{escape(grantee.id)}</ID>"
    return f'<Grantee xmlns:xsi="{_XSI}" xsi:type="{grantee.type}">{name}</Grantee>'


def _grants(acl: Any, groups: set[str], table: dict[str, set[str]], name: str) -> bool:
    """Whether a list grants one of the groups a permission for an action."""
    needed = {permission for permission, names in table.items() if name in names}
    return bool(needed) and any(
        (needed | {"FULL_CONTROL"}) & set(grant.permissions)
        for grant in (acl.grants if acl else [])
        if any(grantee.uri in groups for grantee in grant.grantees)
    )


def _has_acls(bucket: Any) -> bool:
    return bool(bucket.ownership_rule != "BucketOwnerEnforced")


def _blocks(bucket: Any, setting: str) -> bool:
    return bool(getattr(bucket.public_access_block, setting, False))
