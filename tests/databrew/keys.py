"""A key that wraps data keys as KMS's do, without a KMS."""

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Master:
    """A master key; its name is all that it depends on."""

    def __init__(self, name: str) -> None:
        self.arn = f"arn:aws:kms:us-east-1:123456789012:key/{name}"
        self._cipher = AESGCM(name.encode().ljust(32, b".")[:32])

    def wrap(self, data_key: bytes, context: dict[str, str]) -> bytes:
        return self._cipher.encrypt(bytes(12), data_key, repr(context).encode())

    def unwrap(self, wrapped: bytes, context: dict[str, str]) -> bytes:
        return self._cipher.decrypt(bytes(12), wrapped, repr(context).encode())
