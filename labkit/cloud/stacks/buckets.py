"""S3's buckets in a stack: each of their settings is a call of its own.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud import stacks
from labkit.cloud.stacks.kinds import Kind, Members, Part, renamed


def _part(
    name: str,
    call: str,
    member: str,
    shaped: Callable[[Any], Any] = lambda v: v,
    *,
    gone: str | None = None,
) -> Part:
    """A setting that a call with one member beside the bucket's name makes, and another drops."""

    def drop(members: Members, _: Any) -> tuple[str, Members]:
        nothing: Members = {} if gone else {member: {}}
        return gone or call, {"Bucket": members["Bucket"]} | nothing

    return Part(
        name,
        lambda members, said: (call, {"Bucket": members["Bucket"], member: shaped(said)}),
        drop if gone is not None else None,
        whole=True,
    )


def _encryption(said: Members) -> Members:
    names = {
        "ServerSideEncryptionConfiguration": "Rules",
        "ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault",
    }
    told: Members = renamed(said, names)
    return told


def _notices(said: Members) -> Members:
    told = renamed(said, _NOTICES)
    for each in (each for kind in told.values() if isinstance(kind, list) for each in kind):
        each["Events"] = [each.pop("Event")]
    if "EventBridgeConfiguration" in told:
        told["EventBridgeConfiguration"] = {}
    return dict(told)


_NOTICES = {
    "LambdaConfigurations": "LambdaFunctionConfigurations",
    "Function": "LambdaFunctionArn",
    "Queue": "QueueArn",
    "Topic": "TopicArn",
    "S3Key": "Key",
    "Rules": "FilterRules",
}


def _lifecycle(said: Members) -> Members:
    return {"Rules": [_rule(dict(rule)) for rule in said["Rules"]]}


