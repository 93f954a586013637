"""Messages of the AWS Encryption SDK, which ENCRYPT writes and DECRYPT reads, in base64.

A message is of version 2 and of the suite 0x0478: AES-256-GCM under a key that HKDF-SHA512 derives
for it from a data key, to which the header commits; no signature. The data key stands in it as
KMS's ciphertext. Any client of the Encryption SDK that may use the KMS key reads it. Sources:
https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html and
https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/body-aad-reference.html
"""

from __future__ import annotations

import base64
import binascii
import hmac
import io
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from labkit.cloud.databrew.recipe.errors import RecipeError

EncryptionContext = dict[str, str]

_VERSION, _SUITE, _FRAMED = b"\x02", b"\x04\x78", b"\x02"
_FRAME, _LAST, _ID, _KEY, _TAG = 4096, 0xFFFFFFFF, 32, 32, 16
_PROVIDER = b"aws-kms"
#: Where a message keeps the type of its value.
KIND = "columnDataType"


class MasterKey(Protocol):
    """A key of KMS that wraps data keys."""

    @property
    def arn(self) -> str: ...

    def wrap(self, data_key: bytes, context: EncryptionContext) -> bytes:
        """A data key as KMS's ciphertext."""

    def unwrap(self, wrapped: bytes, context: EncryptionContext) -> bytes:
        """The data key in KMS's ciphertext."""


def encrypted(master: MasterKey, kind: str) -> Callable[[str | None], str | None]:
    """A function that encrypts a text, under one data key for all.

    Args:
        kind: the type of the value, kept in plain text; empty to keep none.
    """
    context = {KIND: kind} if kind else {}
    data_key = os.urandom(_KEY)
    wrapped = master.wrap(data_key, context)
    shared = _written_context(context) + struct.pack(">H", 1)
    shared += b"".join(map(_sized, (_PROVIDER, master.arn.encode(), wrapped)))

    def work(text: str | None) -> str | None:
        if text is None:
            return None
        return base64.b64encode(_message(data_key, shared, text.encode())).decode()

    return work


@dataclass
class Reader:
    """Decrypts what `encrypted` made with one master key."""

    master: MasterKey
    _known: dict[bytes, bytes] = field(default_factory=dict)

    def text(self, text: str | None) -> str | None:
        """A text again.

        Raises:
            RecipeError: it is no message, one of another key, or was changed since.
        """
        if text is None:
            return None
        parts = _Parts.of(text)
        if parts.arn != self.master.arn:
            raise RecipeError("A value was encrypted with another key than 'kmsKeyArn' names.")
        derived, commitment = _derived(self._data_key(parts), parts.id)
        if not hmac.compare_digest(commitment, parts.commitment):
            raise RecipeError("An encrypted value was changed since.")
        try:
            cipher = AESGCM(derived)
            cipher.decrypt(bytes(12), parts.tag, parts.header)
            return b"".join(_opened(cipher, parts)).decode()
        except InvalidTag:
            raise RecipeError("An encrypted value was changed since.") from None

    def kind(self, text: str) -> str:
        """The name of the type that a message keeps; empty where it keeps none."""
        return _Parts.of(text).context.get(KIND, "")

    def _data_key(self, parts: _Parts) -> bytes:
        if parts.wrapped not in self._known:
            self._known[parts.wrapped] = self.master.unwrap(parts.wrapped, parts.context)
        return self._known[parts.wrapped]


def _message(data_key: bytes, shared: bytes, content: bytes) -> bytes:
    number = os.urandom(_ID)
    derived, commitment = _derived(data_key, number)
    header = _VERSION + _SUITE + number + shared + _FRAMED + struct.pack(">I", _FRAME) + commitment
    cipher = AESGCM(derived)
    return (
        header + cipher.encrypt(bytes(12), b"", header) + b"".join(_sealed(cipher, number, content))
    )


