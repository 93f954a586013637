"""KMS's multi-Region keys: one id and one key material, a policy and grants in each Region.

moto gives them ids that are longer than KMS's, which its ciphertexts cut off, and lets a key and
its replicas share what is each one's own.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html and
https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html
"""

from __future__ import annotations

import uuid
from typing import Any

import moto.kms.models as models
from botocore.session import Session
from moto.kms.responses import KmsResponse

from labkit.cloud.access.keys import find_key
from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.operations import Answer, AwsError, Context, operation


@operation("kms", "ReplicateKey", alone=True)
def replicate_key(
    context: Context,
    *,
    KeyId: str,
    ReplicaRegion: str,
    Policy: str | None = None,
    Description: str = "",
    Tags: list[dict[str, str]] | None = None,
    **_: Any,
) -> Answer:
    """The same key in another Region.

    Raises:
        AwsError: ``UnsupportedOperationException`` for a key that is not the primary one,
            ``AlreadyExistsException`` where that Region has it.
    """
    if ReplicaRegion not in Session().get_available_regions("kms"):
        raise AwsError("ValidationException", f"{ReplicaRegion} is not a Region of AWS KMS.")
    primary, there = find_key(context.cloud, KeyId, context.region), _keys(context, ReplicaRegion)
    if not primary.multi_region or _primary_arn(primary) != primary.arn:
        words = f"{primary.arn} is not a multi-region primary key."
        raise AwsError("UnsupportedOperationException", words)
    if primary.id in there.keys:
        arn = there.keys[primary.id].arn
        raise AwsError("AlreadyExistsException", f"{arn} already exists.")
    replica = _keys(context, context.region).replicate_key(primary.id, ReplicaRegion)
    replica.description, replica.grants = Description, {}
    replica.policy = Policy or replica.generate_default_policy()
    there.tag_resource(replica.id, {tag["TagKey"]: tag["TagValue"] for tag in Tags or []})
    _tell_apart(context, primary)
    told: Answer = replica.to_dict()["KeyMetadata"]
    return {"ReplicaKeyMetadata": told, "ReplicaPolicy": replica.policy, "ReplicaTags": Tags or []}


@on_start
def name_keys_as_kms(cloud: Cloud) -> None:
    """Let ids be as long as KMS's; whether there is such a key has been asked before moto is."""
    models.generate_key_id = _key_id
    KmsResponse._validate_cmk_id = lambda *_: None  # type: ignore[method-assign]


def _key_id(multi_region: bool = False) -> str:
    made = uuid.uuid4()
    return f"mrk-{made.hex}" if multi_region else str(made)


def _tell_apart(context: Context, primary: Any) -> None:
    """Give a key and each of its replicas a configuration of its own."""
    replicas = list(primary.multi_region_configuration["ReplicaKeys"])
    told = {"PrimaryKey": dict(primary.multi_region_configuration["PrimaryKey"])}
    kinds = {context.region: "PRIMARY"} | {each["Region"]: "REPLICA" for each in replicas}
    for region, kind in kinds.items():
        own = {"MultiRegionKeyType": kind, "ReplicaKeys": [dict(each) for each in replicas]}
        _keys(context, region).keys[primary.id].multi_region_configuration = told | own


def _primary_arn(key: Any) -> str:
    return str(key.multi_region_configuration["PrimaryKey"]["Arn"])


def _keys(context: Context, region: str) -> Any:
    return context.cloud.backend("kms", region)
