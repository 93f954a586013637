"""Values hashed, and encrypted so that equal ones stay equal, as text in base64.

``DETERMINISTIC_ENCRYPT`` is AES-GCM-SIV with one nonce for all values.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.pii.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

Work = Callable[[str | None], str | None]

_NONCE = 12


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


def _256_bits(key: bytes) -> bytes:
    """A key of 256 bits as it is, any other by its digest."""
    return key if len(key) == 32 else hashlib.sha256(key).digest()
