"""KMS's signatures, of a message or of its digest, and its codes of messages.

What is signed is always a digest; a client that has one already says so. A PSS signature's salt is
as long as the digest. A signature that is not the message's own is an error, not an answer.

Sources: https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_Verify.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html and
https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from labkit.cloud.access.keys import find_key
from labkit.cloud.constraints import check_members, refusal
from labkit.cloud.operations import Answer, AwsError, Context, operation

_HASHES: dict[str, Any] = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


@operation("kms", "Sign")
def sign(
    context: Context,
    *,
    KeyId: str,
    Message: bytes,
    SigningAlgorithm: str,
    MessageType: str = "RAW",
    **_: Any,
) -> Answer:
    check_members("kms", "Sign", {"Message": Message})
    key = _signing_key(context, KeyId, SigningAlgorithm)
    digest = _digest(Message, MessageType, SigningAlgorithm)
    signature = key.private_key.private_key.sign(digest, *_way(SigningAlgorithm))
    return {"KeyId": key.arn, "Signature": signature, "SigningAlgorithm": SigningAlgorithm}


@operation("kms", "Verify")
def verify(
    context: Context,
    *,
    KeyId: str,
    Message: bytes,
    Signature: bytes,
    SigningAlgorithm: str,
    MessageType: str = "RAW",
    **_: Any,
) -> Answer:
    """Whether a signature is the message's own.

    Raises:
        AwsError: ``KMSInvalidSignatureException``: it is not.
    """
    check_members("kms", "Verify", {"Message": Message, "Signature": Signature})
    key = _signing_key(context, KeyId, SigningAlgorithm)
    digest = _digest(Message, MessageType, SigningAlgorithm)
    public = key.private_key.private_key.public_key()
    try:
        public.verify(Signature, digest, *_way(SigningAlgorithm))
    except InvalidSignature as error:
        raise AwsError("KMSInvalidSignatureException", "") from error
    return {"KeyId": key.arn, "SignatureValid": True, "SigningAlgorithm": SigningAlgorithm}


@operation("kms", "GenerateMac")
def generate_mac(
    context: Context, *, KeyId: str, Message: bytes, MacAlgorithm: str, **_: Any
) -> Answer:
    """A message's code, and the ARN of the key that made it."""
    key = find_key(context.cloud, KeyId, context.region)
    made, *_rest = context.backend("kms").generate_mac(Message, key.id, MacAlgorithm, [], False)
    return {"Mac": base64.b64decode(made), "MacAlgorithm": MacAlgorithm, "KeyId": key.arn}


@operation("kms", "VerifyMac")
def verify_mac(
    context: Context, *, KeyId: str, Message: bytes, MacAlgorithm: str, Mac: bytes, **_: Any
) -> Answer:
    """Whether a code is the message's own.

    Raises:
        AwsError: ``KMSInvalidMacException``: it is not.
    """
    key = find_key(context.cloud, KeyId, context.region)
    made, *_rest = context.backend("kms").generate_mac(Message, key.id, MacAlgorithm, [], False)
    if base64.b64decode(made) != Mac:
        raise AwsError("KMSInvalidMacException", "")
    return {"KeyId": key.arn, "MacValid": True, "MacAlgorithm": MacAlgorithm}


def _signing_key(context: Context, key_id: str, algorithm: str) -> Any:
    key = find_key(context.cloud, key_id, context.region)
    if key.key_usage != "SIGN_VERIFY":
        words = f"{key.arn} key usage is {key.key_usage} which is not valid for"
        raise AwsError("InvalidKeyUsageException", f"{words} {context.operation}.")
    if algorithm not in key.signing_algorithms:
        must = f"satisfy enum value set: {key.signing_algorithms}"
        raise refusal(algorithm, "SigningAlgorithm", must)
    return key


def _digest(message: bytes, kind: str, algorithm: str) -> bytes:
    name = f"sha{algorithm[-3:]}"
    if kind == "RAW":
        return hashlib.new(name, message).digest()
    if len(message) != hashlib.new(name).digest_size:
        words = f"Digest is invalid length for algorithm {algorithm}."
        raise AwsError("ValidationException", words)
    return message


def _way(algorithm: str) -> tuple[Any, ...]:
    """How a digest is signed: the padding, and the hash that made it."""
    made = Prehashed(_HASHES[algorithm[-3:]]())
    if algorithm.startswith("ECDSA"):
        return (ec.ECDSA(made),)
    if "PKCS1" in algorithm:
        return padding.PKCS1v15(), made
    mask = padding.MGF1(_HASHES[algorithm[-3:]]())
    return padding.PSS(mgf=mask, salt_length=padding.PSS.DIGEST_LENGTH), made
