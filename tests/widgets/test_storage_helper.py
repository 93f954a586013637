"""`lab.storage`: what stays is told."""

import json

import pytest

import labkit
from labkit.errors import AccessDenied


def test_an_object_that_may_not_be_deleted_is_told(lab: labkit.Lab) -> None:
    s3, bucket = lab.client("s3"), "kept-by-policy"
    s3.create_bucket(Bucket=bucket)
    for name in ("a", "kept/b"):
        lab.storage.put(name, f"s3://{bucket}/{name}")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket}/kept/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    with pytest.raises(AccessDenied, match="kept/b stays"):
        lab.storage.delete(f"s3://{bucket}/")
    assert list(lab.storage.objects(f"s3://{bucket}/").key) == ["kept/b"]
