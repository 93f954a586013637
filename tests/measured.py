"""What CloudWatch has of a metric that a service sends by itself."""

import datetime as dt

from tests.conftest import wait_for

HOUR = dt.timedelta(hours=1)


def total(watch, namespace, name, statistic="Sum", **dimensions):
    """The sum of a metric's last hour, once there is one."""
    now = dt.datetime.now(dt.UTC)
    asked = {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "StartTime": now - HOUR,
        "EndTime": now + HOUR,
        "Period": 7200,
        "Statistics": [statistic],
    }
    [point] = wait_for(lambda: watch.get_metric_statistics(**asked)["Datapoints"])
    return point[statistic]
