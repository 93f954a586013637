"""Passwords as a warehouse keeps them: never in clear text.

As the protocol's ``md5`` method knows them, ``md5<digest>``, or as ``sha256|<digest>|<salt>``: the
digest of the password and the salt's bytes, both told in hexadecimal. Source:
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html (PASSWORD)
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_SHA = "sha256|"
_KEPT = re.compile(r"md5[0-9a-fA-F]{32}|sha256\|[0-9a-fA-F]{64}\|(?:[0-9a-fA-F]{2})+")


def is_digest(password: str) -> bool:
    """Whether a password is told as a digest."""
    return bool(_KEPT.fullmatch(password))


def is_salted(kept: str) -> bool:
    """Whether a digest is of SHA-256."""
    return kept.startswith(_SHA)


def digest(user: str, password: str) -> str:
    """A password as it is kept; a digest stays as it is.

    >>> digest("ann", "Secret12")
    'md52fcf2fc5defc7d60595f5ab0e16f1ec0'
    """
    if is_digest(password):
        return password
    if password.startswith(_SHA):
        return _salted(password.removeprefix(_SHA), secrets.token_bytes(32))
    return "md5" + hashlib.md5((password + user).encode()).hexdigest()


def parts(kept: str) -> tuple[bytes, bytes]:
    """The digest and the salt of one of SHA-256."""
    _, told, salt = kept.split("|")
    return bytes.fromhex(told), bytes.fromhex(salt)


def fits(kept: str, user: str, password: str) -> bool:
    """Whether a password, in clear text, is the one that is kept."""
    asked = _salted(password, parts(kept)[1]) if is_salted(kept) else digest(user, password)
    return hmac.compare_digest(kept.lower(), asked)


def _salted(password: str, salt: bytes) -> str:
    return f"{_SHA}{hashlib.sha256(password.encode() + salt).hexdigest()}|{salt.hex()}"
