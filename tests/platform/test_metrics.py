"""CloudWatch's statistics: of a metric with its own dimensions alone, and by whole minutes."""

import datetime
import gzip
import json

import pytest
from botocore.exceptions import ClientError

from tests.roles import lets_in

NOON = datetime.datetime.now(datetime.UTC).replace(minute=0, second=0, microsecond=0)
RANGE = {"StartTime": NOON, "EndTime": NOON + datetime.timedelta(minutes=10)}
EAST, WEST = ([{"Name": "Region", "Value": value}] for value in ("east", "west"))


@pytest.fixture
def metrics(aws, fresh):
    """CloudWatch, and a namespace that has three metrics of one name."""
    cloudwatch, namespace = aws("cloudwatch"), fresh("shop")

    def put(minute, value, dimensions, **more):
        moment = NOON + datetime.timedelta(minutes=minute, seconds=40)
        datum = {"MetricName": "sold", "Dimensions": dimensions, "Timestamp": moment}
        cloudwatch.put_metric_data(
            Namespace=namespace, MetricData=[datum | {"Value": value} | more]
        )

    put(0, 1, []), put(0, 2, EAST), put(1, 4, EAST), put(3, 8, EAST), put(0, 16, WEST)
    put(1, 32, EAST, Unit="Count")
    return cloudwatch, namespace


ASKED = {
    "no-dimension": ({}, {"Period": 60}, [(0, 1)]),
    "east": ({"Dimensions": EAST}, {"Period": 60, "Unit": "None"}, [(0, 2), (1, 4), (3, 8)]),
    "by-two-minutes": ({"Dimensions": EAST}, {"Period": 120, "Unit": "None"}, [(0, 6), (2, 8)]),
    "unit": ({"Dimensions": EAST}, {"Period": 60, "Unit": "Count"}, [(1, 32)]),
    "another-namespace": ({"Dimensions": EAST, "Namespace": "none"}, {"Period": 60}, []),
}


@pytest.mark.parametrize(("metric", "how", "sums"), ASKED.values(), ids=ASKED)
def test_sums(metrics, metric, how, sums):
    cloudwatch, namespace = metrics
    metric = {"Namespace": namespace, "MetricName": "sold"} | metric
    told = cloudwatch.get_metric_statistics(**metric, **how, **RANGE, Statistics=["Sum"])
    points = [(each["Timestamp"], each["Sum"]) for each in told["Datapoints"]]
    stat = {"Metric": metric, "Stat": "Sum"} | how
    (found,) = cloudwatch.get_metric_data(
        **RANGE, MetricDataQueries=[{"Id": "a", "MetricStat": stat}], ScanBy="TimestampAscending"
    )["MetricDataResults"]
    wanted = [(NOON + datetime.timedelta(minutes=minute), value) for minute, value in sums]
    assert points == list(zip(found["Timestamps"], found["Values"], strict=True)) == wanted


def test_units_are_told_apart(metrics):
    cloudwatch, namespace = metrics
    points = cloudwatch.get_metric_statistics(
        Namespace=namespace, MetricName="sold", Dimensions=EAST, Period=600, **RANGE,
        Statistics=["Average", "Minimum", "Maximum", "SampleCount"],
    )["Datapoints"]  # fmt: skip
    told = {each.pop("Unit"): sorted(each.items())[:4] for each in points}
    assert told["Count"] == [("Average", 32), ("Maximum", 32), ("Minimum", 32), ("SampleCount", 1)]
    assert told["None"][1:] == [("Maximum", 8), ("Minimum", 2), ("SampleCount", 3)]


def test_a_query_without_a_unit_takes_one(metrics):
    cloudwatch, namespace = metrics
    metric = {"Namespace": namespace, "MetricName": "sold", "Dimensions": EAST}
    stat = {"Metric": metric, "Stat": "Sum", "Period": 3600}
    (found,) = cloudwatch.get_metric_data(
        **RANGE, MetricDataQueries=[{"Id": "a", "MetricStat": stat}]
    )["MetricDataResults"]
    told = "Multiple units returned: '[Count, None]'"
    assert found["Messages"] == [{"Code": "MultipleUnits", "Value": told}]
    assert (found["Label"], found["Values"]) == ("sold", [32])


LABELS = {
    "one": ([("Sum", 60)], ["sold"]),
    "statistics": ([("Sum", 60), ("Average", 60)], ["sold Sum", "sold Average"]),
    "periods": ([("Sum", 60), ("Sum", 30)], ["sold 60", "sold 30"]),
    "both": ([("Sum", 60), ("Average", 30)], ["sold Sum 60", "sold Average 30"]),
}


