"""What event source mappings have in common, whether they read queues or streams.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.events.patterns import matches
from labkit.cloud.json_text import parse_json

PARTLY = "ReportBatchItemFailures"
Json = dict[str, Any]


def start(work: Callable[[Cloud, Any], None], cloud: Cloud, mapping: Any, busy: set[str]) -> None:
    """Begin to read for a mapping, which is among the busy ones until ``work`` takes it out.

    Raises:
        RuntimeError: no thread is free.
    """
    busy.add(mapping.uuid)
    try:
        threading.Thread(target=work, args=(cloud, mapping), daemon=True).start()
    except RuntimeError:
        busy.discard(mapping.uuid)
        raise


def is_wanted(mapping: Any, record: Json) -> bool:
    """Whether a filter of a mapping is for a record, or it has none."""
    filters = (mapping.filter_criteria or {}).get("Filters") or []
    return not filters or any(matches(parse_json(each["Pattern"]), record) for each in filters)


def named_failures(mapping: Any, told: Json) -> list[Any]:
    """What of a batch a function has named as failed, where its mapping asks for that."""
    if PARTLY not in (mapping.function_response_types or []):
        return []
    answer = json.loads(told["Payload"].read() or "null")
    failures = (answer.get("batchItemFailures") if isinstance(answer, dict) else None) or []
    return [each.get("itemIdentifier") for each in failures]
