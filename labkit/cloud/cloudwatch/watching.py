"""Keeps what services send, and judges the alarms: each minute, and whenever there are new data.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends

from labkit.cloud.cloud import Cloud, on_start, on_stop
from labkit.cloud.cloudwatch import alarm_queries, alarm_states, metrics
from labkit.cloud.cloudwatch.evaluation import COMPARED, MORE, Rule
from labkit.cloud.cloudwatch.sending import NEWS, keep
from labkit.cloud.members import in_utc

MINUTE_S, SHORT_S = 60, 10
_TOGETHER_S = 0.1  # what comes meanwhile is kept with it
_ENDED: dict[Cloud, threading.Event] = {}
log = logging.getLogger(__name__)


@on_start
def watch(cloud: Cloud) -> None:
    """Look at what is sent, put or set until the process ends."""
    backend: Any = CloudWatchBackend
    backend.put_metric_data = _waking(_PUT)
    backend.put_metric_alarm = _waking(_ALARM)
    ended = _ENDED[cloud] = threading.Event()
    threading.Thread(target=_watch, args=(cloud, ended), name="cloudwatch", daemon=True).start()


@on_stop
def end(cloud: Cloud) -> None:
    """Keep what was sent last."""
    if ended := _ENDED.pop(cloud, None):
        ended.set()
        NEWS.set()
        keep(cloud)


_PUT, _ALARM = CloudWatchBackend.put_metric_data, CloudWatchBackend.put_metric_alarm


def _waking(call: Any) -> Any:
    def done(*args: Any, **members: Any) -> Any:
        result = call(*args, **members)
        NEWS.set()
        return result

    return done


def _watch(cloud: Cloud, ended: threading.Event) -> None:
    while not ended.is_set():
        has_news = NEWS.wait(SHORT_S - time.time() % SHORT_S)
        if ended.wait(_TOGETHER_S):
            return
        NEWS.clear()
        try:
            if has_news:
                keep(cloud)
            judge(cloud, time.time())
        except Exception:  # such as a full disk: the next look comes soon
            log.exception("metrics could not be kept, or alarms not be judged")


def judge(cloud: Cloud, now_s: float) -> None:
    """Give each alarm the state that its metric's last whole periods tell."""
    with cloud.lock("cloudwatch"):
        changes = [(*found, change) for *found, change in _changes(cloud, now_s)]
    for region, alarm, (state, reason, data) in changes:
        with cloud.changing("cloudwatch"):
            if alarm.name in cloud.backend("cloudwatch", region).alarms:
                alarm_states.change(cloud, region, alarm, state, reason, data)


def _changes(cloud: Cloud, now_s: float) -> Iterator[tuple[str, Any, tuple[str, str, str]]]:
    for region, backend in list(cloudwatch_backends[cloud.account].items()):
        data = backend.get_all_metrics() if backend.alarms else []
        for alarm in backend.alarms.values():
            if _is_judged(alarm) and (change := _change(alarm, data, now_s)):
                yield region, alarm, change


def _is_judged(alarm: Any) -> bool:
    """Whether it is of a metric's statistic or an expression's, and not of a percentile."""
    if alarm.threshold is None or alarm.comparison_operator not in COMPARED:
        return False
    if alarm.metric_data_queries:
        return alarm_queries.period_of(alarm) is not None
    return bool(alarm.metric_name and alarm.statistic in metrics.STATISTICS)


def _change(alarm: Any, data: metrics.Data, now_s: float) -> tuple[str, str, str] | None:
    """An alarm's new state, its reason and the data of that; nothing where it stays."""
    period, periods = alarm_queries.period_of(alarm) or 0, int(alarm.evaluation_periods)
    step = SHORT_S if period < MINUTE_S else MINUTE_S
    end = now_s // step * step
    if (
        in_utc(alarm.state_updated_timestamp).timestamp() >= end
        and alarm.state_value != "INSUFFICIENT_DATA"
    ):
        return None  # a state that it was told lasts until the next look
    rule = Rule(
        alarm.comparison_operator,
        float(alarm.threshold),
        periods,
        int(alarm.datapoints_to_alarm or 0) or None,
        alarm.treat_missing_data or "missing",
    )
    starts = [end - period * n for n in range(periods + MORE, 0, -1)]
    measured = _measured(alarm, data, starts, period)
    points = [point for _, point, _ in measured]
    state = rule.state(points)
    if not measured or state is None or state == alarm.state_value:
        return None
    days = [f"{datetime.fromtimestamp(start, UTC):%d/%m/%y %H:%M:%S}" for start in starts]
    real = [each for each in measured if each[1] is not None][-periods:]
    told = {
        "version": "1.0",
        "queryDate": _iso(now_s),
        **({"startDate": _iso(real[0][0])} if real else {}),
        **({"unit": alarm.unit} if alarm.unit else {}),
        **({"statistic": alarm.statistic} if alarm.statistic else {}),
        "period": period,
        "recentDatapoints": [point for _, point, _ in real],
        "threshold": rule.threshold,
        "evaluatedDatapoints": [
            {"timestamp": _iso(start)}
            | ({} if count is None else {"sampleCount": count})
            | ({} if point is None else {"value": point})
            for start, point, count in reversed(real or measured[-periods:])
        ],
    }
    return state, rule.reason(list(zip(days, points, strict=True)), state), json.dumps(told)


def _measured(
    alarm: Any, data: metrics.Data, starts: list[float], period: int
) -> list[tuple[float, float | None, float | None]]:
    """Each period's beginning, point and count of values; nothing where it is not judged."""
    if alarm.metric_data_queries:
        computed = alarm_queries.points(alarm, data, starts, period) or []
        return [(start, point, None) for start, point in zip(starts, computed, strict=False)]
    dimensions = [{"Name": each.name, "Value": each.value} for each in alarm.dimensions or []]
    found = metrics.of_metric(data, alarm.namespace, alarm.metric_name, dimensions, alarm.unit)
    inside = [[each for each in found if s <= metrics.moment(each) < s + period] for s in starts]
    point, count = metrics.STATISTICS[alarm.statistic], metrics.STATISTICS["SampleCount"]
    return [
        (start, float(point(each)), float(count(each))) if each else (start, None, None)
        for start, each in zip(starts, inside, strict=True)
    ]


def _iso(moment_s: float) -> str:
    return f"{datetime.fromtimestamp(moment_s, UTC):%Y-%m-%dT%H:%M:%S.000+0000}"
