"""KMS's pairs of keys for data, and the secret that two pairs agree on.

A pair is made anew for each call; KMS keeps nothing of it. Its private half comes encrypted by the
caller's key, and can be read as anything that the key has encrypted.

Sources: https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html and
https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html
"""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from labkit.cloud.access.ciphers import Pairs, sealed
from labkit.cloud.access.keys import find_key
from labkit.cloud.constraints import refusal
from labkit.cloud.operations import Answer, AwsError, Context, not_here, operation

_CURVES: dict[str, Any] = {
    "ECC_NIST_P256": ec.SECP256R1,
    "ECC_NIST_P384": ec.SECP384R1,
    "ECC_NIST_P521": ec.SECP521R1,
    "ECC_SECG_P256K1": ec.SECP256K1,
}
_BITS = {f"RSA_{bits}": bits for bits in (2048, 3072, 4096)}
_DER = serialization.Encoding.DER


@operation("kms", "GenerateDataKeyPair")
def generate_data_key_pair(context: Context, **asked: Any) -> Answer:
    """A new pair: its public half, and its private one in plain and encrypted.

    Raises:
        AwsError: ``NotImplementedException`` for a pair of the kinds SM2 and Edwards.
    """
    return _pair(context, **asked)


@operation("kms", "GenerateDataKeyPairWithoutPlaintext")
def generate_data_key_pair_without_plaintext(context: Context, **asked: Any) -> Answer:
    """The same, without the private half in plain."""
    told = _pair(context, **asked)
    return {member: each for member, each in told.items() if member != "PrivateKeyPlaintext"}


def _pair(
    context: Context, *, KeyId: str, KeyPairSpec: str, EncryptionContext: Pairs = None, **_: Any
) -> Answer:
    key, private = find_key(context.cloud, KeyId, context.region), _made(context, KeyPairSpec)
    how = (_DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    text = private.private_bytes(*how)
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    return {
        "KeyId": key.arn,
        "KeyPairSpec": KeyPairSpec,
        "PublicKey": private.public_key().public_bytes(_DER, public),
        "PrivateKeyPlaintext": text,
        "PrivateKeyCiphertextBlob": sealed(context, key, text, pairs=EncryptionContext),
    }


@operation("kms", "DeriveSharedSecret")
def derive_shared_secret(
    context: Context, *, KeyId: str, KeyAgreementAlgorithm: str, PublicKey: bytes, **_: Any
) -> Answer:
    """What a key and somebody's public one agree on: the x of ECDH's point.

    Raises:
        AwsError: ``ValidationException`` for a public key that is none of the key's curve.
    """
    key = find_key(context.cloud, KeyId, context.region)
    if KeyAgreementAlgorithm != "ECDH":
        must = "satisfy enum value set: [ECDH]"
        raise refusal(KeyAgreementAlgorithm, "keyAgreementAlgorithm", must)
    private = key.private_key.private_key
    try:
        secret = private.exchange(ec.ECDH(), serialization.load_der_public_key(PublicKey))
    except (AttributeError, TypeError, UnsupportedAlgorithm, ValueError) as error:
        words = f"PublicKey is not a public key of the kind {key.key_spec} in DER."
        raise AwsError("ValidationException", words) from error
    return {
        "KeyId": key.arn,
        "KeyAgreementAlgorithm": KeyAgreementAlgorithm,
        "KeyOrigin": "AWS_KMS",
        "SharedSecret": secret,
    }


def _made(context: Context, spec: str) -> Any:
    if spec in _CURVES:
        return ec.generate_private_key(_CURVES[spec]())
    if spec in _BITS:
        return rsa.generate_private_key(public_exponent=65537, key_size=_BITS[spec])
    raise not_here("kms", context.operation, f"a pair of the kind {spec}")
