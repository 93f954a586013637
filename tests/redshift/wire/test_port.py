"""A warehouse's port lets in the next client, whatever becomes of one."""

import sys
from contextlib import closing
from unittest.mock import Mock

import pytest
from cryptography import x509

from labkit.cloud import certificate
from labkit.cloud.redshift.wire import listening


def test_a_client_that_finds_no_thread_is_hung_up_on(monkeypatch):
    clients = [Mock(), Mock()]
    door = Mock(accept=Mock(side_effect=[*((each, None) for each in clients), OSError()]))
    door.fileno.return_value = -1
    start = Mock(side_effect=[RuntimeError("can't start new thread"), None])
    monkeypatch.setattr(listening.threading, "Thread", Mock(return_value=Mock(start=start)))
    listening.Listener(Mock(), "cluster/c", door)._accept()
    assert [each.close.called for each in clients] == [True, False]


@pytest.mark.skipif(sys.platform == "darwin", reason="one address of loopback")
def test_a_port_that_is_taken_is_found_at_another_address():
    with (
        closing(listening.listen(0)) as one,
        closing(listening.listen(one.getsockname()[1])) as two,
    ):
        (host, port), (other, same) = one.getsockname(), two.getsockname()
    assert (host != other, port == same) == (True, True)


@pytest.mark.skipif(sys.platform == "darwin", reason="one address of loopback")
def test_warehouses_of_a_sandbox_share_a_port_that_is_known_before(monkeypatch):
    with closing(listening.listen(0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv(listening.ONE_PORT, str(port))
    with closing(listening.listen(5439)) as one, closing(listening.listen(5440)) as two:
        (host, first), (other, second) = one.getsockname(), two.getsockname()
    assert (first, second, host != other) == (port, port, True)


def test_a_certificate_for_fewer_addresses_is_made_again(tmp_path, monkeypatch):
    """Its name is another one: whoever trusts both finds the right one by it."""
    monkeypatch.setattr(certificate, "HOSTS", ("127.0.0.1",))
    certificate.prepare(tmp_path)
    before = (tmp_path / "redshift" / "server.crt").read_bytes()
    monkeypatch.undo()
    certificate.prepare(tmp_path)
    after = (tmp_path / "redshift" / "server.crt").read_bytes()
    certificate.prepare(tmp_path)
    assert (tmp_path / "redshift" / "server.crt").read_bytes() == after
    one, two = map(x509.load_pem_x509_certificate, (before, after))
    assert one.subject != two.subject