@pytest.mark.parametrize(("asked", "labels"), LABELS.values(), ids=LABELS)
def test_a_label_has_what_tells_the_queries_apart(metrics, asked, labels):
    cloudwatch, namespace = metrics
    metric = {"Namespace": namespace, "MetricName": "sold"}
    queries = [
        {"Id": f"a{n}", "MetricStat": {"Metric": metric, "Stat": stat, "Period": period}}
        for n, (stat, period) in enumerate(asked)
    ]
    found = cloudwatch.get_metric_data(**RANGE, MetricDataQueries=queries)["MetricDataResults"]
    assert [each["Label"] for each in found] == labels


NO_DATA = {
    "no value": ({}, "At least one of the parameters MetricData.member.1.Value and"),
    "two": ({"Value": 1, "Values": [1]}, "are mutually exclusive and you have specified both"),
    "unit": ({"Value": 1, "Unit": "Pint"}, "MetricData.member.1.Unit must be a value in the set"),
    "infinite": ({"Value": float("inf")}, "value Infinity for parameter MetricData.member.1.Value"),
    "none": ({"Values": [1, float("nan")]}, "value NaN for .*1.Values.member.2 is invalid"),
    "large": (
        {
            "StatisticValues": dict.fromkeys(("SampleCount", "Sum", "Minimum"), 1)
            | {"Maximum": 1e109}
        },
        "1e\\+109 for .*StatisticValues.Maximum is invalid",
    ),
}


@pytest.mark.parametrize(("datum", "told"), NO_DATA.values(), ids=NO_DATA)
def test_data_that_are_none(metrics, datum, told):
    cloudwatch, namespace = metrics
    with pytest.raises(ClientError, match=told):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=[{"MetricName": "sold"} | datum])


def test_a_metric_is_listed_once(metrics):
    cloudwatch, namespace = metrics
    told = cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
    assert [each["Dimensions"] for each in told] == [[], EAST, WEST]
    of_regions = cloudwatch.list_metrics(Namespace=namespace, Dimensions=[{"Name": "Region"}])
    assert len(of_regions["Metrics"]) == 2
    with pytest.raises(ClientError, match="metrics of other accounts"):
        cloudwatch.list_metrics(IncludeLinkedAccounts=True, OwningAccount="1" * 12)


def test_an_alarm_is_in_no_state_until_it_is_told_one(aws, fresh):
    watch, name = aws("cloudwatch"), fresh("alarm")
    said = {
        "AlarmName": name,
        "Namespace": name,
        "MetricName": "m",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "ignore",
    }
    for state in ("INSUFFICIENT_DATA", "ALARM"):
        watch.put_metric_alarm(**said)
        [alarm] = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        assert alarm["StateValue"] == state
        watch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="told")
    watch.delete_alarms(AlarmNames=[name])


def test_an_alarms_state_is_told_to_its_topic(aws, fresh):
    watch, name, queues = aws("cloudwatch"), fresh("alarm"), aws("sqs")
    topic = aws("sns").create_topic(Name=name)["TopicArn"]
    url = queues.create_queue(QueueName=name, Attributes=lets_in("sns"))["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    watch.put_metric_alarm(
        AlarmName=name, Namespace=name, MetricName="m", Statistic="Sum", Period=60, Threshold=1,
        EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic],
        TreatMissingData="ignore",
    )  # fmt: skip
    for _ in range(2):  # the second time nothing changes
        watch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="told")
    watch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="told")
    watch.disable_alarm_actions(AlarmNames=[name])
    watch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="told")
    (got,) = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    told = json.loads(got["Body"])
    said = json.loads(told["Message"])
    assert told["Subject"] == f'ALARM: "{name}" in US East (N. Virginia)'
    assert (said["OldStateValue"], said["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert (said["Trigger"]["Statistic"], said["NewStateReason"]) == ("SUM", "told")
    with pytest.raises(ClientError, match="at 'stateValue' failed to satisfy constraint"):
        watch.set_alarm_state(AlarmName=name, StateValue="NONE", StateReason="told")
    watch.delete_alarms(AlarmNames=[name])


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param({"Dimensions": EAST}, True, id="its-dimensions"),
        pytest.param({}, False, id="no-dimensions"),
        pytest.param({"Dimensions": WEST}, False, id="others"),
        pytest.param({"Dimensions": EAST, "Statistic": "Average"}, False, id="statistic"),
        pytest.param({"Dimensions": EAST, "Period": 60, "Statistic": "Sum"}, True, id="all-of-it"),
    ],
)
def test_alarms_are_those_of_a_metric_with_its_dimensions(aws, fresh, asked, found):
    watch, name = aws("cloudwatch"), fresh("alarm")
    metric = {"Namespace": name, "MetricName": "m"}
    watch.put_metric_alarm(
        AlarmName=name, **metric, Dimensions=EAST, Statistic="Sum", Period=60, Threshold=1,
        EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold", OKActions=[],
    )  # fmt: skip
    told = watch.describe_alarms_for_metric(**metric, **asked)["MetricAlarms"]
    [alarm] = watch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert len(told) == found
    for each in told:  # of the times, one has parts of a millisecond
        same = {k for k, v in each.items() if alarm[k] == v or k.endswith("Timestamp")}
        assert same == each.keys() == alarm.keys() - {"Metrics"}
    watch.delete_alarms(AlarmNames=[name])


