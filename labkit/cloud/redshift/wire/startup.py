"""How a client comes in: TLS if it asks, its name and database, the proof of its password.

Nothing of it reaches SQL before the password is proved. Source:
https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
import shlex
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from labkit.cloud.cloud import Cloud
from labkit.cloud.redshift.logins import Admission, admitted
from labkit.cloud.redshift.warehouse import Connection, RedshiftError, open_warehouse
from labkit.cloud.redshift.warehouse.grants import is_superuser
from labkit.cloud.redshift.warehouse.names import REVISION
from labkit.cloud.redshift.warehouse.passwords import fits, is_salted, parts
from labkit.cloud.redshift.wire import messages
from labkit.cloud.redshift.wire.messages import LONGEST, Body, Malformed, Stream

TLS, GSS, CANCEL = 80877103, 80877104, 80877102
VERSION, GOODBYE_S = 3, 1
#: How much of SHOW a driver may ask metadata with: all but whole databases at once, which is 5.
SHOW_DISCOVERY = "4"
SETTINGS_OF_CLIENTS = ("application_name", "client_encoding", "datestyle", "timezone",
                       "search_path", "query_group", "statement_timeout", "extra_float_digits",
                       "enable_case_sensitive_identifier")  # fmt: skip


@dataclass
class Greeting:
    """What a client says first.

    Args:
        told: ``user``, ``database``, and settings.
        cancels: the pid and secret of a session whose query shall end.
    """

    told: dict[str, str] = field(default_factory=dict)
    cancels: tuple[int, int] | None = None


def greet(stream: Stream, tls: Callable[[], ssl.SSLContext]) -> Greeting:
    """Read what a client says first, over TLS from here on when it wants that.

    Raises:
        Malformed: it speaks another protocol.
    """
    for _ in range(3):
        body = Body(stream.greeting())
        code = body.integer(4)
        if code == TLS:
            _secure(stream, tls)
        elif code == GSS:
            stream.send(b"N")
            stream.flush()
        elif code == CANCEL:
            pid, secret = struct.unpack("!iI", body.take(8))
            return Greeting(cancels=(pid, secret))
        else:
            return _told(stream, body, code)
    raise Malformed("unsupported frontend protocol")


def _secure(stream: Stream, tls: Callable[[], ssl.SSLContext]) -> None:
    if stream.pending():  # what came in the clear must not pass for encrypted
        raise Malformed("received unencrypted data after SSL request")
    stream.send(b"S")
    stream.flush()
    try:
        stream.socket = tls().wrap_socket(stream.socket, server_side=True)
    except (ssl.SSLError, OSError) as error:
        raise messages.Gone from error


def _told(stream: Stream, body: Body, code: int) -> Greeting:
    major, minor = code >> 16, code & 0xFFFF
    if major != VERSION:
        raise Malformed(f"unsupported frontend protocol {major}.{minor}")
    told = {}
    while name := body.text():
        told[name] = body.text()
    body.end()
    strange = [name for name in told if name.startswith("_pq_.")]
    if minor or strange:
        names = b"".join(map(messages.text, strange))
        stream.send(messages.message(b"v", struct.pack("!ii", 0, len(strange)) + names))
    return Greeting(told)


def log_in(stream: Stream, cloud: Cloud, key: str, told: dict[str, str]) -> Connection:
    """A session for a client that proves its password.

    Raises:
        RedshiftError: the warehouse does not let it in.
    """
    name = told.get("user", "")
    if not name:
        raise RedshiftError("no PostgreSQL user name specified in startup packet", "28000")
    database = told.get("database") or name
    admission = _proved(stream, cloud, key, name, told)
    warehouse = open_warehouse(cloud, key)
    session = warehouse.connect(
        admission.user, database, application=told.get("application_name", "")
    )
    session.groups = admission.groups
    session.client = told
    session.hang_up = partial(break_off, stream.socket)
    return session


def _proved(stream: Stream, cloud: Cloud, key: str, name: str, told: dict[str, str]) -> Admission:
    """What a client may be, by its answer to a question that differs each time.

    Digests of SHA-256 are asked for as Redshift's drivers know it. Others have no such method: they
    tell the password in clear text, within TLS.
    """
    known = list(admitted(cloud, key, name, told.get("database") or name))
    if not any(is_salted(each.kept) for each in known):
        fitting = _of_md5(stream, known)
    elif "client_protocol_version" in told:
        fitting = _of_digest(stream, known)
    else:
        fitting = _in_clear(stream, known, name)
    if not fitting:
        raise RedshiftError(f'password authentication failed for user "{name}"', "28000")
    return fitting[0]


def _of_md5(stream: Stream, known: list[Admission]) -> list[Admission]:
    salt = secrets.token_bytes(4)
    answer = _answer(stream, messages.ask_md5(salt), b"p").text().encode()
    return [each for each in known if _is_md5(answer, each.kept, salt)]


def _is_md5(answer: bytes, kept: str, salt: bytes) -> bool:
    wanted = hashlib.md5(kept.lower().removeprefix("md5").encode() + salt).hexdigest()
    return hmac.compare_digest(answer, f"md5{wanted}".encode())


def _of_digest(stream: Stream, known: list[Admission]) -> list[Admission]:
    [admission] = known
    kept, salt = parts(admission.kept)
    nonce = secrets.token_bytes(32)
    body = _answer(stream, messages.ask_digest(salt, nonce), b"d")
    answer, own = body.take(body.integer(4)), body.take(body.integer(4))
    proven = hmac.compare_digest(answer, hashlib.sha256(kept + nonce + own).digest())
    return known if proven else []


def _in_clear(stream: Stream, known: list[Admission], name: str) -> list[Admission]:
    if not isinstance(stream.socket, ssl.SSLSocket):
        raise RedshiftError("a SHA-256 password needs SSL with this client", "28000")
    answer = _answer(stream, messages.CLEAR_TEXT, b"p").text()
    return [each for each in known if fits(each.kept, name.lower(), answer)]


def _answer(stream: Stream, question: bytes, kind: bytes) -> Body:
    stream.send(question)
    stream.flush()
    letter, body = stream.message()
    if letter != kind:
        raise Malformed(f"expected password response, got message type {letter[0]}")
    return Body(body)


def welcome(stream: Stream, connection: Connection, told: dict[str, str], secret: int) -> None:
    """Tell a client that it is in, what the settings are, and how to cancel."""
    stream.longest = LONGEST
    _settle(connection, told)
    settings = connection.settings
    statuses = {
        "client_encoding": settings["client_encoding"],
        "DateStyle": settings["datestyle"],
        "integer_datetimes": "on",
        "is_superuser": "on" if is_superuser(connection, connection.user) else "off",
        "server_encoding": "UNICODE",
        "server_protocol_version": "0",
        "server_version": settings["server_version"],
        "session_authorization": connection.user,
        "TimeZone": settings["timezone"],
        "application_name": settings["application_name"],
        "show_discovery": SHOW_DISCOVERY,
        "datashare_enabled": "on",  # a driver that is to tells of all databases
        "padb_revision": REVISION,  # by these two clients tell Redshift from PostgreSQL
        "padb_version": f"1.0.{REVISION}",
    }
    stream.send(messages.AUTHENTICATED)
    stream.send(*(messages.status(name, value) for name, value in statuses.items()))
    stream.send(messages.key_data(connection.pid, secret))


def _settle(connection: Connection, told: dict[str, str]) -> None:
    """The settings of the first message, and of its ``options``: ``-c search_path=sales``."""
    wanted = {name.lower(): value for name, value in told.items()}
    words = shlex.split(wanted.pop("options", ""))
    for word in words:
        name, equals, value = word.removeprefix("-c").removeprefix("--").partition("=")
        if equals:
            wanted[name.lower()] = value
    if "client_encoding" in wanted:  # asyncpg quotes it
        wanted["client_encoding"] = wanted["client_encoding"].strip("'")
    for name in SETTINGS_OF_CLIENTS:
        if name in wanted and name != "application_name":
            connection.run(f"SET {name} TO {_quoted(wanted[name])}")
    connection.defaults = dict(connection.settings)  # what RESET and DEFAULT return to


def _quoted(value: str) -> str:
    """A setting's value in SQL; names with commas stay as they are told."""
    plain = all(each.isalnum() or each in '_, $"' for each in value) and value.strip()
    return value if plain else "'" + value.replace("'", "''") + "'"


def break_off(connection: socket.socket) -> None:
    """End a talk, from another thread too: who reads next finds nobody there."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def hang_up(connection: socket.socket) -> None:
    """Close a socket, whatever state it is in."""
    break_off(connection)
    connection.close()


def say_goodbye(connection: socket.socket) -> None:
    """Close a socket as TLS wants it: an end without a word would pass for an attack."""
    if isinstance(connection, ssl.SSLSocket):
        with contextlib.suppress(OSError, ValueError):
            connection.settimeout(GOODBYE_S)
            connection.unwrap()
    hang_up(connection)
