"""Who may use a share: namespaces of the account, and accounts.

Who may change it, and give it to others, is granted as for other objects.

Source: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
"""

from __future__ import annotations

import time

from labkit.cloud.engine.redshift.errors import unsupported
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.redshift.sharing.shares import consumer, find_share
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement


@statement("GRANT USAGE ON DATASHARE")
def grant_usage(connection: Connection, parsed: Parsed) -> Result:
    """``GRANT USAGE ON DATASHARE name TO NAMESPACE 'guid' | ACCOUNT 'number'``"""
    share, words = _granted(connection, parsed, "GRANT")
    words.expect("TO")
    kind, name = _consumer(words)
    words.end()
    if consumer(share, kind, name) is None:
        status = "ACTIVE" if kind == "namespace" else "PENDING_AUTHORIZATION"
        one = {"kind": kind, "id": name, "status": status, "created": time.time()}
        connection.objects.replace(share.changed(consumers=[*share.body["consumers"], one]))
    return Result("GRANT")


@statement("REVOKE USAGE ON DATASHARE")
def revoke_usage(connection: Connection, parsed: Parsed) -> Result:
    share, words = _granted(connection, parsed, "REVOKE")
    words.expect("FROM")
    kind, name = _consumer(words)
    words.end()
    found = consumer(share, kind, name)
    kept = [each for each in share.body["consumers"] if each != found]
    connection.objects.replace(share.changed(consumers=kept))
    return Result("REVOKE")


def _granted(connection: Connection, parsed: Parsed, word: str) -> tuple[Object, Words]:
    words = parsed.words
    words.expect(word, "USAGE", "ON", "DATASHARE")
    share = find_share(connection, words.identifier())
    grants.check_owner(connection, share, "SHARE DATASHARE")
    return share, words


def _consumer(words: Words) -> tuple[str, str]:
    kind = words.accept_one("NAMESPACE", "ACCOUNT")
    if not kind:
        raise words.refuse()
    name = words.string()
    if words.accept("VIA", "DATA", "CATALOG"):
        raise unsupported("A datashare by way of Lake Formation, which the local AWS has not,")
    return kind.lower(), name.lower()