ALARM = {
    "AlarmName": "never",
    "Namespace": "n",
    "MetricName": "m",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
}
NO_ALARMS = {  # what is said of an alarm → why it is not made
    "no number": ({"Threshold": float("nan")}, "Threshold must be a finite number"),
    "no comparison": ({"ComparisonOperator": "Over"}, "'Over' at 'comparisonOperator' failed"),
    "no unit": ({"Unit": "Apples"}, "'Apples' at 'unit' failed"),
    "no treatment": ({"TreatMissingData": "maybe"}, "TreatMissingData must be one of"),
    "more than all": ({"DatapointsToAlarm": 2}, "less than or equal to EvaluationPeriods"),
    "two statistics": ({"ExtendedStatistic": "p90"}, "Exactly one of Statistic"),
    "an odd period": ({"Period": 61}, "Period must be 10, 20, 30 or a multiple of 60"),
    "too long": ({"Period": 86_400, "EvaluationPeriods": 8}, "across more than seven days"),
}


@pytest.mark.parametrize(("said", "why"), NO_ALARMS.values(), ids=NO_ALARMS)
def test_alarms_that_are_not_made(aws, said, why):
    with pytest.raises(ClientError, match=f"ValidationError.*{why}"):
        aws("cloudwatch").put_metric_alarm(**ALARM | said)


def test_a_dashboards_name_has_no_colon(aws):
    with pytest.raises(ClientError, match="DashboardName contains invalid characters"):
        aws("cloudwatch").put_dashboard(DashboardName="a:b", DashboardBody='{"widgets": []}')


def test_a_metric_has_thirty_dimensions_at_most(aws):
    many = [{"Name": str(number), "Value": "a"} for number in range(31)]
    data = [{"MetricName": "m", "Value": 1, "Dimensions": many}]
    with pytest.raises(ClientError, match="Dimensions must not have a size greater than 30"):
        aws("cloudwatch").put_metric_data(Namespace="n", MetricData=data)


def test_a_request_that_the_client_packs(aws, fresh):
    """botocore does from 10 KB on."""
    cloudwatch, metric = aws("cloudwatch"), {"Namespace": fresh("shop"), "MetricName": "sold"}
    data = [{"MetricName": "sold", "Value": 1, "Timestamp": NOON} for _ in range(500)]
    cloudwatch.put_metric_data(Namespace=metric["Namespace"], MetricData=data)
    told = cloudwatch.get_metric_statistics(**metric, **RANGE, Period=60, Statistics=["Sum"])
    assert [each["Sum"] for each in told["Datapoints"]] == [500]


BROKEN = {
    "no-gzip": (b"{}", "SerializationException"),
    "not-whole": (gzip.compress(b"{}")[:-4], "SerializationException"),
    "a-bomb": (gzip.compress(bytes(130 << 20), 1), "RequestEntityTooLargeException"),
}


@pytest.mark.parametrize(("body", "code"), BROKEN.values(), ids=BROKEN)
def test_a_packed_request_that_is_none(cloud, body, code):
    def pack(request, **_):
        request.data, request.headers["Content-Encoding"] = body, "gzip"

    cloudwatch = cloud.client("cloudwatch", region_name=cloud.region)  # of this test alone
    cloudwatch.meta.events.register("before-sign.cloudwatch.ListMetrics", pack)
    with pytest.raises(ClientError) as refusal:
        cloudwatch.list_metrics()
    assert refusal.value.response["Error"]["Code"] == code
