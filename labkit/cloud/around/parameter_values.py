"""What GetParameter and GetParameters tell: a parameter's value, or a secret's under its own path.

moto tells a secret under its bare name, fails for all parameters where one is a secret that is not
there, and does not say which version or label was asked for.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html,
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html and
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
"""

from __future__ import annotations

import datetime
import json
from typing import Any

from moto.ssm.exceptions import ParameterVersionNotFound

from labkit.cloud.operations import Answer, AwsError, Context, operation

_SECRETS = "/aws/reference/secretsmanager/"
_TOLD = ("Name", "Type", "Value", "Version", "LastModifiedDate", "ARN", "DataType")
_CURRENT = "AWSCURRENT"


@operation("ssm", "GetParameter")
def get_parameter(context: Context, *, Name: str, WithDecryption: bool = False) -> Answer:
    """One parameter.

    Raises:
        AwsError: ``ParameterNotFound``; ``ParameterVersionNotFound``.
    """
    found = _find(context, Name, WithDecryption)
    if found is None and Name.startswith(_SECRETS):
        words = "An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret"
        raise AwsError("ParameterNotFound", f"{words} {Name} not found.")
    if found is None:
        raise AwsError("ParameterNotFound", f"Parameter {Name} not found.")
    return {"Parameter": found}


@operation("ssm", "GetParameters")
def get_parameters(context: Context, *, Names: list[str], WithDecryption: bool = False) -> Answer:
    """Several parameters, and the names that none has."""
    told: dict[str, Any] = {}
    for name in dict.fromkeys(Names):
        try:
            told[name] = _find(context, name, WithDecryption)
        except ParameterVersionNotFound:
            told[name] = None
    return {
        "Parameters": [each for each in told.values() if each],
        "InvalidParameters": [name for name, each in told.items() if not each],
    }


def _find(context: Context, name: str, decrypts: bool) -> Answer | None:
    if name.startswith(_SECRETS):
        if not decrypts:
            words = "WithDecryption flag must be True for retrieving a Secret Manager secret."
            raise AwsError("ValidationException", words)
        return _secret(context, name)
    found = context.backend("ssm").get_parameter(name)
    if found is None:
        return None
    told = found.response_object(decrypts, context.region)
    _, _, selector = name.rpartition(":parameter")[2].partition(":")
    asked = {"Selector": f":{selector}"} if selector else {}
    return {member: told[member] for member in _TOLD} | asked


def _secret(context: Context, name: str) -> Answer | None:
    """The value of a secret that has the name below the path, or of one of its versions."""
    called, _, which = name.removeprefix(_SECRETS).partition(":")
    secret = context.backend("secretsmanager").secrets.get(called)
    if secret is None or secret.is_deleted():
        return None
    labelled = which or _CURRENT
    for version, each in secret.versions.items():
        if labelled == version or labelled in each["version_stages"]:
            return _told(secret, name.partition(":")[0], version, each)
    return None


def _told(secret: Any, name: str, version: str, kept: dict[str, Any]) -> Answer:
    made = datetime.datetime.fromtimestamp(int(kept["createdate"]), datetime.UTC)
    value = kept.get("secret_string") or ""
    source = {
        "ARN": secret.arn,
        "name": secret.name,
        "versionId": version,
        "secretString": value,
        "versionStages": sorted(kept["version_stages"]),
        "createdDate": f"{made:%b} {made.day}, {made:%Y, %I:%M:%S %p}",
    }
    return {
        "Name": name,
        "Type": "SecureString",
        "Value": value,
        "Version": 0,
        "SourceResult": json.dumps(source, separators=(",", ":")),
        "LastModifiedDate": made,
        "ARN": secret.arn,
    }
