"""What EventBridge hears of crawls: ``Glue Crawler State Change``.

Sent when a crawl has started, succeeded or failed, the figures as texts. Source:
https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.events.rules import aws_event, iso, publish

KIND = "Glue Crawler State Change"
STATES = {"RUNNING": "Started", "COMPLETED": "Succeeded", "FAILED": "Failed"}
_VERBS = {"Created": "ADD", "Updated": "UPDATE", "Deleted": "DELETE"}


def tell(cloud: Cloud, run: dict[str, Any]) -> None:
    """Publish a crawl's state, where AWS does."""
    state = STATES.get(run["state"])
    if state is None:
        return
    moment = run.get("end") or run["start"]
    detail = {
        "accountId": cloud.account,
        "crawlerName": run["crawler"],
        "state": state,
        "message": f"Crawler {state}",
        "cloudWatchLogLink": _log_link(run),
        **_DETAILS[state](run, moment),
    }
    event = aws_event(
        cloud, source="aws.glue", kind=KIND, detail=detail, resources=[], moment=moment
    )
    publish(cloud, event, run["region"])


def _succeeded(run: dict[str, Any], moment: float) -> dict[str, str]:
    counts = {
        f"{kind.lower()}s{name}": str(run["summary"].get(kind, {}).get(verb, 0))
        for kind in ("TABLE", "PARTITION")
        for name, verb in _VERBS.items()
    }
    return counts | {
        "completionDate": iso(moment),
        "runningTime (sec)": str(round(moment - run["start"])),
        "warningMessage": run.get("error") or "N/A",
    }


_DETAILS: dict[str, Any] = {
    "Started": lambda run, moment: {"startTime": iso(moment)},
    "Succeeded": _succeeded,
    "Failed": lambda run, moment: {"errorMessage": run["error"]},
}


def _log_link(run: dict[str, Any]) -> str:
    return (
        f"https://console.aws.amazon.com/cloudwatch/home?region={run['region']}#logEventViewer:"
        f"group=/aws-glue/crawlers;stream={run['crawler']}"
    )
