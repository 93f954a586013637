"""Assets as a CloudFormation template, for another account: its own ids, ARNs of wherever it runs.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_QuickSight.html and
https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AssetBundleCloudFormationOverridePropertyConfiguration.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from labkit.cloud.quicksight.bundles.assets import Asset, arns_in, asset_of, replaced
from labkit.cloud.quicksight.bundles.files import shape_of
from labkit.cloud.quicksight.definitions.walk import moment
from labkit.cloud.quicksight.records import Record

PREFIX = "PrefixForAllResources"
Found = Sequence[tuple[Asset, Record]]


def template(found: Found, wanted: Record) -> tuple[Record, list[tuple[Asset, str, str]]]:
    """The template, and the properties to override that an asset does not have.

    Args:
        found: assets by their ``Create`` members.
        wanted: the job's ``CloudFormationOverridePropertyConfiguration``.
    """
    within = {(asset.kind.name, members[asset.kind.id]) for asset, members in found}
    prefixed = bool((wanted.get("ResourceIdOverrideConfiguration") or {}).get(PREFIX))
    parameters: Record = {PREFIX: {"Type": "String"}} if prefixed else {}
    resources, missing = {}, []
    for asset, members in found:
        name, id = logical(asset, members[asset.kind.id]), members[asset.kind.id]
        timed = _timed(members, shape_of(asset))
        properties = replaced(timed, lambda arn: _portable(arn, within, prefixed))
        for each in _overridden(asset, id, wanted):
            parameter = f"{name}{each}"
            if _put(properties, each, {"Ref": parameter}):
                parameters[parameter] = {"Type": "String"}
            else:
                missing.append((asset, id, each))
        properties[asset.kind.id] = _id(id, prefixed)
        needs = [asset_of(arn) for arn in arns_in(members)]
        inner = {
            logical(*each) for each in needs if each and (each[0].kind.name, each[1]) in within
        }
        resources[name] = {
            "Type": asset.type,
            "Properties": {"AwsAccountId": {"Ref": "AWS::AccountId"}, **properties},
            **({"DependsOn": sorted(inner - {name})} if inner - {name} else {}),
        }
    whole = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    return whole | ({"Parameters": parameters} if parameters else {}), missing


def logical(asset: Asset, id: str) -> str:
    """A resource's name in the template, of letters and digits."""
    words = re.findall(r"[A-Za-z0-9]+", id)
    return asset.kind.noun + "".join(word[:1].upper() + word[1:] for word in words)


def _timed(value: Any, shape: Any) -> Any:
    """Members with moments as texts, which is what CloudFormation takes."""
    match shape.type_name:
        case "structure":
            return {name: _timed(each, shape.members[name]) for name, each in value.items()}
        case "map":
            return {key: _timed(each, shape.value) for key, each in value.items()}
        case "list":
            return [_timed(each, shape.member) for each in value]
        case "timestamp":
            return moment(value).isoformat().replace("+00:00", "Z")
    return value


def _overridden(asset: Asset, id: str, wanted: Record) -> list[str]:
    chosen = wanted.get(asset.plural) or []
    return [name for each in chosen if asset_of(each["Arn"]) == (asset, id)
            for name in each["Properties"]]  # fmt: skip


def _id(id: str, prefixed: bool) -> Any:
    return {"Fn::Sub": f"${{{PREFIX}}}{id}"} if prefixed else id


def _portable(arn: str, within: set[tuple[str, str]], prefixed: bool) -> Any:
    kind, _, id = arn.rpartition(":")[2].partition("/")
    own = f"${{{PREFIX}}}{id}" if prefixed and (kind, id) in within else id
    place = "${AWS::Region}:${AWS::AccountId}"
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:quicksight:{place}:{kind}/{own}"}


def _put(value: Any, name: str, new: Any) -> bool:
    """Whether a property of a name was found and changed; the outermost goes before inner ones."""
    if isinstance(value, dict):
        if name in value and not isinstance(value[name], Mapping):
            value[name] = new
            return True
        return any(_put(each, name, new) for each in value.values())
    return isinstance(value, list) and any(_put(each, name, new) for each in value)
