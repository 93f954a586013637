"""CloudFormation makes no clusters: moto would keep a record of its own, which nothing can query.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Redshift.html
"""

from __future__ import annotations

import functools
from typing import Any, NoReturn

from labkit.cloud.operations import Context

_MAKES = "create_from_cloudformation_json"


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Let moto refuse what a stack says of Redshift; its classes load with its first stack."""
    _refuse_all()


@functools.cache
def _refuse_all() -> None:
    from moto.redshift import models

    for kind in (models.Cluster, models.SubnetGroup, models.ParameterGroup):
        setattr(kind, _MAKES, _refusing(kind.cloudformation_type()))


def _refusing(kind: str) -> Any:
    def refuse(cls: type, *_: Any, **__: Any) -> NoReturn:
        from moto.cloudformation.exceptions import ValidationError

        raise ValidationError(
            message=f"Resource type {kind} is not available in the local AWS: "
            "create it with the Redshift API."
        )

    return classmethod(refuse)
