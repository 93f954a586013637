"""What Lake Formation does not take, where moto does.

Source: https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_UpdateLFTag.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.lake_formation import tags
from labkit.cloud.operations import Context


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for keys that are not there, and for those that are."""
    if "TagKey" in parameters:
        tags.check_key(context, parameters)
