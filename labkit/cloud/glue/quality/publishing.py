"""Where results go beside the API: files in S3, metrics in CloudWatch, events on EventBridge.

Sources: https://docs.aws.amazon.com/glue/latest/dg/data-quality-alerts.html and
https://aws.amazon.com/blogs/big-data/visualize-data-quality-scores-and-metrics-generated-by-aws-glue-data-quality/
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from labkit.cloud.access.trust import role_session
from labkit.cloud.cloud import Cloud
from labkit.cloud.events.rules import aws_event, iso, publish
from labkit.cloud.s3.store import Store

Record = dict[str, Any]
_KIND, _SOURCE = "Data Quality Evaluation Results Available", "aws.glue-dataquality"
_NAMESPACE = "Glue Data Quality"
_OUTCOMES = {"PASS": "Passed", "FAIL": "Failed", "ERROR": "Failed"}


def _table(run: Record) -> Record:
    source = run["DataSource"]
    found: Record = source.get("GlueTable") or source["DataQualityGlueTable"]
    return found


def _counts(result: Record) -> dict[str, int]:
    """How many rules passed, failed, and could not be evaluated."""
    ended = [rule["Result"] for rule in result["RuleResults"]]
    return {name: ended.count(name) for name in _OUTCOMES}


def write(cloud: Cloud, run: Record, results: list[Record]) -> None:
    """Write a line a rule under the prefix that the run was given, as its role.

    Raises:
        AwsError: the role may not.
    """
    prefix = (run.get("AdditionalRunOptions") or {}).get("ResultsS3Prefix")
    if not prefix:
        return
    table = _table(run)
    store = Store(cloud, role_session(run["Role"], cloud.account, "GlueJobRunnerSession"))
    day = datetime.fromtimestamp(run["StartedOn"], UTC).strftime("year=%Y/month=%m/day=%d")
    for result in results:
        told = {
            "catalogId": cloud.account,
            "databaseName": table["DatabaseName"],
            "tableName": table["TableName"],
            "dqRunId": run["RunId"],
            "evaluationStartedOn": iso(result["StartedOn"]),
            "evaluationCompletedOn": iso(result["CompletedOn"]),
        }
        lines = [json.dumps(told | _line(rule)) for rule in result["RuleResults"]]
        path = store.scratch()
        path.write_text("".join(f"{line}\n" for line in lines))
        uri = f"{prefix.rstrip('/')}/{day}/{result['ResultId']}.jsonl"
        store.put_file(uri, path, content_type="application/json")


def _line(rule: Record) -> Record:
    return {
        "rule": rule["Description"],
        "outcome": _OUTCOMES[rule["Result"]],
        "failureReason": rule.get("EvaluationMessage"),
        "evaluatedMetrics": rule["EvaluatedMetrics"],
    }


def tell(cloud: Cloud, run: Record, results: list[Record]) -> None:
    """Put metrics, where the run was told to, and publish an event a result."""
    if (run.get("AdditionalRunOptions") or {}).get("CloudWatchMetricsEnabled"):
        with cloud.changing("cloudwatch"):
            for result in results:
                cloud.backend("cloudwatch", run["_"]).put_metric_data(
                    _NAMESPACE, _data(cloud, run, result)
                )
    for result in results:
        publish(cloud, _event(cloud, run, result), run["_"])


def _data(cloud: Cloud, run: Record, result: Record) -> list[Record]:
    table, counts = _table(run), _counts(result)
    named = {
        "Ruleset": result["RulesetName"],
        "Table": table["TableName"],
        "Database": table["DatabaseName"],
        "CatalogId": cloud.account,
    }
    dimensions = [{"Name": name, "Value": value} for name, value in named.items()]
    values = {"passed": counts["PASS"], "failed": counts["FAIL"] + counts["ERROR"]}
    return [
        {
            "MetricName": f"glue.data.quality.rules.{name}",
            "Value": value,
            "Unit": "Count",
            "Dimensions": dimensions,
            "Timestamp": datetime.fromtimestamp(result["CompletedOn"], UTC),
        }
        for name, value in values.items()
    ]


def _event(cloud: Cloud, run: Record, result: Record) -> Record:
    table, counts = _table(run), _counts(result)
    where = f"arn:aws:glue:{run['_']}:{cloud.account}"
    detail = {
        "resultId": result["ResultId"],
        "context": {
            "contextType": "GLUE_DATA_CATALOG",
            "runId": run["RunId"],
            "databaseName": table["DatabaseName"],
            "tableName": table["TableName"],
            "catalogId": cloud.account,
        },
        "rulesetNames": [result["RulesetName"]],
        "state": "SUCCEEDED" if counts["PASS"] == sum(counts.values()) else "FAILED",
        "score": result["Score"],
        "numRulesSucceeded": counts["PASS"],
        "numRulesFailed": counts["FAIL"],
        "numRulesSkipped": counts["ERROR"],
    }
    resources = [
        f"{where}:table/{table['DatabaseName']}/{table['TableName']}",
        f"{where}:dqRun/{run['RunId']}",
        f"{where}:dataQualityRuleset/{result['RulesetName']}",
    ]
    return aws_event(
        cloud,
        source=_SOURCE,
        kind=_KIND,
        detail=detail,
        resources=resources,
        moment=result["CompletedOn"],
    )
