"""Layers found by ARN, which moto does not answer.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html
"""

from __future__ import annotations

from labkit.cloud.lambdas.finding import no_resource
from labkit.cloud.operations import Answer, Context, operation


@operation("lambda", "GetLayerVersionByArn")
def get_layer_version_by_arn(context: Context, *, Arn: str) -> Answer:
    """A version of a layer: its code's checksum, what it runs on."""
    layers = context.backend("lambda")
    version = None if ":awslayer:" in Arn else layers.layers_versions_by_arn(Arn)
    if version is None:
        raise no_resource()
    told: Answer = version.get_layer_version()
    return told
