"""The errors of the Redshift services, in AWS's words.

Source: https://docs.aws.amazon.com/redshift-data/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

from labkit.cloud.operations import AwsError


def invalid(message: str) -> AwsError:
    """A request that the Data API refuses."""
    return AwsError("ValidationException", message)


def missing(number: str) -> AwsError:
    """A statement, cluster or session that is not there."""
    return AwsError(
        "ResourceNotFoundException", f"Query does not exist: {number}", 404, ResourceId=number
    )
