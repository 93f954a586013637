"""Values hashed, encrypted and decrypted, as text in base64.

``ENCRYPT`` writes one message a value: the key's fingerprint, the type's name and a nonce before
AES-GCM's ciphertext, which is bound to the first two. It is not the AWS Encryption SDK's message
format. ``DETERMINISTIC_ENCRYPT`` is AES-GCM-SIV with one nonce for all, so that equal values stay
equal.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.pii.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from labkit.cloud.databrew.recipe.errors import RecipeError

Work = Callable[[str | None], str | None]

_FINGERPRINT, _NONCE = 8, 12
_MARK = b"\x01"


def hashed(algorithm: str, key: bytes) -> Work:
    """A function that hashes a text, with a key if the algorithm is an HMAC."""
    name = algorithm.removeprefix("HMAC_").lower()

    def work(text: str | None) -> str | None:
        if text is None:
            return None
        if algorithm.startswith("HMAC_"):
            digest = hmac.digest(key, text.encode(), name)
        else:
            digest = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
        return base64.b64encode(digest).decode()

    return work


def encrypted(key: bytes, kind: str) -> Work:
    """A function that encrypts a text with AES-GCM and a nonce of its own.

    Args:
        kind: the type of the value, kept in plain text; empty to keep none.
    """
    cipher, title = AESGCM(_256_bits(key)), kind.encode()
    header = _MARK + _fingerprint(key) + bytes([len(title)]) + title

    def work(text: str | None) -> str | None:
        if text is None:
            return None
        nonce = os.urandom(_NONCE)
        return base64.b64encode(
            header + nonce + cipher.encrypt(nonce, text.encode(), header)
        ).decode()

    return work


def decrypted(key: bytes) -> Work:
    """A function that decrypts what `encrypted` made.

    The function raises RecipeError where a value is no message, or of another key.
    """
    cipher, fingerprint = AESGCM(_256_bits(key)), _fingerprint(key)

    def work(text: str | None) -> str | None:
        if text is None:
            return None
        header, rest = _parts(text)
        if header[1 : 1 + _FINGERPRINT] != fingerprint:
            raise RecipeError("A value was encrypted with another key than 'kmsKeyArn' names.")
        try:
            return cipher.decrypt(rest[:_NONCE], rest[_NONCE:], header).decode()
        except InvalidTag:
            raise RecipeError("An encrypted value was changed since.") from None

    return work


def kind_of(text: str) -> str:
    """The name of the type that an encrypted value keeps; empty where it keeps none.

    Raises:
        RecipeError: it is no encrypted value.
    """
    return _parts(text)[0][2 + _FINGERPRINT :].decode()


def sealed(key: bytes) -> Work:
    """A function that encrypts a text, the same text always in the same way."""
    cipher = AESGCMSIV(_256_bits(key))

    def work(text: str | None) -> str | None:
        if text is None:
            return None
        return base64.b64encode(cipher.encrypt(bytes(_NONCE), text.encode(), None)).decode()

    return work


def unsealed(key: bytes) -> Work:
    """A function that decrypts what `sealed` made; what another key made stays as it is."""
    cipher = AESGCMSIV(_256_bits(key))

    def work(text: str | None) -> str | None:
        if text is None:
            return None
        try:
            data = base64.b64decode(text, validate=True)
            return cipher.decrypt(bytes(_NONCE), data, None).decode()
        except (InvalidTag, ValueError, binascii.Error):
            return text

    return work


def _parts(text: str) -> tuple[bytes, bytes]:
    """A message's header, and what comes after it."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        data = b""
    size = 2 + _FINGERPRINT
    if data[:1] != _MARK or len(data) < size or len(data) < size + data[size - 1] + _NONCE:
        raise RecipeError("A value is not one that ENCRYPT has made.")
    end = size + data[size - 1]
    return data[:end], data[end:]


def _fingerprint(key: bytes) -> bytes:
    return hashlib.sha256(b"fingerprint" + key).digest()[:_FINGERPRINT]


def _256_bits(key: bytes) -> bytes:
    """A key of 256 bits as it is, any other by its digest."""
    return key if len(key) == 32 else hashlib.sha256(key).digest()
