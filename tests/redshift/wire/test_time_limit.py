"""A statement's time limit stops that statement, whenever the clock strikes."""

from threading import Lock
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from labkit.cloud.redshift.warehouse import RedshiftError
from labkit.cloud.redshift.wire import running


@pytest.fixture
def strikes(monkeypatch):
    """The clocks of statements, in order; each strikes when it is called."""
    made = []

    def timer(_, strike, arguments=()):
        made.append(lambda: strike(*arguments))
        return Mock()

    monkeypatch.setattr(running, "threading", SimpleNamespace(Timer=timer, Lock=Lock))
    return made


def test_a_clock_that_strikes_late_leaves_the_next_statement_alone(strikes):
    connection = Mock(settings={"statement_timeout": "1000"})
    runner = running.Runner(connection)
    runner.run("SELECT 1")
    connection.run = Mock(side_effect=lambda *_: strikes[0]())
    runner.run("SELECT 2")
    connection.cancel_soon.assert_not_called()


def test_a_clock_that_strikes_meanwhile_stops_the_statement(strikes):
    connection = Mock(settings={"statement_timeout": "1000"})

    def run(*_):
        strikes[0]()
        raise RedshiftError("Query cancelled on user's request", "57014")

    connection.run = run
    with pytest.raises(RedshiftError, match="on statement timeout"):
        running.Runner(connection).run("SELECT 1")
    connection.cancel_soon.assert_called_once_with()
