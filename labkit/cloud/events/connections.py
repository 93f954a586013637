"""Connections: their secrets hold what they are told last, and their moments are told.

moto keeps in the secret what a connection was made with, whatever it is changed to, and tells the
values that are secret. Sources:
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateConnection.html and
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ConnectionHeaderParameter.html
"""

from __future__ import annotations

import json
from typing import Any

import moto.events.models as models
from moto.core.utils import camelcase_to_underscores, unix_time
from moto.secretsmanager.models import secretsmanager_backends

from labkit.cloud.cloud import Cloud, on_start
from labkit.cloud.events.kept_keys import key_of

Json = dict[str, Any]
_OTHERWISE = {"ClientID": "client_id"}
_updated: Any = models.EventsBackend.update_connection
_short: Any = models.Connection.describe_short
_whole: Any = models.Connection.describe


@on_start
def keep_secrets(_: Cloud) -> None:
    """Let a connection's secret change with it."""
    backend, connection = models.EventsBackend, models.Connection
    backend.update_connection = _update  # type: ignore[method-assign, assignment]
    connection.describe_short = _told_short  # type: ignore[method-assign, assignment]
    connection.describe = _told  # type: ignore[method-assign, assignment]


def _update(backend: Any, name: str, **changed: Any) -> Json:
    _updated(backend, name, **changed)
    connection = backend.connections[name]
    connection.changed = unix_time()
    if said := changed.get("auth_parameters"):
        secrets = secretsmanager_backends[backend.account_id][backend.region_name]
        text = json.dumps(_in_secret(said))
        secrets.put_secret_value(connection.secret_arn, text, "", "", ["AWSCURRENT"])
    told: Json = connection.describe_short()
    return told


def _told_short(connection: Any) -> Json:
    told: Json = _short(connection) | _moments(connection)
    return told


def _told(connection: Any) -> Json:
    told: Json = _whole(connection) | _moments(connection) | key_of(connection)
    return told | {"AuthParameters": _without_secrets(told.get("AuthParameters") or {})}


def _without_secrets(told: Any) -> Any:
    """What is told of parameters: not the values that are said to be secret."""
    if isinstance(told, list):
        return [_without_secrets(each) for each in told]
    if not isinstance(told, dict):
        return told
    hidden = ("Value",) if told.get("IsValueSecret") else ()
    return {name: _without_secrets(value) for name, value in told.items() if name not in hidden}


def _in_secret(parameters: Json) -> Json:
    """What a secret holds of a connection's parameters: names in lower case, on one level."""
    told: Json = {}
    for name, value in parameters.items():
        if name.endswith("AuthParameters") or name in ("OAuthParameters", "ClientParameters"):
            told |= _in_secret(value)
        else:
            told[_OTHERWISE.get(name) or camelcase_to_underscores(name)] = value
    return told


def _moments(connection: Any) -> Json:
    changed = getattr(connection, "changed", connection.creation_time)
    return {"LastModifiedTime": changed, "LastAuthorizedTime": changed}
