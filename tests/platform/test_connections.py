"""A connection to the local cloud: it goes on as long as both know where a request ends."""

import http.client
import socket
import ssl
import threading
import urllib.parse
import urllib.request

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from labkit.cloud.serving import Handler

PING = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def link(cloud):
    address = urllib.parse.urlsplit(cloud.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=60) as found:
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
        pytest.param(
            PING + b"Content-Length: 0\r\nContent-Length: 3\r\n\r\nabc", 1, True, id="lengths"
        ),
        pytest.param(PING + b"Content-Length: " + b"3" * 5000 + b"\r\n\r\n", 1, True, id="long"),
        pytest.param(PING.replace(b"1.1", b"1.0") + b"\r\n", 1, True, id="HTTP/1.0"),
    ],
)
def test_where_a_connection_ends(link, sent, count, ends):
    assert answers(link, sent) == (count, ends)


@Request.application
def odd(request):
    """An application that has a connection of its own, and need not read what is sent."""
    if request.path == "/own":
        raise ConnectionResetError("an own one")
    return Response(request.data if request.path == "/read" else b"unread")


@pytest.fixture(scope="module")
def odd_port():
    server = make_server("127.0.0.1", 0, odd, threaded=True, request_handler=Handler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server.port
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "status", "ends"),
    [("/read", 200, None), ("/unread", 200, "close"), ("/own", 500, "close")],
)
def test_a_client_is_told_where_its_connection_ends(odd_port, path, status, ends):
    client = http.client.HTTPConnection("127.0.0.1", odd_port, timeout=60)
    client.request("POST", path, b"sent")
    answer = client.getresponse()
    assert (answer.status, answer.getheader("Connection")) == (status, ends)
    client.close()


def test_a_body_is_asked_for_once_it_is_read(link, odd_port):
    """A client that expects to be told to go on is not, where it is refused before."""
    head = (
        b"PUT /%b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    )
    link.sendall(head % b"no-such-bucket/a")
    assert link.recv(12) == b"HTTP/1.1 404"
    with socket.create_connection(("127.0.0.1", odd_port), timeout=60) as taken:
        taken.sendall(head % b"read")
        assert taken.recv(1 << 16) == b"HTTP/1.1 100 Continue\r\n\r\n"
        taken.sendall(b"sent")
        assert taken.recv(12) == b"HTTP/1.1 200"


def test_an_empty_body_is_asked_for_at_once(link, client):
    """Else boto3 waits half a minute for the answer to what it sends next."""
    head = b"PUT /no-such-bucket/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n"
    link.sendall(head + b"Expect: 100-continue\r\n\r\n")
    assert link.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert link.recv(12) == b"HTTP/1.1 404"
    s3 = client("s3", config=Config(read_timeout=5, retries={"total_max_attempts": 1}))
    s3.create_bucket(Bucket="empty-bodies")
    for body in (b"", b"x", b"", b"y"):
        s3.put_object(Bucket="empty-bodies", Key="k", Body=body)
    with pytest.raises(ClientError):
        s3.put_object(Bucket="no-such-bucket", Key="k", Body=b"")
    s3.put_object(Bucket="empty-bodies", Key="k", Body=b"z")


def test_tls_at_the_same_port(cloud, client):
    """What a client sends and gets by TLS is what others do, whole bodies of files included."""
    trust = str(cloud.home / "redshift" / "trust.pem")
    secured = client("s3", endpoint_url=cloud.endpoint.replace("http:", "https:"), verify=trust)
    plain, body = client("s3"), bytes(range(256)) * 4096
    plain.create_bucket(Bucket="by-tls")
    secured.put_object(Bucket="by-tls", Key="k", Body=body)
    assert plain.get_object(Bucket="by-tls", Key="k")["Body"].read() == body
    assert secured.get_object(Bucket="by-tls", Key="k")["Body"].read() == body
    bring = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    for one, why in ((secured, "does not encrypt with"), (plain, "over a secure connection")):
        with pytest.raises(ClientError, match=why):
            one.put_object(Bucket="by-tls", Key="c", Body=b"c", **bring)
    asked = secured.generate_presigned_url("get_object", {"Bucket": "by-tls", "Key": "k"})
    with urllib.request.urlopen(asked, context=ssl.create_default_context(cafile=trust)) as got:
        assert got.read() == body


def test_a_client_that_does_not_believe_the_certificate(cloud, client):
    """Its connection ends, and nothing else; the log does not take it for a fault."""
    address, log = urllib.parse.urlsplit(cloud.endpoint), cloud.home / "test.log"
    before = log.stat().st_size
    stranger = http.client.HTTPSConnection(address.hostname, address.port, timeout=60)
    with pytest.raises(ssl.SSLCertVerificationError):
        stranger.request("GET", "/")
    assert client("sts").get_caller_identity()["Account"]
    assert "serving.py" not in log.read_text()[before:]
