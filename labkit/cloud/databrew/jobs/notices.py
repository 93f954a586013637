"""What EventBridge hears of DataBrew: how job runs end, and how rulesets are met.

Sources: https://docs.aws.amazon.com/databrew/latest/dg/monitoring.cloudwatch-events.html and
https://docs.aws.amazon.com/databrew/latest/dg/profile.data-quality-rules.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.events.rules import emit

SOURCE = "aws.databrew"
#: State → severity and message; a failure's message is its own.
ENDINGS = {
    "SUCCEEDED": ("INFO", "Job run succeeded"),
    "FAILED": ("ERROR", ""),
    "TIMEOUT": ("WARN", "Job run timed out"),
    "STOPPED": ("INFO", "Job run stopped"),
}


def tell(cloud: Cloud, run: dict[str, Any]) -> None:
    """Publish how a run has ended."""
    severity, message = ENDINGS[run["State"]]
    detail = {
        "jobName": run["JobName"],
        "severity": severity,
        "state": run["State"],
        "jobRunId": run["RunId"],
        "message": message or run.get("ErrorMessage", ""),
    }
    _emit(cloud, run, "DataBrew Job State Change", detail)


def tell_validation(
    cloud: Cloud, run: dict[str, Any], *, ruleset: str, state: str, report: str
) -> None:
    """Publish whether a data set meets a ruleset.

    Args:
        state: ``SUCCEEDED``, ``FAILED`` or ``ERROR``.
        report: the address of the validation report.
    """
    detail = {
        "datasetName": run["DatasetName"],
        "jobName": run["JobName"],
        "jobRunId": run["RunId"],
        "rulesetName": ruleset,
        "validationState": state,
        "validationReportLocation": report,
    }
    _emit(cloud, run, "DataBrew Ruleset Validation Result", detail)


def _emit(cloud: Cloud, run: dict[str, Any], kind: str, detail: dict[str, Any]) -> None:
    emit(cloud, source=SOURCE, kind=kind, detail=detail, resources=[], region=run["_"]["region"])
