"""What Lake Formation refuses, and remembers, of calls that moto answers."""

from __future__ import annotations

from typing import Any

from labkit.cloud.lake_formation import defaults, giving, tags
from labkit.cloud.operations import AwsError, Context


def judge_call(context: Context, parameters: dict[str, Any]) -> None:
    """Raise for keys that are there, or are not; note what the settings were."""
    if context.operation == "PutDataLakeSettings":
        _check_defaults(parameters["DataLakeSettings"])
        defaults.note_settings(context)
    if context.operation in giving.OF_TAGS:
        told = [each["TagKey"] for each in parameters.get("LFTags", [parameters])]
        giving.check_tagger(context, told)
    if "TagKey" in parameters:
        tags.check_key(context, parameters)


def _check_defaults(settings: dict[str, Any]) -> None:
    """Raise for default permissions of nobody."""
    for kind in ("CreateDatabaseDefaultPermissions", "CreateTableDefaultPermissions"):
        for each in settings.get(kind) or ():
            if not (each.get("Principal") or {}).get("DataLakePrincipalIdentifier"):
                words = f"A principal is required in {kind}"
                raise AwsError("InvalidInputException", words)