def _derived(data_key: bytes, number: bytes) -> tuple[bytes, bytes]:
    """A message's key, and what it commits to it with."""
    secret = hmac.digest(number, data_key, "sha512")
    key = hmac.digest(secret, _SUITE + b"DERIVEKEY\x01", "sha512")
    return key[:_KEY], hmac.digest(secret, b"COMMITKEY\x01", "sha512")[:_KEY]


def _sealed(cipher: AESGCM, number: bytes, content: bytes) -> Iterator[bytes]:
    """The frames of a message's body."""
    pieces = [content[at : at + _FRAME] for at in range(0, len(content), _FRAME)] or [b""]
    for at, piece in enumerate(pieces, start=1):
        nonce, last = at.to_bytes(12, "big"), at == len(pieces)
        bound = _bound(number, at, len(piece), last=last)
        before = struct.pack(">II", _LAST, at) if last else struct.pack(">I", at)
        size = struct.pack(">I", len(piece)) if last else b""
        yield before + nonce + size + cipher.encrypt(nonce, piece, bound)


def _opened(cipher: AESGCM, parts: _Parts) -> Iterator[bytes]:
    """The pieces in the frames of a message's body."""
    body, last = io.BytesIO(parts.body), False
    while not last:
        at = _whole(body, 4)
        last = at == _LAST
        at = _whole(body, 4) if last else at
        nonce = _read(body, 12)
        size = _whole(body, 4) if last else parts.frame
        bound = _bound(parts.id, at, size, last=last)
        yield cipher.decrypt(nonce, _read(body, size + _TAG), bound)


def _bound(number: bytes, at: int, size: int, *, last: bool) -> bytes:
    title = b"AWSKMSEncryptionClient Final Frame" if last else b"AWSKMSEncryptionClient Frame"
    return number + title + struct.pack(">IQ", at, size)


@dataclass(frozen=True)
class _Parts:
    """What stands in a message."""

    header: bytes
    id: bytes
    context: EncryptionContext
    arn: str
    wrapped: bytes
    frame: int
    commitment: bytes
    tag: bytes
    body: bytes

    @classmethod
    def of(cls, text: str) -> _Parts:
        """The parts of a message in base64.

        Raises:
            RecipeError: it is none that ENCRYPT makes.
        """
        try:
            data = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            _refuse()
        found = io.BytesIO(data)
        if _read(found, 3) != _VERSION + _SUITE:
            _refuse()
        number, context = _read(found, _ID), _read_context(found)
        if _whole(found, 2) != 1 or _read_sized(found) != _PROVIDER:
            _refuse()
        arn, wrapped = _read_sized(found).decode(errors="replace"), _read_sized(found)
        if _read(found, 1) != _FRAMED:
            _refuse()
        frame, commitment = _whole(found, 4), _read(found, _KEY)
        header = data[: found.tell()]
        tag = _read(found, _TAG)
        return cls(header, number, context, arn, wrapped, frame, commitment, tag, found.read())


def _written_context(context: EncryptionContext) -> bytes:
    if not context:
        return struct.pack(">H", 0)
    pairs = (_sized(name.encode()) + _sized(context[name].encode()) for name in sorted(context))
    return _sized(struct.pack(">H", len(context)) + b"".join(pairs))


def _read_context(data: io.BytesIO) -> EncryptionContext:
    pairs = io.BytesIO(_read_sized(data))
    if not pairs.getvalue():
        return {}
    texts = [_read_sized(pairs).decode(errors="replace") for _ in range(2 * _whole(pairs, 2))]
    return dict(zip(texts[::2], texts[1::2], strict=True))


def _sized(data: bytes) -> bytes:
    return struct.pack(">H", len(data)) + data


def _read_sized(data: io.BytesIO) -> bytes:
    return _read(data, _whole(data, 2))


def _whole(data: io.BytesIO, size: int) -> int:
    return int.from_bytes(_read(data, size), "big")


def _read(data: io.BytesIO, size: int) -> bytes:
    found = data.read(size)
    if len(found) < size:
        _refuse()
    return found


def _refuse() -> NoReturn:
    raise RecipeError("A value is not one that ENCRYPT has made.")
