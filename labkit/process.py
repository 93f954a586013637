"""The workspace's local AWS as a process: find it, start it, end it.

The server is detached, so it outlives the notebook's kernel. Its address and credentials stand in
``cloud.json`` in the workspace's folder (``LABKIT_HOME``, by default ``.labkit`` in the project's
root, or in the user's home where the package alone is installed), readable by its owner alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labkit.errors import CloudNotStarted, NoWorkspace, OtherPort

if TYPE_CHECKING:
    import boto3

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT_S = 60.0
_KILLED_S = 10.0
_POLL_S = 0.02
LEAST_ROOM = 1 << 20  # bytes that a disk has at least where something can be written
ALREADY_RUNNING = 3  # how a server ends whose workspace has one
# What lies in a workspace's folder, and the names that begin so (SQLite's log, half a file).
HOLDS = {"bundles", "cloud.json", "cloud.log", "cloud.new", "exercises.json", "labkit-scratch",
         "lambda", "lock", "outbox", "port", "rds", "redshift", "s3", "spice", "spill"}  # fmt: skip
_WITH_MORE = ("looked.json", "state.db")
# Memory that threads have freed is for others of them; `machine.Freed` gives back the rest.
FRUGAL = {"MALLOC_ARENA_MAX": "2", "ARROW_DEFAULT_MEMORY_POOL": "system"}
# What the server is kept from: the machine's own AWS accounts, proxies, ASCII, Python's -O.
ALONE = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
         "NO_PROXY": "*", "no_proxy": "*", "PYTHONUTF8": "1", "PYTHONOPTIMIZE": ""}  # fmt: skip
# What a real account's settings say of whose calls go where, beside what `Connection` says.
_ELSEWHERE = {
    f"AWS_{name}"
    for name in (
        "PROFILE DEFAULT_PROFILE SESSION_TOKEN SECURITY_TOKEN CREDENTIAL_EXPIRATION "
        "ROLE_ARN WEB_IDENTITY_TOKEN_FILE"
    ).split()
}
#: Asks this machine itself, whatever proxies are set.
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Connection:
    """Address and credentials of a running local AWS."""

    endpoint: str
    region: str
    account: str
    access_key: str
    secret_key: str
    pid: int

    def environment(self) -> dict[str, str]:
        """What the AWS CLI, boto3 and other clients read from the environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            # Step Functions' synchronous calls would go to the host "sync-127.0.0.1".
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            # Clients of Rust's object_store (Delta's, Polars) speak plain HTTP only when told to.
            "AWS_ALLOW_HTTP": "true",
            # The machine's authorities and the warehouses' own certificate.
            "SSL_CERT_FILE": str(home() / "redshift" / "trust.pem"),
            # A profile in ~/.aws/config may say otherwise, and would lead clients to AWS itself.
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
            "AWS_USE_FIPS_ENDPOINT": "false",
            "AWS_USE_DUALSTACK_ENDPOINT": "false",
        } | _without_proxies()

    def session(self) -> boto3.Session:
        """A boto3 session with these credentials, which reads nothing of the machine's profiles."""
        import boto3
        import botocore.session

        unread = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}
        alone = {name: (None, None, value, None) for name, value in unread.items()}
        core = botocore.session.Session(session_vars=alone)
        named = {"region_name": self.region, "botocore_session": core}
        return boto3.Session(self.access_key, self.secret_key, **named)


def elsewhere() -> list[str]:
    """The variables that are set and would lead clients elsewhere than to the local AWS."""
    return sorted(
        name for name in os.environ if name in _ELSEWHERE or name.startswith("AWS_ENDPOINT_URL_")
    )


