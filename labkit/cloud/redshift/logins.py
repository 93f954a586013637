"""Who may log in with which password: what CREATE USER set, the administrator's, temporary ones.

A user's password is kept with the user, in the warehouse. Temporary passwords are records of the
control plane, by the name that they were given out for (``IAM:ann``), until they expire.
Source: https://docs.aws.amazon.com/redshift/latest/mgmt/generating-iam-credentials-overview.html
"""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Context
from labkit.cloud.redshift.warehouse import Connection, RedshiftError, open_warehouse
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.passwords import digest, fits
from labkit.cloud.redshift.words import invalid_value

KIND = "redshift.login"
Found = TypeVar("Found")
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Admission:
    """A password that lets a login in.

    Args:
        kept: the password's digest, see `passwords`.
        user: the database user that it becomes.
        groups: that it is in for the session, beside the user's own.
    """

    kept: str
    user: str
    groups: tuple[str, ...] = ()


def new_password() -> str:
    """A password of 32 characters that follows Redshift's rules."""
    rest = "".join(secrets.choice(_LETTERS) for _ in range(29))
    return rest + secrets.choice(string.ascii_uppercase) + secrets.choice("abcdef") + "7"


def administer(cloud: Cloud, key: str, work: Callable[[Connection], Found]) -> Found:
    """Do something in a warehouse as its administrator: ``work(connection)``."""
    warehouse = open_warehouse(cloud, key)
    session = warehouse.connect(warehouse.state.admin, warehouse.state.database)
    try:
        return work(session)
    finally:
        session.close()


def identity_of(context: Context) -> str:
    """The login of the caller's IAM identity: ``IAM:ann``, ``IAMR:analyst``."""
    arn = context.principal.arn
    if ":assumed-role/" in arn:
        return f"IAMR:{arn.split('/')[1]}"
    return f"IAM:{arn.rpartition('/')[2]}"


def make_user(cloud: Cloud, key: str, user: str, *, superuser: bool = False) -> None:
    """A database user without a password; one that is there is left as it is.

    Of several that ask for it at once, one makes it.
    """

    def make(session: Connection) -> None:
        if session.objects.find("user", user.lower()):
            return
        with session.warehouse.writing:
            session.objects.forget()
            if not session.objects.find("user", user.lower()):
                body = {"password": None, "superuser": superuser, "createdb": superuser}
                made = Object("user", "", "", user.lower(), owner="rdsdb", body=body)
                session.objects.add(made)

    administer(cloud, key, make)


def set_password(cloud: Cloud, key: str, user: str, password: str) -> None:
    """Give a user of a warehouse a password."""

    def change(session: Connection) -> None:
        found = session.objects.find("user", user.lower())
        if found:
            session.objects.replace(found.changed(password=digest(user.lower(), password)))

    administer(cloud, key, change)


def lend(
    cloud: Cloud,
    key: str,
    login: str,
    user: str,
    *,
    seconds: int,
    database: str,
    groups: Sequence[str] = (),
) -> str:
    """A temporary password, with which ``login`` comes in as ``user`` until it expires.

    Args:
        database: the only one that it is good for; empty for all.
        groups: that the user is in while the session lasts.
    """
    _forget_expired(cloud)
    password = new_password()
    told: dict[str, Any] = {"key": key, "login": login, "user": user, "database": database}
    told |= {"groups": list(groups), "until": time.time() + seconds}
    cloud.records(KIND)[secrets.token_hex(8)] = told | {"md5": digest(login, password)}
    return password


def lend_to_caller(context: Context, key: str, *, seconds: int, database: str) -> tuple[str, str]:
    """The caller's own login and a temporary password for it.

    Who may ask for one is an identity of the account, and may do all in its warehouses.

    Raises:
        AwsError: the warehouse takes nobody in.
    """
    login = identity_of(context)
    try:
        make_user(context.cloud, key, login, superuser=True)
    except RedshiftError as error:
        raise invalid_value(error.message) from error
    password = lend(context.cloud, key, login, login.lower(), seconds=seconds, database=database)
    return login, password


def admitted(cloud: Cloud, key: str, login: str, database: str) -> Iterator[Admission]:
    """The passwords that let a login in now.

    Raises:
        RedshiftError: there is no such warehouse, or it is paused.
    """
    for lent in list(cloud.records(KIND).values()):
        here = (lent["key"], lent["login"]) == (key, login) and lent["until"] > time.time()
        if here and lent["database"] in ("", database):
            yield Admission(lent["md5"], lent["user"], tuple(lent["groups"]))
    name = login.lower()
    found: Object | None = administer(cloud, key, lambda each: each.objects.find("user", name))
    password = found.body.get("password") if found else None
    if password and not _is_over(found):
        yield Admission(digest(name, password), name)


def log_in(cloud: Cloud, key: str, login: str, password: str, database: str = "") -> Admission:
    """What a login and its password, in clear text, become.

    Raises:
        RedshiftError: they let nobody in.
    """
    for each in admitted(cloud, key, login, database):
        if any(fits(each.kept, name, password) for name in (login, login.lower())):
            return each
    raise RedshiftError(f'password authentication failed for user "{login}"', "28P01")


def _is_over(user: Object | None) -> bool:
    """Whether a password's VALID UNTIL is over."""
    until = user.body.get("valid_until") if user else None
    if not until or until == "infinity":
        return False
    return str(until) < time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())


def _forget_expired(cloud: Cloud) -> None:
    held = cloud.records(KIND)
    for name, lent in list(held.items()):
        if lent["until"] < time.time():
            held.pop(name, None)
