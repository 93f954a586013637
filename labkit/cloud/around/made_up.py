"""What is refused as moto's answers are made up: words that no model has read, jobs that never ran.

Who takes them for results is misled: Comprehend finds the same names in every text, Cost Explorer
no costs, and a pipe says RUNNING and carries nothing.
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Context, not_here, operation

#: By service and operation, ``*`` for all of them: what there would have to be.
_WHY = {
    ("batch", "SubmitJob"): "there are no containers",
    ("ce", "GetCostAndUsage"): "nothing costs anything",
    ("comprehend", "*"): "there is no model that reads",
    ("ecs", "RunTask"): "there are no containers",
    ("emr", "AddJobFlowSteps"): "there is no Spark, steps would be pending forever",
    ("emr-serverless", "StartJobRun"): "there is no Spark",
    ("glue", "CreateDevEndpoint"): "there is no Spark",
    ("pipes", "CreatePipe"): "no events would flow through it",
    ("pipes", "StartPipe"): "no events would flow through it",
    ("polly", "*"): "there is no model that speaks",
    ("rds-data", "*"): "there is no database behind it",
    ("rekognition", "*"): "there is no model that sees",
    ("ses", "CreateConfigurationSetEventDestination"): "no mail leaves, of which events would tell",
    ("ses", "SendBulkTemplatedEmail"): "templates are not filled in",
    ("ses", "SendTemplatedEmail"): "templates are not filled in",
    ("sns", "CheckIfPhoneNumberIsOptedOut"): "no messages are sent",
    ("sns", "ListPhoneNumbersOptedOut"): "no messages are sent",
    ("ssm", "SendCommand"): "there are no machines to run it",
    ("textract", "*"): "there is no model that reads",
    ("transcribe", "*"): "there is no model that listens",
}


def _refusing(why: str) -> Any:
    def refuse(context: Context, **_: Any) -> None:
        raise not_here(context.service, context.operation, why)

    return refuse


for (_service, _name), _reason in _WHY.items():
    operation(_service, _name)(_refusing(_reason))