def _without_proxies() -> dict[str, str]:
    """Where proxies are set: that this machine is asked directly, beside what is so already."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    told = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    direct = [each.strip() for each in told.split(",") if each.strip()]
    ours = [each for each in ("127.0.0.1", "localhost") if each not in direct]
    return dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join(direct + ours))


def home() -> Path:
    """The workspace's folder."""
    if told := os.environ.get("LABKIT_HOME"):
        return Path(told).resolve()
    root = ROOT if (ROOT / "pyproject.toml").is_file() else Path.home()
    return (root / ".labkit").resolve()


def find(folder: Path | None = None) -> Connection | None:
    """The running local AWS of a workspace, ``None`` when none answers."""
    try:
        connection = Connection(**json.loads(((folder or home()) / "cloud.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return connection if _answers(connection) else None


def up(folder: Path | None = None, *, port: int = 0) -> Connection:
    """The workspace's local AWS, started when it does not run. Returns when it answers.

    Args:
        folder: the workspace, by default `home`.
        port: which port to listen on, if it is free; 0 for that of the last run, or any other.

    Raises:
        CloudNotStarted: it ended or did not answer; the message ends with its log's last lines.
        NoWorkspace: the folder cannot be written to.
        OtherPort: it runs, at another port than this.
    """
    folder = folder or home()
    running = find(folder)
    if running is None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            running = _wait_until_up(folder, lambda: _start(folder, port))
        except OSError as error:
            raise NoWorkspace(str(folder), error.strerror) from error
    if port and not running.endpoint.endswith(f":{port}"):
        raise OtherPort(running.endpoint)
    return running


def down(folder: Path | None = None) -> bool:
    """End the workspace's local AWS. Returns whether one ran."""
    folder = folder or home()
    running = find(folder)
    if running is None:
        return False
    os.kill(running.pid, signal.SIGTERM)
    _wait_until_gone(running.pid)
    return True


def reset(folder: Path | None = None) -> list[str]:
    """End the local AWS and delete all that the workspace holds.

    Returns:
        What else lies in its folder, which stays: `LABKIT_HOME` may name any folder.
    """
    folder = folder or home()
    down(folder)
    for each in folder.iterdir() if folder.is_dir() else ():
        if each.name in HOLDS or each.name.startswith(_WITH_MORE):
            remove = shutil.rmtree if each.is_dir() and not each.is_symlink() else Path.unlink
            remove(each)
    left = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
    if folder.is_dir() and not left:
        folder.rmdir()
    return left


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "labkit.cloud", "--home", str(folder), "--port", str(port)]
    with (folder / "cloud.log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=_environment(),
        )


def _environment() -> dict[str, str]:
    """The server's environment: the caller's without its AWS settings and proxies."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    paths = [str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
    return FRUGAL | kept | ALONE | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}


def _answers(connection: Connection) -> bool:
    try:
        with DIRECTLY.open(f"{connection.endpoint}/labkit/health", timeout=5) as reply:
            return bool(json.load(reply)["pid"] == connection.pid)
    except (OSError, ValueError, KeyError):
        return False


def _wait_until_up(folder: Path, start: Callable[[], subprocess.Popen[bytes]]) -> Connection:
    process, deadline = start(), time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if running := find(folder):
            process.returncode = 0  # it outlives us: nobody waits for its end
            return running
        if process.poll() == ALREADY_RUNNING:  # another one comes up, or was about to end
            process = start() if _is_free(folder) else process
        elif process.poll() is not None:
            break
        time.sleep(_POLL_S)
    log = folder / "cloud.log"
    why = "" if shutil.disk_usage(folder).free > LEAST_ROOM else "\nThe disk is full."
    raise CloudNotStarted(str(log), _last_lines(log) + why)


def _is_free(folder: Path) -> bool:
    """Whether no server has the workspace."""
    with (folder / "lock").open("w") as lock, contextlib.suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _wait_until_gone(pid: int) -> None:
    """Wait for a server's end. One at what nothing breaks off is killed, and loses nothing."""
    for patience_s in (START_LIMIT_S, _KILLED_S):
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(_POLL_S)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _last_lines(path: Path) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-8:])
