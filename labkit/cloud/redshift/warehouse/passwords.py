"""Passwords as a warehouse keeps them: never in clear text.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html (PASSWORD)
"""

from __future__ import annotations

import hashlib


def digest(user: str, password: str) -> str:
    """A password as the protocol's ``md5`` method knows it; a digest stays as it is.

    >>> digest("ann", "Secret12")
    'md52fcf2fc5defc7d60595f5ab0e16f1ec0'
    """
    if password.startswith(("md5", "sha256|")) and len(password) > 30:
        return password
    return "md5" + hashlib.md5((password + user).encode()).hexdigest()
