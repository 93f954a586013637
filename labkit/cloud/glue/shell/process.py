"""One run of a script: fetched as the role, started with the role's credentials, watched, ended.

Sources: https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html and
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labkit.cloud.access.service_roles import credentials, surroundings
from labkit.cloud.access.trust import role_session
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError
from labkit.cloud.s3.store import Store

_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_LIBRARY = Path(__file__).with_name("library")
_SESSION = "GlueJobRunnerSession"
_FILES, _MODULES = "--extra-py-files", "--additional-python-modules"
#: Arguments that are Glue's own; a script does not see them.
_OURS = {
    _FILES,
    _MODULES,
    "--job-language",
    "--library-set",
    "--python-modules-installer-option",
    "--scriptLocation",
}


class Unrunnable(Exception):
    """A job that cannot be started. Args: why."""


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, ``None`` for one that was killed in time or at will."""

    code: int | None
    out: str
    err: str


class Process:
    """A script's process.

    Args:
        role: the job's, as an ARN.
        script: its address in S3.
        arguments: the run's.

    Raises:
        Unrunnable: a file that cannot be had, or modules that would have to be installed.
    """

    def __init__(
        self, cloud: Cloud, region: str, role: str, script: str, arguments: dict[str, str]
    ) -> None:
        if arguments.get(_MODULES):
            raise Unrunnable(f"{_MODULES} is not available in the local AWS: nothing is installed")
        self._scratch = tempfile.TemporaryDirectory(prefix="glue-", dir=cloud.scratch)
        self._folder = Path(self._scratch.name)
        self._store = Store(cloud, role_session(role, cloud.account, _SESSION))
        try:
            named = [self._fetch(uri) for uri in arguments.get(_FILES, "").split(",") if uri]
            command = [str(self._fetch(script)), *_passed(arguments)]
        except Unrunnable:
            self._scratch.cleanup()
            raise
        path = [_LIBRARY, *(f if f.suffix in (".zip", ".egg", ".whl") else f.parent for f in named)]
        environment = surroundings(cloud, region) | {
            "GLUE_PYTHON_VERSION": f"3.{sys.version_info.minor}",
            "HOME": self._scratch.name,
            "TMPDIR": self._scratch.name,
            "TZ": "UTC",
            **credentials(cloud, role, _SESSION, region),
        }
        their_lifeline, self._lifeline = os.pipe()
        with self._open("out") as out, self._open("err") as err:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-u", str(_BOOTSTRAP), str(their_lifeline),
                 os.pathsep.join(map(str, path)), *command],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                pass_fds=(their_lifeline,),
                start_new_session=True,
            )  # fmt: skip
        os.close(their_lifeline)

    def wait(self, timeout_s: float) -> Ended:
        """Wait for the end; what takes longer is killed."""
        code: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(timeout_s)
        self.kill()
        os.close(self._lifeline)
        ended = Ended(
            None if code == -signal.SIGKILL else code, self._said("out"), self._said("err")
        )
        self._scratch.cleanup()
        return ended

    def kill(self) -> None:
        """End the process and what it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @contextlib.contextmanager
    def _open(self, name: str) -> Iterator[int]:
        with (self._folder / f".{name}").open("wb") as file:
            yield file.fileno()

    def _said(self, name: str) -> str:
        return (self._folder / f".{name}").read_text("utf-8", "replace")

    def _fetch(self, uri: str) -> Path:
        """A file of the lake, in the script's folder."""
        try:
            found = self._store.find(uri.strip())
            if found is None:
                raise Unrunnable(f"An error occurred (404) when reading {uri}: Not Found")
            target = self._folder / found.key.rpartition("/")[2]
            shutil.copyfile(self._store.read(found), target)
        except AwsError as error:
            raise Unrunnable(
                f"An error occurred ({error.code}): {error.message} ({uri})"
            ) from error
        return target


def _passed(arguments: dict[str, str]) -> Sequence[str]:
    """The arguments as a script finds them in ``sys.argv``."""
    shown = ((name, value) for name, value in arguments.items() if name not in _OURS)
    return [word for pair in shown for word in pair]
