"""As whom QuickSight reads: the role of a data source, its service role, or the source's maker.

QuickSight reads S3, Athena and KMS in a role. A data source may name its own; else it is the role
that the account's administrator gave QuickSight, ``aws-quicksight-service-role-v0``. Where an
account has no such role, the local one reads as who made the data source. What is encrypted with a
customer's key can be read once the key is registered with QuickSight, or the role may decrypt
with it. Sources:
https://docs.aws.amazon.com/quicksight/latest/user/security_iam_service-with-iam.html and
https://docs.aws.amazon.com/quicksight/latest/user/key-management.html
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from labkit.cloud.access.keys import find_key
from labkit.cloud.access.s3_requests import find_version
from labkit.cloud.access.trust import role_session, trusted_role
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError, Principal
from labkit.cloud.quicksight.sources.failures import SourceError
from labkit.cloud.s3.store import Object, Store

SERVICE = "quicksight.amazonaws.com"
SERVICE_ROLE = "service-role/aws-quicksight-service-role-v0"
SESSION = "QuickSight"


def reader_of(cloud: Cloud, source: Mapping[str, Any]) -> Principal:
    """As whom a data source is read.

    Raises:
        SourceError: QuickSight may not assume the role that the source names.
    """
    named = role_of(source)
    if named:
        if trusted_role(cloud, named, SERVICE) is None:
            raise SourceError(
                "FAILURE_TO_ASSUME_ROLE", f"QuickSight is not able to assume the role {named}."
            )
        return role_session(named, cloud.account, SESSION)
    return service_reader(cloud, Principal(source["_"]["maker"], cloud.account))


def service_reader(cloud: Cloud, maker: Principal) -> Principal:
    """QuickSight's own role, or who made what is read in an account that has none."""
    if trusted_role(cloud, SERVICE_ROLE, SERVICE) is not None:
        return role_session(SERVICE_ROLE, cloud.account, SESSION)
    return maker


def role_of(source: Mapping[str, Any]) -> str | None:
    """The role that a data source names for itself."""
    for parameters in (source.get("DataSourceParameters") or {}).values():
        role: str | None = (parameters or {}).get("RoleArn")
        if role:
            return role
    return None


class SourceStore(Store):
    """Objects as QuickSight reads them: encrypted ones by a registered key, or a role's own right.

    Source: https://docs.aws.amazon.com/quicksight/latest/user/athena.html, where the role is
    granted Decrypt on the key of encrypted files.
    """

    def __init__(self, cloud: Cloud, principal: Principal, region: str) -> None:
        super().__init__(cloud, principal)
        self.region = region

    def read(self, found: Object) -> Path:
        key = self._customer_key(found)
        if key is None or key in _registered(self.cloud, self.region):
            return super().read(found)
        if self.principal.role_arn:
            with suppress(AwsError):
                return super().read(found)
        raise AwsError(
            "AccessDenied",
            f"QuickSight cannot read {found.uri}: it is encrypted with the KMS key {key}, "
            "which is not registered with QuickSight. Register the key and try again.",
            403,
        )

    def _customer_key(self, found: Object) -> str | None:
        """The ARN of the customer's key that an object is encrypted with."""
        bucket = self.cloud.backend("s3").buckets[found.bucket]
        name = getattr(find_version(bucket, found.key), "kms_key_id", None)
        if not name:
            return None
        key = find_key(self.cloud, name)
        return None if key.key_manager == "AWS" else str(key.arn)


def _registered(cloud: Cloud, region: str) -> set[str]:
    from labkit.cloud.quicksight.keys import registered_keys

    return set(registered_keys(cloud, region))
