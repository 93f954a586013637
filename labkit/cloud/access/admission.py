"""Whether the policy of a queue or a topic lets an AWS service send to it.

A service has no policies of its own: what the resource's policy does not allow it, it may not do. A
queue begins without a policy, and a topic's first one is for its account's own callers, so neither
takes anything from a service. EventBridge tells topics not for which rule it speaks, so that no
condition on its source holds there.

Sources: https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html,
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labkit.cloud.access.calls import is_strict
from labkit.cloud.access.identities import sentence, why_refused
from labkit.cloud.access.policy_conditions import Question
from labkit.cloud.access.policy_language import Document, read_document
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Principal

# Service in an ARN → what is asked for, and moto's record.
_ASKED: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "sns": ("sns:Publish", lambda records, arn: records.topics.get(arn)),
    "sqs": ("sqs:SendMessage", lambda records, arn: records.queues.get(arn.rpartition(":")[2])),
}
_DEFAULT = "__default_policy_ID"
_UNSOURCED = ("events.amazonaws.com", "sns")


def refusal(cloud: Cloud, service: str, source: str, arn: str) -> str | None:
    """Why a service may not send to a queue or a topic, in AWS's words; ``None`` where it may.

    Args:
        service: its principal, such as ``sns.amazonaws.com``.
        source: the ARN of the topic, bucket or rule that it sends for.
        arn: of a queue or a topic; one that is not there refuses nobody, nor does anything else.
            Nor does one whose policy nobody has written: see `calls.VARIABLE`.
    """
    kind, region = arn.split(":")[2:4]
    if kind not in _ASKED:
        return None
    action, find = _ASKED[kind]
    found = find(cloud.backend(kind, region), arn)
    if found is None or (_has_no_own(found.policy) and not is_strict()):
        return None
    keys: dict[str, str | list[str]] = {
        "aws:principalisawsservice": "true",
        "aws:principalservicename": service,
        "aws:requestedregion": region,
        "aws:resourceaccount": cloud.account,
        "aws:securetransport": "true",
    }
    if (service, kind) != _UNSOURCED:
        keys |= {"aws:sourcearn": source, "aws:sourceaccount": cloud.account}
    question = Question(Principal(service, cloud.account), action, arn, keys)
    why = why_refused(cloud, question, _read(found.policy), delegates=False)
    return sentence(question, why) if why else None


def _has_no_own(policy: str | None) -> bool:
    """Whether it is what a queue or a topic is made with."""
    return not policy or _DEFAULT in policy


def _read(policy: str | None) -> Document | None:
    try:
        return read_document(policy) if policy else None
    except ValueError:  # an empty one
        return None
