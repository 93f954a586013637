"""Keys for recipes' encryption: secrets of Secrets Manager, and keys of KMS.

A step names either by its ARN or name. A secret's value is the key in base64. One that there is not
yet, such as ``databrew!default``, is made for a step with ``createSecretIfMissing``. Source:
https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.CRYPTOGRAPHIC_HASH.html
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms import utils as kms

from labkit.cloud.access import identities
from labkit.cloud.access.keys import authorize, find_key
from labkit.cloud.cloud import Cloud
from labkit.cloud.databrew.recipe import RecipeError
from labkit.cloud.databrew.recipe.parts.envelopes import EncryptionContext, MasterKey
from labkit.cloud.operations import Principal

_KEY_BYTES = 32


def secret(cloud: Cloud, principal: Principal, region: str) -> Callable[..., bytes]:
    """How a recipe finds the bytes of a key; see ``RecipeContext.secret``.

    Args:
        principal: who reads it: a session of the job's or the project's role.
    """

    def read(name: str, version: str | None = None, *, create: bool = False) -> bytes:
        if create and not version and not name.startswith("arn:"):
            _create_if_missing(cloud, principal, region, name)
        return _secret(cloud, principal, region, name, version)

    return read


def _create_if_missing(cloud: Cloud, principal: Principal, region: str, name: str) -> None:
    manager = cloud.backend("secretsmanager", region)
    if manager.secrets.get(name) is not None:
        return
    arn = f"arn:aws:secretsmanager:{region}:{principal.account}:secret:{name}-{'0' * 6}"
    identities.check(cloud, principal, "secretsmanager:CreateSecret", arn)
    key = base64.b64encode(os.urandom(_KEY_BYTES)).decode()
    manager.create_secret(name, key, None, None, None, None, None, [], False)


def _secret(
    cloud: Cloud, principal: Principal, region: str, name: str, version: str | None
) -> bytes:
    manager = cloud.backend("secretsmanager", region)
    stage = None if version else "AWSCURRENT"
    try:
        found: dict[str, Any] = manager.get_secret_value(name, version, stage)
    except JsonRESTError as error:
        raise RecipeError(f"The secret '{name}' cannot be read: {error.message}") from error
    identities.check(cloud, principal, "secretsmanager:GetSecretValue", found["ARN"])
    try:
        return base64.b64decode(found.get("SecretString") or found["SecretBinary"], validate=True)
    except ValueError:
        raise RecipeError(f"The secret '{name}' is not in base64.") from None


def master_key(cloud: Cloud, principal: Principal, region: str) -> Callable[[str], MasterKey]:
    """How a recipe finds a key of KMS; see ``RecipeContext.master_key``.

    Args:
        principal: who uses it: a session of the job's or the project's role.
    """
    return lambda name: _Key(cloud, principal, find_key(cloud, name, region))


@dataclass(frozen=True)
class _Key:
    """A key of KMS as a role may use it: ``GenerateDataKey`` to wrap, ``Decrypt`` to unwrap."""

    cloud: Cloud
    principal: Principal
    key: Any

    @property
    def arn(self) -> str:
        return str(self.key.arn)

    def wrap(self, data_key: bytes, context: EncryptionContext) -> bytes:
        self._authorize("GenerateDataKey", context)
        return bytes(kms.encrypt({self.key.id: self.key}, self.key.id, data_key, context))

    def unwrap(self, wrapped: bytes, context: EncryptionContext) -> bytes:
        self._authorize("Decrypt", context)
        try:
            return bytes(kms.decrypt({self.key.id: self.key}, wrapped, context)[0])
        except JsonRESTError as error:
            raise RecipeError("An encrypted value's key was changed since.") from error

    def _authorize(self, action: str, context: EncryptionContext) -> None:
        told = {f"kms:encryptioncontext:{name}": value for name, value in context.items()}
        names = {"kms:encryptioncontextkeys": list(context)} if context else {}
        authorize(self.cloud, self.principal, action, self.key, {**told, **names})
