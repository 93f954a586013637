"""Loads ahead what the start of a workspace loads: for a process that is forked into many clouds.

moto's backends are made when their service is first asked for, and each looks up its regions in
botocore's files. A start that finds something of these services stored takes a second for it.
"""

import importlib

import labkit.cloud.front
import labkit.cloud.services  # noqa: F401

# The services of which every lab has something.
SERVICES = "athena awslambda ec2 events glue iam kms logs s3 secretsmanager ssm sts".split()

for service in SERVICES:
    importlib.import_module(f"moto.{service}.models")
