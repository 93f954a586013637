"""A warehouse's port lets in the next client, whatever becomes of one."""

from unittest.mock import Mock

from labkit.cloud.redshift.wire import listening


def test_a_client_that_finds_no_thread_is_hung_up_on(monkeypatch):
    clients = [Mock(), Mock()]
    door = Mock(accept=Mock(side_effect=[*((each, None) for each in clients), OSError()]))
    door.fileno.return_value = -1
    start = Mock(side_effect=[RuntimeError("can't start new thread"), None])
    monkeypatch.setattr(listening.threading, "Thread", Mock(return_value=Mock(start=start)))
    listening.Listener(Mock(), "cluster/c", door)._accept()
    assert [each.close.called for each in clients] == [True, False]
