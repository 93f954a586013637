"""How much of everything an account may have.

A recipe has 100 steps at most, an account 100 resources of a kind in a Region. The numbers of
resources are soft: AWS raises them on request, here ``LABKIT_DATABREW_QUOTA`` in the environment
of the local AWS does. Source: https://docs.aws.amazon.com/general/latest/gr/databrew.html
"""

from __future__ import annotations

import os
from collections.abc import Sized

from labkit.cloud import protocol
from labkit.cloud.databrew.words import invalid, quota_exceeded
from labkit.cloud.operations import AwsError

STEPS = 100
RESOURCES = 100
SETTING = "LABKIT_DATABREW_QUOTA"


def check_steps(operation: str, steps: Sized) -> None:
    """Raise when a recipe would have too many steps.

    Args:
        operation: which asks; some have no error for quotas.
    """
    if len(steps) > STEPS:
        message = f"A recipe has at most {STEPS} steps; this one would have {len(steps)}."
        raise _exceeded(operation, message)


def check_number(operation: str, kind: str, number: int) -> None:
    """Raise when the account has as many resources of a kind as it may."""
    most = int(os.environ.get(SETTING, RESOURCES))
    if number >= most:
        raise _exceeded(
            operation,
            f"An account has at most {most} {kind}s in a Region. Here {SETTING} raises that, "
            "on AWS a request to Service Quotas does.",
        )


def _exceeded(operation: str, message: str) -> AwsError:
    model = protocol.service_model("databrew")
    shapes = model.operation_model(operation).error_shapes if model else []
    has_quotas = any(shape.name == "ServiceQuotaExceededException" for shape in shapes)
    return quota_exceeded(message) if has_quotas else invalid(message)
