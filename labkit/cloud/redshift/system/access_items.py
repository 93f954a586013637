"""Functions of PostgreSQL's access lists, as scripts ask who granted what to whom.

Source: https://github.com/awslabs/amazon-redshift-utils/blob/master/src/AdminScripts/user_to_be_dropped_privs.sql
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from labkit.cloud.engine.quoting import chosen
from labkit.cloud.redshift.system.privileges import LETTERS, item_name, unknown

if TYPE_CHECKING:
    from labkit.cloud.redshift.warehouse.connection import Connection


def plain(array: str) -> str:
    r"""SQL of the members of ``{a,"group \"b c\""}`` without the quotes that are the array's."""
    kept = f"""replace(trim({array}, '{{}}'), chr(92) || '"', chr(1))"""
    return f"""replace(replace({kept}, '"', ''), chr(1), '"')"""


def made(connection: Connection) -> Callable[..., str]:
    """``makeaclitem(user, group, grantor, 'SELECT', false)``, by their numbers: ``ann=r/owner``."""
    users = {one.oid: item_name(one.name) for one in connection.objects.of("user")}
    groups = {one.oid: item_name(f"group {one.name}") for one in connection.objects.of("group")}

    def call(user: str, group: str, grantor: str, privilege: str, grantable: str) -> str:
        grantee = f"coalesce({chosen(group, groups)}, {chosen(user, users)}, '')"
        known = chosen(f"upper({privilege})", LETTERS | {"TEMP": LETTERS["TEMPORARY"]})
        letter = (
            f"CASE WHEN {privilege} IS NOT NULL THEN coalesce({known}, {unknown(privilege)}) END"
        )
        star = f"CASE WHEN {grantable} THEN '*' ELSE '' END"
        return f"({grantee} || '=' || {letter} || {star} || '/' || {chosen(grantor, users)})"

    return call


def contains(connection: Connection) -> Callable[..., str]:
    """``aclcontains(relacl, item)``: whether a list has an item's rights, among others."""

    def call(access: str, item: str) -> str:
        entries = f"string_split({plain(access)}, ',')"
        each = f"[_i FOR _i IN {entries} IF {_has('_i', item)}]"
        return f"coalesce(len({each}) > 0, false)"

    return call


def _has(own: str, item: str) -> str:
    """The same grantee and grantor, and the rights of the item."""
    grantee, grantor = (
        f"split_part({own}, '{mark}', {at}) = split_part({item}, '{mark}', {at})"
        for mark, at in (("=", 1), ("/", 2))
    )
    rights = "split_part(split_part({}, '=', 2), '/', 1)"
    return f"{grantee} AND {grantor} AND contains({rights.format(own)}, {rights.format(item)})"
