"""A warehouse's port lets in the next client, whatever becomes of one."""

import sys
from contextlib import closing
from unittest.mock import Mock

import pytest

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
