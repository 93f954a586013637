"""What CloudWatch Logs gets of job runs: one stream a run.

Source: https://docs.aws.amazon.com/databrew/latest/dg/API_DescribeJobRun.html (LogGroupName).
"""

from __future__ import annotations

import time
from typing import Any

from labkit.cloud.cloud import Cloud

LOG_GROUP = "/aws-glue-databrew/jobs"


class RunLog:
    """A run's log stream; nothing is written unless the run's job asks for logs."""

    def __init__(self, cloud: Cloud, run: dict[str, Any]) -> None:
        self.cloud, self.region = cloud, run["_"]["region"]
        self.stream, self.enabled = run["RunId"], "LogGroupName" in run

    def write(self, level: str, text: str) -> None:
        """One line."""
        if not self.enabled:
            return
        line = {"timestamp": int(time.time() * 1000), "message": f"{level} {text}"}
        logs = self.cloud.backend("logs", self.region)
        with self.cloud.changing("logs"):
            if LOG_GROUP not in logs.groups:
                logs.create_log_group(LOG_GROUP, {})
            if self.stream not in logs.groups[LOG_GROUP].streams:
                logs.create_log_stream(LOG_GROUP, self.stream)
            logs.put_log_events(LOG_GROUP, self.stream, [line])
