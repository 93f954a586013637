"""The command ``labkit``, misused: a sentence and an exit code, and nothing else than was asked."""

import io
import os
import re
import socket
import subprocess
import sys

import pytest

from labkit import cli, process
from labkit.errors import CloudNotStarted


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("up --port", each) for each in ("-1", "65536", "80x", "")),
        *(("grade --cell-seconds", each) for each in ("-1", "0", "0.0", "nan", "inf", "")),
    ],
)
def test_what_is_no_port_and_no_time_is_refused(option, value, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*option.split(), value])
    assert ended.value.code == 2
    assert re.search(": .* is no (port|time)", capsys.readouterr().err)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_a_commands_help_says_what_it_does(name, capsys):
    with pytest.raises(SystemExit):
        cli.main([name, "--help"])
    assert cli.COMMANDS[name].__doc__.partition("\n")[0] in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "stays"), [("", True), ("no\n", True), ("Yes\n", False)])
def test_reset_deletes_what_was_agreed_to(answer, stays, tmp_path, monkeypatch, capsys):
    """The end of the input, which Ctrl-D is, is no agreement."""
    (tmp_path / "outbox").mkdir()
    monkeypatch.setenv("LABKIT_HOME", str(tmp_path))
    asked = io.StringIO(answer)
    asked.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", asked)
    assert cli.main(["reset"]) == int(stays)
    assert (tmp_path / "outbox").exists() is stays
    assert ("Nothing was deleted." if stays else "holds nothing now.") in capsys.readouterr().out


def test_another_port_than_the_running_ones_is_refused(cloud, monkeypatch, capsys):
    monkeypatch.setenv("LABKIT_HOME", str(cloud.home))
    assert cli.main(["up", "--port", "1"]) == 1
    assert f"runs at {cloud.endpoint} already" in capsys.readouterr().err
    assert cli.main(["up", "--port", cloud.endpoint.rpartition(":")[2]]) == 0


def test_the_package_alone_works_in_the_users_home(tmp_path, monkeypatch):
    monkeypatch.delenv("LABKIT_HOME", raising=False)
    assert process.home() == process.ROOT / ".labkit"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(process, "ROOT", tmp_path / "site-packages")
    assert process.home() == tmp_path.resolve() / ".labkit"


@pytest.mark.parametrize("command", ["up", "env"])
def test_a_file_is_no_workspace(command, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LABKIT_HOME", str(tmp_path / "file"))
    assert cli.main([command]) == 1
    assert "file cannot be a workspace" in capsys.readouterr().err


def test_a_port_that_is_taken_is_refused(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CloudNotStarted, match=f"Port {port} is in use"):
            process.up(tmp_path, port=port)
    assert process.find(tmp_path) is None


def test_a_server_that_does_not_end_is_killed(monkeypatch):
    monkeypatch.setattr(process, "START_LIMIT_S", 0)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(); signal.pause()"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as server:
        server.stdout.readline()
        server.terminate()
        process._wait_until_gone(server.pid)
        with pytest.raises(ProcessLookupError):
            os.kill(server.pid, 0)
