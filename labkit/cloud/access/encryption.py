"""How an S3 object is encrypted: what the request asks for, else the bucket's default.

Every object is encrypted: with S3's own keys (``AES256``) unless the request or the bucket says
``aws:kms``. Without a key's name that means the bucket's key, or the account's ``aws/s3`` key. Here
the bodies lie unencrypted in the learner's own folder; who may use the key is what is enforced.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labkit.cloud.access.keys import find_key, in_s3_words
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError

ALGORITHMS = ("AES256", "aws:kms", "aws:kms:dsse")
MANAGED_KEY = "alias/aws/s3"


@dataclass(frozen=True)
class Encryption:
    """An object's encryption.

    Args:
        algorithm: ``AES256``, ``aws:kms`` or ``aws:kms:dsse``.
        key: the KMS key's ARN, where it is one.
        bucket_key: S3 derives the objects' keys from one of the bucket's.
    """

    algorithm: str = "AES256"
    key: str | None = None
    bucket_key: bool = False


def default_of(bucket: Any) -> dict[str, Any]:
    """A bucket's default rule; S3's own keys where none was set."""
    found = (bucket.encryption or {}).get("Rule", {}) if bucket else {}
    rule: dict[str, Any] = found.get("ApplyServerSideEncryptionByDefault", {})
    bucket_key = str(found.get("BucketKeyEnabled", False)).lower() == "true"
    return {"SSEAlgorithm": "AES256"} | rule | {"BucketKeyEnabled": bucket_key}


def choose(
    cloud: Cloud, bucket: Any, algorithm: str | None, key: str | None, bucket_key: str | None = None
) -> Encryption:
    """The encryption of a new object.

    Args:
        bucket: moto's record.
        algorithm: what the request asks for, if it does.
        key: the KMS key that it names: an id, an ARN or an alias.
        bucket_key: ``true`` or ``false``, if it says.

    Raises:
        AwsError: it asks for what there is not, or the key does not exist.
    """
    _check(algorithm, key)
    rule = default_of(bucket)
    chosen = algorithm or rule["SSEAlgorithm"]
    if chosen == "AES256":
        return Encryption()
    region = bucket.region_name if bucket else None
    inherited = rule.get("KMSMasterKeyID") if rule["SSEAlgorithm"] != "AES256" else None
    with in_s3_words():
        found = find_key(cloud, key or inherited or MANAGED_KEY, region)
    by_bucket = rule["BucketKeyEnabled"] if bucket_key is None else bucket_key.lower() == "true"
    return Encryption(chosen, found.arn, by_bucket)


def _check(algorithm: str | None, key: str | None) -> None:
    if algorithm and algorithm not in ALGORITHMS:
        raise AwsError("InvalidArgument", "The encryption method specified is not supported")
    if key and algorithm not in ALGORITHMS[1:]:
        raise AwsError(
            "InvalidArgument",
            "Server Side Encryption with AWS KMS managed key requires HTTP header "
            "x-amz-server-side-encryption : aws:kms",
        )
