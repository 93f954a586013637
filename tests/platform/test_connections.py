"""A connection to the local cloud: it goes on as long as both know where a request ends."""

import socket
import urllib.parse

import pytest

PING = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def link(cloud):
    address = urllib.parse.urlsplit(cloud.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=10) as found:
        yield found


def answers(link, sent):
    """How many answers come back until nothing does, and whether the connection has ended."""
    link.sendall(sent)
    link.settimeout(0.5)
    got = b""
    try:
        while part := link.recv(1 << 16):
            got += part
    except TimeoutError:
        return got.count(b"HTTP/1.1 "), False
    return got.count(b"HTTP/1.1 "), True


@pytest.mark.parametrize(
    ("sent", "count", "ends"),
    [
        pytest.param((PING + b"\r\n") * 3, 3, False, id="many"),
        pytest.param(PING.replace(b"GET", b"HEAD") + b"\r\n" + PING + b"\r\n", 2, False, id="HEAD"),
        pytest.param(PING + b"Content-Length: 3\r\n\r\nabc" + PING + b"\r\n", 2, False, id="body"),
        pytest.param(PING + b"Connection: close\r\n\r\n" + PING + b"\r\n", 1, True, id="close"),
        pytest.param(PING + b"Content-Length: +3\r\n\r\nabc", 1, True, id="no length"),
        pytest.param(PING.replace(b"1.1", b"1.0") + b"\r\n", 1, True, id="HTTP/1.0"),
    ],
)
def test_where_a_connection_ends(link, sent, count, ends):
    assert answers(link, sent) == (count, ends)
