"""What a template takes from Secrets Manager and Parameter Store when a stack is made.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from botocore.exceptions import ClientError
from moto.cloudformation.exceptions import ValidationError

from labkit.cloud import stacks

_DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}")


def looked_up(value: Any) -> Any:
    """A resource's definition with those values in the places of their names.

    Raises:
        ValidationError: there is none.
    """
    if isinstance(value, dict):
        return {name: looked_up(each) for name, each in value.items()}
    if isinstance(value, list):
        return [looked_up(each) for each in value]
    return _DYNAMIC.sub(_found, value) if isinstance(value, str) else value


def _found(found: re.Match[str]) -> str:
    service, said = found.groups()
    try:
        return _secret(said) if service == "secretsmanager" else _parameter(said)
    except (ClientError, ValueError, KeyError, TypeError) as error:
        message = f"Could not resolve {found.group()}: {error}"
        raise ValidationError(message=message) from error


def _secret(said: str) -> str:
    """``name:SecretString:key:stage:version``; the name may be an ARN of seven parts."""
    parts = said.split(":")
    whole = 7 if said.startswith("arn:") else 1
    name, rest = ":".join(parts[:whole]), [*parts[whole:], "", "", "", ""]
    _, key, stage, version = rest[:4]
    more = {"VersionStage": stage, "VersionId": version}
    asked = {"SecretId": name} | {k: v for k, v in more.items() if v}
    text = str(stacks.client("secretsmanager").get_secret_value(**asked)["SecretString"])
    return str(json.loads(text)[key]) if key else text


def _parameter(said: str) -> str:
    answer = stacks.client("ssm").get_parameter(Name=said, WithDecryption=True)
    return str(answer["Parameter"]["Value"])