def _rule(rule: Members) -> Members:
    """A rule, whose days and dates stand beside each other in a template."""
    told = {"ID": rule.pop("Id")} if "Id" in rule else Members()
    told["Filter"] = _filter(rule)
    expiration = {
        api: rule.pop(name)
        for name, api in (
            ("ExpirationInDays", "Days"),
            ("ExpirationDate", "Date"),
            ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"),
        )
        if name in rule
    }
    if expiration:
        told["Expiration"] = expiration
    if "NoncurrentVersionExpirationInDays" in rule:
        days = rule.pop("NoncurrentVersionExpirationInDays")
        told["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    for name, days in (("Transition", "Days"), ("NoncurrentVersionTransition", "NoncurrentDays")):
        one = [rule.pop(name)] if name in rule else []
        if moved := [*rule.pop(f"{name}s", []), *one]:
            names = {"TransitionInDays": days, "TransitionDate": "Date"}
            told[f"{name}s"] = renamed(moved, names)
    return told | rule


def _filter(rule: Members) -> Members:
    """What a rule is for; several conditions stand in one more element."""
    names = ("Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
    told = {name: rule.pop(name) for name in names if name in rule}
    tags = rule.pop("TagFilters", [])
    if len(told) + len(tags) > 1:
        return {"And": told | ({"Tags": tags} if tags else {})}
    return {"Tag": tags[0]} if tags else told or {"Prefix": ""}


def _logged(members: Members, said: Members) -> tuple[str, Members]:
    """A template may leave out the target: a bucket then keeps its own logs."""
    told = {"TargetBucket": members["Bucket"], "TargetPrefix": ""} | renamed(said, _LOGS)
    status = {"BucketLoggingStatus": {"LoggingEnabled": told}}
    return "PutBucketLogging", {"Bucket": members["Bucket"]} | status


def _unlogged(members: Members, _: Members) -> tuple[str, Members]:
    return "PutBucketLogging", {"Bucket": members["Bucket"], "BucketLoggingStatus": {}}


_CORS = {
    "CorsRules": "CORSRules",
    "MaxAge": "MaxAgeSeconds",
    "ExposedHeaders": "ExposeHeaders",
    "Id": "ID",
}
_ROUTES = {"RoutingRuleCondition": "Condition", "RedirectRule": "Redirect"}
_LOGS = {"DestinationBucketName": "TargetBucket", "LogFilePrefix": "TargetPrefix"}


def _website(said: Members) -> Members:
    told = Members(renamed(said, _ROUTES))
    for name, member in (("IndexDocument", "Suffix"), ("ErrorDocument", "Key")):
        if name in told:
            told[name] = {member: told[name]}
    return told


def _replicated(said: Members) -> Members:
    return Members(renamed(said, {"Id": "ID", "TagFilter": "Tag", "TagFilters": "Tags"}))


def _listed(noun: str, shaped: Callable[[Members], Members]) -> Part:
    """Settings of which a bucket has several, each under an id."""

    def told(members: Members, said: Members) -> Members:
        return {"Bucket": members["Bucket"], "Id": said["Id"]}

    def put(members: Members, said: Members) -> tuple[str, Members]:
        member = {f"{noun}Configuration": shaped(dict(said))}
        return f"PutBucket{noun}Configuration", told(members, said) | member

    def drop(members: Members, said: Members) -> tuple[str, Members]:
        return f"DeleteBucket{noun}Configuration", told(members, said)

    return Part(f"{noun}Configurations", put, drop)


def _filtered(said: Members) -> Members:
    """A setting whose filter stands beside the rest in a template."""
    found = _filter(said)
    return said | ({} if found == {"Prefix": ""} else {"Filter": found})


def _inventory(said: Members) -> Members:
    names = {"Enabled": "IsEnabled"}
    told = {names.get(name, name): value for name, value in said.items()}
    told["Schedule"] = {"Frequency": told.pop("ScheduleFrequency")}
    return _filtered(told | {"Destination": _destination(told["Destination"])})


def _analytics(said: Members) -> Members:
    told = _filtered(said)
    if export := said["StorageClassAnalysis"].get("DataExport"):
        to = dict(export) | {"Destination": _destination(export["Destination"], "BucketAccountId")}
        told["StorageClassAnalysis"] = {"DataExport": to}
    return told


def _destination(said: Members, owner: str = "AccountId") -> Members:
    """Where a report is put, whose owner two calls name in two ways."""
    return {"S3BucketDestination": renamed(said, {"BucketArn": "Bucket", "BucketAccountId": owner})}


def _canned(said: str) -> str:
    """``BucketOwnerRead`` as the API has it: ``bucket-owner-read``."""
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in said)[1:]


def _named(members: Members) -> Members:
    names = {"BucketName": "Bucket", "ObjectLockEnabled": "ObjectLockEnabledForBucket"}
    told = {names.get(name, name): value for name, value in members.items()}
    if (region := stacks.caller().region) != "us-east-1":
        told["CreateBucketConfiguration"] = {"LocationConstraint": region}
    return told


BUCKET = Kind(
    "s3",
    "CreateBucket",
    drop="DeleteBucket",
    name="BucketName",
    low=True,
    id="Bucket",
    by={"Bucket": "Bucket"},
    shaped=_named,
    parts=(
        _part("OwnershipControls", "PutBucketOwnershipControls", "OwnershipControls"),
        _part(
            "PublicAccessBlockConfiguration",
            "PutPublicAccessBlock",
            "PublicAccessBlockConfiguration",
        ),
        _part("AccessControl", "PutBucketAcl", "ACL", _canned),
        _part(
            "BucketEncryption",
            "PutBucketEncryption",
            "ServerSideEncryptionConfiguration",
            _encryption,
            gone="DeleteBucketEncryption",
        ),
        _part("VersioningConfiguration", "PutBucketVersioning", "VersioningConfiguration"),
        _part("ObjectLockConfiguration", "PutObjectLockConfiguration", "ObjectLockConfiguration"),
        _part(
            "AccelerateConfiguration",
            "PutBucketAccelerateConfiguration",
            "AccelerateConfiguration",
            lambda said: renamed(said, {"AccelerationStatus": "Status"}),
        ),
        _part(
            "LifecycleConfiguration",
            "PutBucketLifecycleConfiguration",
            "LifecycleConfiguration",
            _lifecycle,
            gone="DeleteBucketLifecycle",
        ),
        _part(
            "NotificationConfiguration",
            "PutBucketNotificationConfiguration",
            "NotificationConfiguration",
            _notices,
            gone="",
        ),
        _part(
            "CorsConfiguration",
            "PutBucketCors",
            "CORSConfiguration",
            lambda said: renamed(said, _CORS),
            gone="DeleteBucketCors",
        ),
        Part("LoggingConfiguration", _logged, _unlogged, whole=True),
        _part(
            "ReplicationConfiguration",
            "PutBucketReplication",
            "ReplicationConfiguration",
            _replicated,
            gone="DeleteBucketReplication",
        ),
        _listed("Analytics", _analytics),
        _listed("IntelligentTiering", _filtered),
        _listed("Inventory", _inventory),
        _listed("Metrics", _filtered),
        _part(
            "WebsiteConfiguration",
            "PutBucketWebsite",
            "WebsiteConfiguration",
            _website,
            gone="DeleteBucketWebsite",
        ),
        _part(
            "Tags",
            "PutBucketTagging",
            "Tagging",
            lambda said: {"TagSet": said},
            gone="DeleteBucketTagging",
        ),
    ),
    attributes={
        "Arn": "arn:aws:s3:::{Bucket}",
        "DomainName": "{Bucket}.s3.amazonaws.com",
        "RegionalDomainName": "{Bucket}.s3.{Region}.amazonaws.com",
        "DualStackDomainName": "{Bucket}.s3.dualstack.{Region}.amazonaws.com",
        "WebsiteURL": "http://{Bucket}.s3-website-{Region}.amazonaws.com",
    },
)
