"""What CloudWatch refuses of an alarm: statistics and periods that are none.

moto keeps any, among them an alarm that could never be in alarm.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from labkit.cloud.operations import AwsError

_MISSING = ("breaching", "notBreaching", "ignore", "missing")
_SHORT_PERIODS_S = (10, 20, 30)
_LONGEST_S = 7 * 86_400
Json = dict[str, Any]


def check_call(operation: str, parameters: Json) -> None:
    """Raise for an alarm or a dashboard that CloudWatch does not make; others are passed on."""
    if check := _CHECKS.get(operation):
        check(parameters)


def check_dashboard(parameters: Json) -> None:
    """Raise for a name of other characters than CloudWatch takes.

    Raises:
        AwsError: ``InvalidParameterValue``.
    """
    if not re.fullmatch(r"[\w-]+", parameters["DashboardName"], re.ASCII):
        words = "contains invalid characters. It can only contain alphanumerics, dash (-) and"
        told = f"The value for field DashboardName {words} underscore (_)."
        raise AwsError("InvalidParameterValue", told)


def check_alarm(parameters: Json) -> None:
    """Raise for an alarm that CloudWatch does not make.

    Raises:
        AwsError: ``ValidationError``.
    """
    if (missing := parameters.get("TreatMissingData")) and missing not in _MISSING:
        raise _bad(f"TreatMissingData must be one of {', '.join(_MISSING)}, not {missing}.")
    if not math.isfinite(parameters.get("Threshold", 0.0)):
        raise _bad("Threshold must be a finite number.")
    periods, wanted = parameters.get("EvaluationPeriods", 1), parameters.get("DatapointsToAlarm")
    if wanted is not None and wanted > periods:
        words = "DatapointsToAlarm must be less than or equal to EvaluationPeriods"
        raise _bad(f"{words}: {wanted}, {periods}.")
    if "MetricName" in parameters:
        _check_metric(parameters, periods)
    queries = parameters.get("Metrics") or ()
    if queries and sum(each.get("ReturnData", True) for each in queries) != 1:
        raise _bad("Exactly one element of the metrics list should return data.")


def _check_metric(parameters: Json, periods: int) -> None:
    given = [name for name in ("Statistic", "ExtendedStatistic") if parameters.get(name)]
    if len(given) != 1:
        raise _bad("Exactly one of Statistic and ExtendedStatistic must be specified.")
    if (period_s := parameters.get("Period")) is None:
        raise _bad("Period must be specified.")
    if period_s < 1 or (period_s not in _SHORT_PERIODS_S and period_s % 60):
        raise _bad("Period must be 10, 20, 30 or a multiple of 60.")
    if period_s * periods > _LONGEST_S:
        words = f"EvaluationPeriods * Period must be <= {_LONGEST_S}"
        raise _bad(f"Metrics cannot be checked across more than seven days ({words})")


def _bad(words: str) -> AwsError:
    return AwsError("ValidationError", words)


_CHECKS: dict[str, Callable[[Json], None]] = {
    "PutDashboard": check_dashboard,
    "PutMetricAlarm": check_alarm,
}
