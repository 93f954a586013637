"""What CloudFormation makes beside what moto knows: DataBrew's resources, and no Redshift clusters.

Of a cluster moto would keep a record of its own, which nothing can query. Of a state machine moto
does not tell the ARN. Sources:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Redshift.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
"""

from __future__ import annotations

import functools
from contextvars import ContextVar
from typing import Any, NoReturn

from labkit.cloud.operations import Context

_MAKES = "create_from_cloudformation_json"
_CALLER: ContextVar[Context] = ContextVar("caller")


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Teach moto its types and whose call it is; its classes load with its first stack."""
    _CALLER.set(context)
    _refuse_all()
    _teach()
    _tell_arns()


def caller() -> Context:
    """For whom a stack's resource is made."""
    return _CALLER.get()


@functools.cache
def _refuse_all() -> None:
    from moto.redshift import models

    for kind in (models.Cluster, models.SubnetGroup, models.ParameterGroup):
        setattr(kind, _MAKES, _refusing(kind.cloudformation_type()))


@functools.cache
def _teach() -> None:
    from moto.cloudformation.parsing import get_model_map

    from labkit.cloud.databrew.stacks import teach

    teach(get_model_map())


@functools.cache
def _tell_arns() -> None:
    from moto.stepfunctions.models import StateMachine

    has, get = StateMachine.has_cfn_attr, StateMachine.get_cfn_attribute
    told = {
        "has_cfn_attr": classmethod(lambda cls, attr: attr == "Arn" or has(attr)),
        "get_cfn_attribute": lambda self, attr: self.arn if attr == "Arn" else get(self, attr),
    }
    for name, work in told.items():
        setattr(StateMachine, name, work)


def _refusing(kind: str) -> Any:
    def refuse(cls: type, *_: Any, **__: Any) -> NoReturn:
        from moto.cloudformation.exceptions import ValidationError

        raise ValidationError(
            message=f"Resource type {kind} is not available in the local AWS: "
            "create it with the Redshift API."
        )

    return classmethod(refuse)
