"""The functions' processes: found warm, started cold, ended when their function has changed.

Each process has the credentials of a session of the function's execution role; they go with it.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import io
import json
import shutil
import sys
import threading
import time
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labkit.cloud.access.service_roles import credentials, surroundings
from labkit.cloud.cloud import Cloud
from labkit.cloud.lambdas import json_logs, layers, zips
from labkit.cloud.lambdas.finding import find, plain_arn
from labkit.cloud.lambdas.worker import Recipe, Worker
from labkit.cloud.operations import AwsError

IDLE_S = 10  # Lambda keeps a process for minutes; a laptop's memory is dearer than its start
MOST_IDLE = 4
#: The code of who finds no place.
THROTTLED = "TooManyRequestsException"


class Slot:
    """One use of a process: found or started by `take`, given back or ended after."""

    def __init__(self, pool: Pool, function: Any) -> None:
        self._pool, self._function = pool, function
        self.worker: Worker | None = None
        self.stream, self.init_ms, self.key = "", 0.0, ""

    def take(self) -> Worker:
        """A process that is ready, or has said why it never will be."""
        self.key = self._pool.key(self._function)  # the function may change while it runs
        self.worker, self.stream = self._pool.find_idle(self._function, self.key)
        if self.worker is None:
            self.worker = self._pool.start(self._function, self.stream)
            self.worker.wait()
            self.init_ms = self.worker.init_ms
        return self.worker

    def take_log(self) -> str:
        return self.worker.take_log() if self.worker else ""

    @property
    def peak_mb(self) -> int:
        return self.worker.peak_mb if self.worker else 0


class Pool:
    """All processes of all functions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[str, list[tuple[float, str, Worker]]] = {}
        self._busy: dict[str, int] = {}
        self._cloud: Cloud | None = None
        self._watched = False
        atexit.register(self.close)

    def open(self, cloud: Cloud) -> None:
        """Serve a cloud; what an earlier process unzipped is removed."""
        self._cloud = cloud
        shutil.rmtree(cloud.home / "lambda", ignore_errors=True)

    def close(self) -> None:
        """End all that idle; those at work end with the server, by their lifeline."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for _, _, worker in (each for several in idle.values() for each in several):
            worker.close()

    @contextlib.contextmanager
    def worker(self, function: Any) -> Iterator[Slot]:
        """A slot for one event of a function.

        Raises:
            AwsError: ``TooManyRequestsException``: its reserved concurrency is used up.
        """
        name = str(function.function_name)
        self._enter(name, self.limit(function))
        slot = Slot(self, function)
        try:
            yield slot
        finally:
            self._leave(name, slot, function)

    def limit(self, function: Any) -> int | None:
        """The reserved concurrency of a function, which its versions have together, if any."""
        assert self._cloud is not None
        most = find(self._cloud, plain_arn(function)).reserved_concurrency
        return None if most is None else int(most)

    def find_idle(self, function: Any, key: str) -> tuple[Worker | None, str]:
        """A warm process and its log stream; else none and the name of a new stream."""
        with self._lock:
            while found := self._idle.get(key, []):
                _, stream, worker = found.pop()
                if worker.is_alive:
                    return worker, stream
                worker.close()
        date = time.strftime("%Y/%m/%d", time.gmtime())
        return None, f"{date}/[{function.version}]{uuid.uuid4().hex}"

    def start(self, function: Any, stream: str) -> Worker:
        """A new process of a function."""
        folder = self._unzip(function.code_bytes)
        found = [self._unzip(code) / "python" for code in self._layers(function)][::-1]
        own = [layer / "lib" / function.run_time / "site-packages" for layer in found]
        path = tuple(map(str, (folder, *own, *found)))  # the last layer's come first
        environment = self._environment(function, stream, folder)
        assert self._cloud is not None
        memory_mb = int(function.memory_size)
        return Worker(Recipe(folder, path, environment, memory_mb, self._cloud.scratch))

    def _enter(self, name: str, most: int | None) -> None:
        with self._lock:
            if most is not None and self._busy.get(name, 0) >= most:
                raise AwsError(
                    THROTTLED,
                    "Rate Exceeded.",
                    429,
                    Reason="ReservedFunctionConcurrentInvocationLimitExceeded",
                )
            self._busy[name] = self._busy.get(name, 0) + 1

    def _leave(self, name: str, slot: Slot, function: Any) -> None:
        worker, key = slot.worker, self.key(function)
        usable = worker is not None and worker.is_alive and not worker.init_error
        usable = usable and slot.key == key  # else it runs what the function was
        with self._lock:
            self._busy[name] -= 1
            if worker and usable:
                self._idle.setdefault(key, []).append((time.monotonic(), slot.stream, worker))
            old = self._take_old(name, key)
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._retire, name="idle functions", daemon=True).start()
        if worker and not usable:
            old.append(worker)
        for each in old:
            each.close()

    def _take_old(self, name: str, key: str) -> list[Worker]:
        """Processes of the function's earlier state, or too many."""
        old = []
        for other, workers in self._idle.items():
            stale = other != key and other.startswith(f"{name}\n{key.split(chr(10))[1]}\n")
            for entry in list(workers):
                if stale or workers.index(entry) >= MOST_IDLE:
                    workers.remove(entry)
                    old.append(entry[2])
        return old

    def _retire(self) -> None:
        """End processes when they have been idle for long, until none is left."""
        while True:
            time.sleep(IDLE_S / 10)
            with self._lock:
                kept = {
                    key: [e for e in each if not _is_old(e)] for key, each in self._idle.items()
                }
                old = [e for each in self._idle.values() for e in each if _is_old(e)]
                self._idle = {key: each for key, each in kept.items() if each}
                watched = self._watched = bool(self._idle or any(self._busy.values()))
            for _, _, worker in old:
                worker.close()
            if not watched:
                return

    def key(self, function: Any) -> str:
        """A function's version and all that its processes are started with."""
        state = json.dumps(
            [
                function.code_sha_256,
                function.handler,
                function.environment_vars,
                function.memory_size,
                function.role,
                [layer["Arn"] for layer in function.layers],
                [function.logs_group_name, json_logs.settings(function)],
            ],
            sort_keys=True,
            default=str,
        )
        digest = hashlib.sha256(state.encode()).hexdigest()
        return f"{function.function_name}\n{function.version}\n{digest}"

    def _unzip(self, code: bytes) -> Path:
        assert self._cloud is not None
        folder = self._cloud.home / "lambda" / hashlib.sha256(code).hexdigest()[:32]
        if not folder.exists():
            if why := zips.problem(code):  # one that came by S3
                raise AwsError("InvalidZipFileException", why, 502)
            aside = folder.with_suffix(f".{uuid.uuid4().hex[:8]}")
            with zipfile.ZipFile(io.BytesIO(code)) as archive:
                archive.extractall(aside)
            with contextlib.suppress(OSError):
                aside.replace(folder)
        return folder

    def _layers(self, function: Any) -> list[bytes]:
        assert self._cloud is not None
        backend = self._cloud.backend("lambda", function.region)
        arns = [layer["Arn"] for layer in function.layers]
        return [layers.code_of(backend, arn) for arn in arns]

    def _environment(self, function: Any, stream: str, folder: Path) -> dict[str, str]:
        assert self._cloud is not None
        lambdas = {
            "_HANDLER": str(function.handler),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python3.{sys.version_info.minor}",
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.logs_group_name,
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "LAMBDA_TASK_ROOT": str(folder),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
        }
        lines = json_logs.settings(function)
        lambdas["AWS_LAMBDA_LOG_FORMAT"] = lines["LogFormat"]
        if level := lines.get("ApplicationLogLevel"):
            lambdas["AWS_LAMBDA_LOG_LEVEL"] = level
        chosen = {str(k): str(v) for k, v in function.environment_vars.items()}
        name, role = function.function_name, function.role
        ours = surroundings(self._cloud, function.region)
        return ours | lambdas | chosen | credentials(self._cloud, role, name, function.region)


def _is_old(entry: tuple[float, str, Worker]) -> bool:
    return time.monotonic() - entry[0] > IDLE_S


POOL = Pool()
