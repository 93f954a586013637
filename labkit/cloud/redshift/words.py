"""The errors of the Redshift services, in AWS's words.

Source: https://docs.aws.amazon.com/redshift-data/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud import protocol
from labkit.cloud.operations import AwsError


def invalid(message: str) -> AwsError:
    """A request that the Data API refuses."""
    return AwsError("ValidationException", message)


def missing(number: str) -> AwsError:
    """A statement that is not there."""
    return AwsError("ResourceNotFoundException", "Query does not exist.", ResourceId=number)


def without_result(number: str) -> AwsError:
    """A statement that has no rows: it goes on, has failed, or is none that gives any."""
    return AwsError(
        "ResourceNotFoundException",
        "Query does not have result. Please check query status with DescribeStatement.",
        ResourceId=number,
    )


def fault(shape: str, message: str, service: str = "redshift") -> AwsError:
    """An error of the service's model, with the code and the status that the model gives it.

    >>> fault("ClusterNotFoundFault", "Cluster c not found.").code
    'ClusterNotFound'
    """
    model = protocol.service_model(service)
    told: Any = model.shape_for(shape).metadata.get("error", {}) if model else {}
    return AwsError(told.get("code", shape), message, told.get("httpStatusCode", 400))


def invalid_value(message: str) -> AwsError:
    """A parameter that Redshift's control plane does not take."""
    return AwsError("InvalidParameterValue", message)


def invalid_combination(message: str) -> AwsError:
    """Parameters that contradict each other."""
    return AwsError("InvalidParameterCombination", message)
