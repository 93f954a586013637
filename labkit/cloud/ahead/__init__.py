"""Loads ahead what the start of a workspace loads: for a process that is forked into many clouds.

moto's backends are made when their service is first asked for, and each looks up its regions in
botocore's files; the first call of a service reads its model. A start that finds something of
these services stored, and a first call of each, take a second for it.
"""

import importlib
import os

import flask.debughelpers  # noqa: F401
import moto.iam.access_control
import moto.moto_server.werkzeug_app  # noqa: F401
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.utils import get_service_model

import labkit.cloud.certificate
import labkit.cloud.front
import labkit.cloud.services
import labkit.cloud.serving  # noqa: F401
from labkit.cloud import memory, protocol, receiving
from labkit.cloud.engine.trino import library
from labkit.cloud.s3 import checksums, objects
from labkit.cloud.server import SETTINGS, backend_app

# The services of which every lab has something.
SERVICES = (
    *("athena", "awslambda", "events", "glue", "iam", "kms", "lakeformation", "logs"),
    *("s3", "scheduler", "secretsmanager", "ssm", "sts"),
)
CALLED = "athena glue iam kms sts".split()
# Of which moto answers what every lab asks.
MOTOS = "iam kms s3 sts".split()


def stored(*services: str) -> None:
    """Load what a start loads of services that something is stored of."""
    for service in services:
        for part in ("models", "urls"):
            importlib.import_module(f"moto.{service}.{part}")
        get_backend(service)[DEFAULT_ACCOUNT_ID]  # type: ignore[call-overload]
    memory.learn_variables()


def called(*services: str) -> None:
    """Read what the first call of each service reads."""
    for service in services:
        if model := protocol.service_model(service):
            receiving.find_call(model, {"REQUEST_METHOD": "GET"}, b"")  # its routes


os.environ.update(SETTINGS)
objects.install()  # an account of moto's S3 keeps the class that it was made with
stored(*SERVICES)
called(*CALLED)
for each in MOTOS:
    backend_app(each)
get_service_model("s3")  # moto's own reading of it
checksums.of(checksums.DEFAULT, [bytes(1024)])
library.names()  # their signatures are read, of which there are hundreds
get_backend("iam")[DEFAULT_ACCOUNT_ID]["aws"]  # AWS's own policies, of which there are hundreds
