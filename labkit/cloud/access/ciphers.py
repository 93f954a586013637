"""Encryption with the algorithm that is asked for: AES by moto, RSA by a key's own pair.

moto encrypts with AES whatever the key, takes any algorithm, and does not tell which it took: what
somebody encrypted with the public key could not be read, and MACs were of another length.

Sources: https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html and
https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from moto.kms.exceptions import InvalidCiphertextException

from labkit.cloud.access.describing import algorithms
from labkit.cloud.access.keys import find_key
from labkit.cloud.operations import Answer, AwsError, Context, operation

Pairs = dict[str, str] | None

_SYMMETRIC = "SYMMETRIC_DEFAULT"
_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "RSAES_OAEP_SHA_1": hashes.SHA1,
    "RSAES_OAEP_SHA_256": hashes.SHA256,
}
_KEY_ID = slice(0, 36)
# The parameter that names an action's algorithm; none where it is always AES.
_ASKED = {
    "Encrypt": "EncryptionAlgorithm",
    "Decrypt": "EncryptionAlgorithm",
    "ReEncryptFrom": "SourceEncryptionAlgorithm",
    "ReEncryptTo": "DestinationEncryptionAlgorithm",
    "GenerateMac": "MacAlgorithm",
    "VerifyMac": "MacAlgorithm",
    "GenerateDataKey": "",
    "GenerateDataKeyWithoutPlaintext": "",
    "GenerateDataKeyPair": "",
    "GenerateDataKeyPairWithoutPlaintext": "",
}


def check_algorithm(action: str, key: Any, parameters: dict[str, Any]) -> None:
    """Raise unless a key can do what is asked of it."""
    if action not in _ASKED:
        return
    wanted = parameters.get(_ASKED[action], _SYMMETRIC)
    if wanted not in algorithms(key):
        words = f"Algorithm {wanted} is incompatible with key spec {key.key_spec}."
        raise AwsError("InvalidKeyUsageException", words)


def of_ciphertext(context: Context, blob: bytes, key_id: str | None) -> Any:
    """The key of a ciphertext: AES's names it, for RSA's the request does; ``None`` for no key."""
    named = find_key(context.cloud, key_id, context.region) if key_id else None
    if named is not None and set(_HASHES) & set(algorithms(named)):
        return named
    return context.backend("kms").keys.get(blob[_KEY_ID].decode("ascii", "replace"))


@operation("kms", "Encrypt")
def encrypt(
    context: Context,
    *,
    KeyId: str,
    Plaintext: bytes,
    EncryptionContext: Pairs = None,
    EncryptionAlgorithm: str = _SYMMETRIC,
    **_: Any,
) -> Answer:
    key = find_key(context.cloud, KeyId, context.region)
    blob = sealed(context, key, Plaintext, EncryptionAlgorithm, EncryptionContext)
    return {"CiphertextBlob": blob, "KeyId": key.arn, "EncryptionAlgorithm": EncryptionAlgorithm}


@operation("kms", "Decrypt")
def decrypt(
    context: Context,
    *,
    CiphertextBlob: bytes,
    KeyId: str | None = None,
    EncryptionContext: Pairs = None,
    EncryptionAlgorithm: str = _SYMMETRIC,
    **_: Any,
) -> Answer:
    key = of_ciphertext(context, CiphertextBlob, KeyId)
    text = _opened(context, key, CiphertextBlob, EncryptionAlgorithm, EncryptionContext)
    return {"Plaintext": text, "KeyId": key.arn, "EncryptionAlgorithm": EncryptionAlgorithm}


@operation("kms", "ReEncrypt")
def re_encrypt(
    context: Context,
    *,
    CiphertextBlob: bytes,
    DestinationKeyId: str,
    SourceKeyId: str | None = None,
    SourceEncryptionContext: Pairs = None,
    DestinationEncryptionContext: Pairs = None,
    SourceEncryptionAlgorithm: str = _SYMMETRIC,
    DestinationEncryptionAlgorithm: str = _SYMMETRIC,
    **_: Any,
) -> Answer:
    old = of_ciphertext(context, CiphertextBlob, SourceKeyId)
    new = find_key(context.cloud, DestinationKeyId, context.region)
    text = _opened(context, old, CiphertextBlob, SourceEncryptionAlgorithm, SourceEncryptionContext)
    algorithm, pairs = DestinationEncryptionAlgorithm, DestinationEncryptionContext
    return {
        "CiphertextBlob": sealed(context, new, text, algorithm, pairs),
        "SourceKeyId": old.arn,
        "KeyId": new.arn,
        "SourceEncryptionAlgorithm": SourceEncryptionAlgorithm,
        "DestinationEncryptionAlgorithm": algorithm,
    }


def sealed(
    context: Context, key: Any, text: bytes, algorithm: str = _SYMMETRIC, pairs: Pairs = None
) -> bytes:
    """A text as a key encrypts it.

    Raises:
        AwsError: ``ValidationException``: RSA has not the room.
    """
    if algorithm == _SYMMETRIC:
        return bytes(context.backend("kms").encrypt(key.id, text, pairs or {})[0])
    public = key.private_key.private_key.public_key()
    most = public.key_size // 8 - 2 * _HASHES[algorithm]().digest_size - 2
    if len(text) > most:
        raise AwsError(
            "ValidationException",
            f"Algorithm {algorithm} and key spec {key.key_spec} cannot encrypt data larger than "
            f"{most} bytes.",
        )
    return bytes(public.encrypt(text, _padding(algorithm)))


def _opened(context: Context, key: Any, blob: bytes, algorithm: str, pairs: Pairs) -> bytes:
    try:
        if algorithm == _SYMMETRIC:
            return bytes(context.backend("kms").decrypt(blob, pairs or {})[0])
        return bytes(key.private_key.private_key.decrypt(blob, _padding(algorithm)))
    except (InvalidCiphertextException, ValueError) as error:
        raise AwsError("InvalidCiphertextException", "") from error


def _padding(algorithm: str) -> OAEP:
    taken = _HASHES[algorithm]()
    return OAEP(MGF1(taken), taken, None)
