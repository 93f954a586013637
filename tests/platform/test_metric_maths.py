"""Metric maths, by the examples of AWS's page: "-" is a moment without a point.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import datetime

import pytest
from botocore.exceptions import ClientError

# Long enough ago for all of it to have begun, at a whole hour of a Wednesday.
START = datetime.datetime.now(datetime.UTC).replace(minute=0, second=0, microsecond=0)
START -= datetime.timedelta(days=(START.weekday() - 2) % 7 or 7)
RANGE = {"StartTime": START, "EndTime": START + datetime.timedelta(minutes=25)}
_ = None
SERIES = {
    "m1": [30, 20, 0, 0, _],
    "m2": [20, _, 20, _, _],
    "c1": [1, 1, 0, 0, _],
    "c2": [30, _, 0, 0, 30],
    "c3": [0, 0, 20, _, 20],
    "n": [-1.5, 4, 9, 16, 100],
    "none": [_, _, _, _, _],
}


@pytest.fixture(scope="module")
def ask(aws):
    """What an expression comes to, at each of the five moments."""
    watch, namespace = aws("cloudwatch"), "maths"
    watch.put_metric_data(
        Namespace=namespace,
        MetricData=[
            {"MetricName": name, "Value": value, "Timestamp": START + n * FIVE}
            for name, values in SERIES.items()
            for n, value in enumerate(values)
            if value is not None
        ],
    )

    def ask(*expressions, periods=None):
        queries = [
            {
                "Id": name,
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {"Namespace": namespace, "MetricName": name},
                    "Stat": "Sum",
                    "Period": (periods or {}).get(name, 300),
                },
            }
            for name in SERIES
        ]
        queries += [
            {"Id": f"e{n}", "Expression": each, "ReturnData": n == len(expressions)}
            for n, each in enumerate(expressions, 1)
        ]
        (found,) = watch.get_metric_data(**RANGE, MetricDataQueries=queries)["MetricDataResults"]
        assert found["Label"] == f"e{len(expressions)}"
        told = dict(zip(found["Timestamps"], found["Values"], strict=True))
        assert [*told] == sorted(told, reverse=True)
        return [told.get(START + n * FIVE) for n in range(5)]

    return ask


FIVE = datetime.timedelta(minutes=5)
FOUND = {
    "m1 < m2": [0, 0, 1, 0, _],
    "m1 >= 30": [1, 0, 0, 0, _],
    "m1 > 15 AND m2 > 15": [1, 0, 0, 0, _],
    "m1 > 15 && m2 > 15 || m2 == 20": [1, 0, 1, 0, _],
    "IF(c1, c2, c3)": [30, 0, 20, _, _],
    "IF(c1, 5, c3)": [5, 5, 20, _, _],
    "IF(c1, c2, 5)": [30, 0, 5, 5, _],
    "IF(m1 < 25, m1)": [_, 20, 0, 0, _],
    "IF(MAX(m1) > 40, m1, m2)": [20, _, 20, _, _],
    "m1 + m2": [50, 20, 20, 0, _],
    "100 * m2 / m1": [2000 / 30, 0, _, _, _],
    "-m1 - 2 ^ 3": [-38, -28, -8, -8, _],
    "m1 - AVG(m1)": [17.5, 7.5, -12.5, -12.5, _],
    "SUM([m1, m2, c3])": [50, 20, 40, 0, 20],
    "AVG([m1,m2]/2)": [12.5, 5, 5, 0, _],
    'SUM(METRICS("c"))': [31, 1, 20, 0, 50],
    "MAX([m1, c1])": [30, 20, 0, 0, _],
    "FILL(m2, 0)": [20, 0, 20, 0, 0],
    "FILL(m2, MIN(m1) - 1)": [20, -1, 20, -1, -1],
    "FILL(m2, REPEAT)": [20, 20, 20, 20, 20],
    "FILL(none, REPEAT)": [_, _, _, _, _],
    "SUM(FILL([m2, none], 1))": [21, 2, 21, 2, 2],
    "TIME_SERIES(MAX(m1)) / PERIOD(m1)": [0.1, 0.1, 0.1, 0.1, 0.1],
    "DAY(m2)": [3, 3, 3, 3, 3],
    "MINUTE(none)": [0, 5, 10, 15, 20],
    "CEIL(n / 3)": [0, 2, 3, 6, 34],
    "ABS(n)": [1.5, 4, 9, 16, 100],
    "LOG10(c2 + 10 - c2)": [1, _, 1, 1, 1],
    "DIFF(m2)": [_, _, 0, _, _],
    "DIFF_TIME(m2)": [_, _, 600, _, _],
    "RATE(n)": [_, 5.5 / 300, 5 / 300, 7 / 300, 84 / 300],
    "RUNNING_SUM(n)": [-1.5, 2.5, 11.5, 27.5, 127.5],
    "m1 *\n 2": [60, 40, 0, 0, _],
    "none + 1": [_, _, _, _, _],
}


@pytest.mark.parametrize("expression", FOUND)
def test_an_expression(ask, expression):
    assert ask(expression) == pytest.approx(FOUND[expression])


def test_an_expression_of_an_expression(ask):
    assert ask("m1 + m2", "e1 / 2", "SUM([e1, e2])") == [75, 30, 30, 0, None]


def test_metrics_of_several_periods_are_asked_for_by_name(ask):
    assert ask("n", periods={"n": 1500}) == [127.5, None, None, None, None]
    with pytest.raises(ClientError, match="metrics of several periods"):
        ask("n * 2", periods={"n": 1500})


REFUSED = {
    "5": "ValidationError",
    "AVG(m1)": "ValidationError",
    "m1 +": "ValidationError",
    "m1 ** 2": "ValidationError",
    "m1 < m2 < n": "ValidationError",
    "m1.real": "ValidationError",
    "m1[0]": "ValidationError",
    "lambda: m1": "ValidationError",
    "m9 + 1": "ValidationError",
    "e1 + 1": "ValidationError",
    "(" * 1000 + "m1" + ")" * 1000: "ValidationError",
    "-" * 2000 + "m1": "ValidationError",
    "-" * 500 + "m1": "too deep",
    "-m1 ^ 2": "NotImplemented",
    "METRICS()": "NotImplemented",
    "[m1, m2] * [m1, m2, n]": "NotImplemented",
    "MIN([m1, m2])": "NotImplemented",
    "SUM(none) + m1": "NotImplemented",
    "STDDEV(m1)": "NotImplemented",
    "LOG(n)": "NotImplemented",
    "m1 + 10 ^ 400": "NotImplemented",
    "SELECT SUM(sold) FROM shop": "NotImplemented",
    "SEARCH('{AWS/Lambda}', 'Sum')": "NotImplemented",
    "ANOMALY_DETECTION_BAND(m1)": "NotImplemented",
}


@pytest.mark.parametrize(
    "expression", REFUSED, ids=[f"{each[:30]} {len(each)}" for each in REFUSED]
)
def test_what_cannot_be_said_is_refused(ask, expression):
    with pytest.raises(ClientError, match=REFUSED[expression]):
        ask(expression)


def test_ids_are_not_twice_in_a_request(aws):
    twice = [{"Id": "a", "Expression": "TIME_SERIES(1)"}] * 2
    with pytest.raises(ClientError, match="not unique"):
        aws("cloudwatch").get_metric_data(**RANGE, MetricDataQueries=twice)
