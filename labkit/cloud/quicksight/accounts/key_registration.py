"""The registration of KMS keys, by region.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_UpdateKeyRegistration.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import gate, keys
from labkit.cloud.quicksight.records import Record, answers


@answers("UpdateKeyRegistration")
def update_key_registration(context: Context, *, KeyRegistration: list[Record]) -> Answer:
    """Let QuickSight use these keys and no others."""
    gate.check_enterprise(context, "Customer managed keys are")
    registered, failed = keys.register(context, KeyRegistration)
    successful = [{"KeyArn": arn, "StatusCode": 200} for arn in registered]
    return {"SuccessfulKeyRegistration": successful, "FailedKeyRegistration": failed}


@answers("DescribeKeyRegistration")
def describe_key_registration(context: Context, *, DefaultKeyOnly: bool = False) -> Answer:
    """The registered keys."""
    found = keys.registrations(context.cloud, context.region)
    told = [each for each in found if each["DefaultKey"] or not DefaultKeyOnly]
    return {"AwsAccountId": context.account, "KeyRegistration": told}
