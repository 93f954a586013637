"""The server process: one a workspace, on loopback, started on demand.

``python -m labkit.cloud --home FOLDER`` runs it in the foreground. It takes the workspace's lock
(a second server of the same workspace ends at once), restores the state, and writes
``cloud.json``: the address and the credentials that clients of this workspace use.
"""

from __future__ import annotations

import argparse
import fcntl
import functools
import gc
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from labkit.cloud import machine

SETTINGS = {
    "MOTO_DISABLE_GLOBAL_CORS": "1",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_LAMBDA_CONCURRENCY_QUOTA": "1000",
    "AWS_ACCESS_KEY_ID": "labkit",
    "AWS_SECRET_ACCESS_KEY": "labkit",
    "AWS_EC2_METADATA_DISABLED": "true",
}
ALREADY_RUNNING = 3
STATE_UNUSABLE = 4


def main(arguments: list[str] | None = None) -> int:
    """Run the server until it is told to end. Returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m labkit.cloud")
    parser.add_argument("--home", type=Path, required=True, help="the workspace's folder")
    parser.add_argument("--port", type=int, default=0, help="0: the last one, or any free one")
    parser.add_argument("--beneath", type=Path, help="bodies of objects that it goes on from")
    options = parser.parse_args(arguments)
    os.umask(0o077)  # what the workspace holds is its owner's alone
    options.home.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    lock = open(options.home / "lock", "w")  # noqa: SIM115 (held as long as the process lives)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.stderr.write("This workspace's local AWS is already running.\n")
        return ALREADY_RUNNING
    os.environ.update(SETTINGS)
    sys.meta_path.insert(0, Without())
    machine.bound_memory()
    machine.raise_files()
    gc.disable()  # a start makes what is there to stay: looking for garbage is a sixth of its time
    from labkit.cloud import regions  # noqa: F401 (moto asks for them as it is imported)
    from labkit.cloud.state import StateUnusable

    try:
        return serve(options.home, options.port, options.beneath)
    except StateUnusable as error:
        sys.stderr.write(f"{error}\n")
        return STATE_UNUSABLE


class Without:
    """What others load where they find it, and nothing here uses.

    pyarrow and DuckDB load pandas: 0.4 s and 45 MB. moto's stacks come with a grammar of IRIs,
    which takes as long to be read as all else of a start together.
    """

    def find_spec(self, name: str, *_: object) -> None:
        if name in ("pandas", "rfc3987_syntax"):
            raise ModuleNotFoundError(f"The local AWS does without {name}.", name=name)


def serve(home: Path, port: int, beneath: Path | None = None) -> int:
    """Restore the workspace's state and answer requests until SIGTERM or SIGINT."""
    from labkit.cloud import certificate, services, serving
    from labkit.cloud.cloud import Cloud

    cloud = Cloud(home.resolve(), beneath=beneath and beneath.resolve())
    server = make_server(cloud, (port,) if port else (_last_port(home), 0))
    server.service_actions = machine.Freed().look  # what it calls as it waits for connections
    cloud.endpoint = f"http://127.0.0.1:{server.port}"
    cloud.start()
    services.resume(cloud)
    server.ssl_context = certificate.server_context(cloud.home)  # clients are told to trust it
    gc.freeze()
    gc.enable()
    _write_connection(cloud, server.port)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown, name="end").start())
    server.serve_forever()
    serving.ENDING.set()
    gc.unfreeze()
    cloud.stop()
    (home / "cloud.json").unlink(missing_ok=True)
    return 0


def make_server(cloud: Any, ports: tuple[int, ...]) -> Any:
    """A threaded HTTP server on loopback, at the first of the ports that is free (0: any)."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication
    from werkzeug.serving import make_server as listen

    from labkit.cloud.front import Front
    from labkit.cloud.serving import Handler

    moto = DomainDispatcherApplication(backend_app)
    # moto lists its own folders in each call; what it finds there does not change.
    moto.get_backend_for_host = functools.lru_cache(moto.get_backend_for_host)  # type: ignore[method-assign]
    app = Front(cloud, moto)
    for wished in ports:
        try:
            return listen("127.0.0.1", wished, app, threaded=True, request_handler=Handler)
        except (OSError, SystemExit):
            if wished == ports[-1]:
                raise
    raise AssertionError("unreachable")


@functools.cache
def backend_app(service: Any) -> Any:
    """moto's application of a service; for S3, one that takes no body for a form.

    An object's content type may be a form's, which says nothing of how the object travels. What
    browsers send as forms has become a PUT before it is here.
    """
    from moto.moto_server.werkzeug_app import BackendRequest, create_backend_app

    class Plain(BackendRequest):
        want_form_data_parsed = False

    app = create_backend_app(service)
    if service == "s3":
        app.request_class = Plain
    return app


def _last_port(home: Path) -> int:
    """The port of the last run, so that kernels of before still find the server."""
    try:
        return int((home / "port").read_text())
    except (OSError, ValueError):
        return 0


def _write_connection(cloud: Any, port: int) -> None:
    _, access_key, secret = cloud.learner()
    connection = {
        "endpoint": cloud.endpoint,
        "region": cloud.region,
        "account": cloud.account,
        "access_key": access_key,
        "secret_key": secret,
        "pid": os.getpid(),
    }
    (cloud.home / "port").write_text(str(port))
    target = cloud.home / "cloud.json"
    aside = target.with_suffix(".new")
    aside.write_text(json.dumps(connection, indent=1))
    os.chmod(aside, 0o600)
    os.replace(aside, target)
