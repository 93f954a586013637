"""Loads ahead what learners' processes and the readers of states load when they first need it."""

from __future__ import annotations

import encodings.idna  # noqa: F401

import boto3
import IPython.core.application
import IPython.core.completer
import IPython.core.completerlib
import IPython.core.magics
import IPython.core.oinspect  # noqa: F401
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet

import labkit.lab
import labkit.magics
import labkit.recipes  # noqa: F401
from labkit.exercises import states

# Whom the labs and the readers of states call.
SERVICES = "athena databrew glue iam kms lambda quicksight redshift redshift-data s3 sts".split()

states.readers()
pa.table({"loads": ["what makes frames and their pictures"]}).to_pandas()._repr_html_()
for service in SERVICES:
    nobody = boto3.Session("nobody", "nothing", region_name="us-east-1")
    nobody.client(service, endpoint_url="http://127.0.0.1:1")
