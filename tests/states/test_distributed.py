"""Distributed Maps: what they read, how their executions go, what they hand on."""

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.conftest import wait_for

ROWS = b'Col1,Col2,Col3\nValue1,Value2,Value3\n,,\n"a ""b"",c",x\\,y\nd,e,f,g\n'
READ = [
    {"Col1": "Value1", "Col2": "Value2", "Col3": "Value3"},
    {"Col1": "", "Col2": "", "Col3": ""},
    {"Col1": 'a "b",c', "Col2": "x,y", "Col3": ""},
    {"Col1": "d", "Col2": "e", "Col3": "f"},
]
GET, LIST = "arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"
PASS = {"P": {"Type": "Pass", "End": True}}
EVENTS = ["MapStateEntered", "MapStateStarted", "MapRunStarted"]
DONE = ["MapRunSucceeded", "MapStateSucceeded", "MapStateExited"]
BROKEN = ["MapRunFailed", "MapStateFailed"]
# Fails what is called "bad"; the others hand on what they got.
PICKY = {
    "C": {
        "Type": "Choice",
        "Choices": [{"Variable": "$", "StringEquals": "bad", "Next": "F"}],
        "Default": "P",
    },
    "F": {"Type": "Fail", "Error": "Bad", "Cause": "It is."},
    **PASS,
}


def distributed(states=PASS, kind="STANDARD", **fields):
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}}
    processor |= {"StartAt": next(iter(states)), "States": states}
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}


def parquet(**columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


@pytest.fixture
def s3(aws):
    return aws("s3")


@pytest.fixture
def bucket(s3, fresh):
    name = fresh("map-bucket")
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def run(machines, bucket):
    def run(value=None, *, states=PASS, kind="STANDARD", machine=None, **fields):
        whole = {"M": distributed(states, kind, **fields)}
        return machines.run(whole, {"bucket": bucket} if value is None else value, **machine or {})

    return run


def reader(key="file", resource=GET, **config):
    parameters = {"Bucket.$": "$.bucket", **({"Key": key} if key else {})}
    return {"Resource": resource, "Parameters": parameters, "ReaderConfig": config}


FILES = {  # the file, how it is read, its items
    "CSV": (ROWS, {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, READ),
    "CSV in gzip": (
        gzip.compress(ROWS),
        {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 2},
        READ[:2],
    ),
    "CSV with given headers": (
        b"1|2\n3|4\n",
        {
            "InputType": "CSV",
            "CSVHeaderLocation": "GIVEN",
            "CSVHeaders": ["a"],
            "CSVDelimiter": "PIPE",
        },
        [{"a": "1"}, {"a": "3"}],
    ),
    "JSON": (b'[1, {"a": null}]', {"InputType": "JSON"}, [1, {"a": None}]),
    "JSON, an object": (b'{"a": 1}', {"InputType": "JSON"}, [{"Key": "a", "Value": 1}]),
    "JSON, inside": (
        b'{"a/b": [0, {"c": [5]}]}',
        {"InputType": "JSON", "ItemsPointer": "/a~1b/1/c"},
        [5],
    ),
    "JSON Lines": (b'{"a": 1}\n\n2\n', {"InputType": "JSONL"}, [{"a": 1}, 2]),
    "Parquet": (
        parquet(a=[1, None], b=[["x"], []]),
        {"InputType": "PARQUET"},
        [{"a": 1, "b": ["x"]}, {"a": None, "b": []}],
    ),
    "nothing": (b"[]", {"InputType": "JSON"}, []),
}


@pytest.mark.parametrize(("body", "config", "items"), FILES.values(), ids=FILES)
def test_a_file_is_read(run, s3, bucket, body, config, items):
    s3.put_object(Bucket=bucket, Key="file", Body=body)
    ended = run(ItemReader=reader(**config))
    assert (ended.status, ended.output, ended.cause) == ("SUCCEEDED", items, None)
    assert ended.kinds == ["ExecutionStarted", *EVENTS, *DONE, "ExecutionSucceeded"]
    assert ended.details("MapStateStarted") == [{"length": 0}]
    assert [event["previousEventId"] for event in ended.events] == [0, 0, 2, 3, 4, 5, 4, 7]


LIMITS = {  # a limit, what it is, words of the cause
    "a negative count": ("ToleratedFailureCount", -1, "ToleratedFailureCount cannot be negative."),
    "no count": ("ToleratedFailureCount", 1.5, 'value "1.5" which is not a valid integer: $.n'),
    "too large a share": (
        "ToleratedFailurePercentage",
        100.1,
        "ToleratedFailurePercentage must be between 0 and 100.",
    ),
    "no share": ("ToleratedFailurePercentage", {}, 'value "{}" which is not a valid float: $.n'),
}


@pytest.mark.parametrize(("name", "value", "words"), LIMITS.values(), ids=LIMITS)
def test_a_limit_is_judged_once_the_map_has_begun(run, name, value, words):
    ended = run({"l": [1], "n": value}, ItemsPath="$.l", **{f"{name}Path": "$.n"})
    assert ended.kinds[1:] == ["MapStateEntered", "MapStateStarted", "ExecutionFailed"]
    assert (ended.error, ended.cause.endswith(words)) == ("States.Runtime", True)


def test_fewer_items_than_none_are_not_read(run, s3, bucket):
    s3.put_object(Bucket=bucket, Key="file", Body=b"[1]")
    read = reader(InputType="JSON", MaxItemsPath="$.n")
    ended = run({"bucket": bucket, "n": -1}, ItemReader=read)
    assert ended.kinds[-3:] == ["MapRunFailed", "MapStateFailed", "ExecutionFailed"]
    assert (ended.error, ended.cause) == (
        "States.ItemReaderFailed",
        "field MaxItems must be positive",
    )


def test_listings_and_what_they_hold(run, s3, bucket):
    for key in ("in/1", "in/2", "out"):
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps([key]).encode())
    listed = reader("", LIST)
    listed["Parameters"]["Prefix"] = "in/"
    ended = run(ItemReader=listed, ItemSelector={"v.$": "$$.Map.Item.Value", "of.$": "$$.Map.Item"})
    assert [each["v"]["Key"] for each in ended.output] == ["in/1", "in/2"]
    assert set(ended.output[0]["v"]) == {"Etag", "Key", "LastModified", "Size", "StorageClass"}
    assert (ended.output[1]["of"]["Index"], ended.output[1]["of"]["Source"]) == (
        1,
        f"S3://{bucket}",
    )
    listed["ReaderConfig"] = {"InputType": "JSON", "Transformation": "LOAD_AND_FLATTEN"}
    assert run(ItemReader=listed).output == ["in/1", "in/2"]


def test_manifests(run, s3, bucket):
    s3.put_object(Bucket=bucket, Key="data/1", Body=gzip.compress(b"{}\n"))
    s3.put_object(Bucket=bucket, Key="unloaded.csv", Body=f"s3://{bucket}/data/1\n".encode())
    unloaded = reader("unloaded.csv", InputType="JSONL", ManifestType="ATHENA_DATA")
    assert run(ItemReader=unloaded).output == [{}]
    manifest = {
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key",
        "destinationBucket": f"arn:aws:s3:::{bucket}",
        "files": [{"key": "inventory.csv"}],
    }
    s3.put_object(Bucket=bucket, Key="inventory.csv", Body=b'"b","k"\n')
    s3.put_object(Bucket=bucket, Key="manifest.json", Body=json.dumps(manifest).encode())
    found = run(ItemReader=reader("manifest.json", InputType="MANIFEST"))
    assert found.output == [{"Bucket": "b", "Key": "k"}]


UNREADABLE = {  # the file, how it is read, the cause
    "no object": (None, {"InputType": "JSON"}, "The specified key does not exist. (Service: "),
    "twice the same header": (
        b"a,a\n",
        {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        "CSV headers cannot contain duplicates.",
    ),
    "no list": (b'"a"', {"InputType": "JSON"}, "Attempting to map over non-iterable node."),
    "no JSON": (b"[NaN]", {"InputType": "JSON"}, "The object is not valid JSON: "),
    "no text": (b"\x80", {"InputType": "JSONL"}, "The object is not a text in UTF-8: "),
    "no Parquet": (b"PAR1", {"InputType": "PARQUET"}, "The object is not a Parquet file: "),
    "no JSON's type": (
        parquet(a=pa.array([0], pa.date32())),
        {"InputType": "PARQUET"},
        "Columns of the type date32[day] are not read here: 'a'.",
    ),
    "no inventory": (b"[]", {"InputType": "MANIFEST"}, "The object is not a manifest of"),
}


@pytest.mark.parametrize(("body", "config", "cause"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_fails_the_state(run, s3, bucket, body, config, cause):
    if body:
        s3.put_object(Bucket=bucket, Key="file", Body=body)
    ended = run(ItemReader=reader(**config))
    assert (ended.error, ended.cause[: len(cause)]) == ("States.ItemReaderFailed", cause)
    assert ended.kinds == ["ExecutionStarted", *EVENTS, *BROKEN, "ExecutionFailed"]


def test_the_older_name_of_the_processor(machines):
    state = distributed()
    state["Iterator"] = state.pop("ItemProcessor")
    ended = machines.run({"M": state}, [1])
    assert (ended.output, ended.kinds.count("MapRunStarted")) == ([1], 1)


def test_executions_are_of_their_own(run, machines):
    ended = run(["a", "b"], Label="Each", MaxConcurrency=1)
    assert (ended.output, ended.details("MapStateStarted")) == (["a", "b"], [{"length": 2}])
    (listed,) = machines.sfn.list_map_runs(executionArn=ended.arn)["mapRuns"]
    told = machines.sfn.describe_map_run(mapRunArn=listed["mapRunArn"])
    assert (told["status"], told["maxConcurrency"], told["toleratedFailureCount"]) == (
        "SUCCEEDED",
        1,
        0,
    )
    assert told["itemCounts"] == told["executionCounts"]
    assert (told["itemCounts"]["succeeded"], told["itemCounts"]["resultsWritten"]) == (2, 2)
    asked = {"mapRunArn": listed["mapRunArn"]}
    children = machines.sfn.list_executions(**asked)["executions"]
    assert [child["itemCount"] for child in children] == [1, 1]
    child = machines.sfn.describe_execution(executionArn=children[-1]["executionArn"])
    assert (child["input"], child["status"], child["mapRunArn"]) == (
        '"a"',
        "SUCCEEDED",
        *asked.values(),
    )
    assert child["stateMachineArn"].endswith("/Each") == listed["stateMachineArn"].endswith("/Each")
    assert len(machines.history(child["executionArn"])) == 4
    machine = machines.sfn.describe_execution(executionArn=ended.arn)["stateMachineArn"]
    assert len(machines.sfn.list_executions(stateMachineArn=machine)["executions"]) == 1


def test_express_executions_have_results_and_no_history(run, machines):
    ended = run([1, 2], kind="EXPRESS")
    assert ended.output == [1, 2]
    arn = ended.details("MapRunStarted")[0]["mapRunArn"]
    child = machines.sfn.list_executions(mapRunArn=arn)["executions"][0]["executionArn"]
    assert machines.sfn.describe_execution(executionArn=child)["status"] == "SUCCEEDED"
    with pytest.raises(ClientError, match="InvalidArn"):
        machines.sfn.get_execution_history(executionArn=child)


BATCHES = {  # the batcher, the batches of 1 to 5
    "items": ({"MaxItemsPerBatch": 2}, [[1, 2], [3, 4], [5]]),
    "bytes": ({"MaxInputBytesPerBatch": 17}, [[1, 2, 3], [4, 5]]),
    "a path": ({"MaxItemsPerBatchPath": "$.most"}, [[1, 2, 3, 4], [5]]),
}


@pytest.mark.parametrize(("batcher", "batches"), BATCHES.values(), ids=BATCHES)
def test_items_go_in_batches(run, machines, batcher, batches):
    ended = run({"items": [1, 2, 3, 4, 5], "most": 4}, ItemsPath="$.items", ItemBatcher=batcher)
    assert [each["Items"] for each in ended.output] == batches
    arn = ended.details("MapRunStarted")[0]["mapRunArn"]
    told = machines.sfn.describe_map_run(mapRunArn=arn)
    counts = told["itemCounts"]["total"], told["executionCounts"]["total"]
    assert counts == (5, len(batches))


TOO_LARGE = {"an input": {}, "a batch": {"ItemBatcher": {"MaxInputBytesPerBatch": 100_000}}}


@pytest.mark.parametrize("fields", TOO_LARGE.values(), ids=TOO_LARGE)
def test_an_item_that_is_too_large_fails_the_state(run, s3, bucket, fields):
    s3.put_object(Bucket=bucket, Key="file", Body=json.dumps(["x" * 300_000]).encode())
    ended = run(ItemReader=reader(InputType="JSON"), **fields)
    assert (ended.error, ended.kinds[-3:-1]) == ("States.DataLimitExceeded", BROKEN)


def test_batches_share_an_input_in_jsonata(run):
    fields = {"Items": "{% $states.input.n %}", "ItemSelector": "{% $states.context.Map.Item %}"}
    batcher = {"BatchInput": {"x": "{% $states.input.x %}"}, "MaxItemsPerBatch": "{% 1 + 1 %}"}
    whole = {"machine": {"QueryLanguage": "JSONata"}}
    ended = run({"n": [7], "x": "y"}, ItemBatcher=batcher, **whole, **fields)
    item = {"Index": 0, "Value": 7, "Source": "STATE_DATA"}
    assert ended.output == [{"BatchInput": {"x": "y"}, "Items": [item]}]


TOLERATED = {  # limits, whether one of three may fail
    "none": ({}, False),
    "a count": ({"ToleratedFailureCount": 1}, True),
    "a share": ({"ToleratedFailurePercentage": 34}, True),
    "too small a share": ({"ToleratedFailurePercentage": 33}, False),
    "one of both": ({"ToleratedFailurePercentage": 90, "ToleratedFailureCount": 0}, False),
}


@pytest.mark.parametrize(("limits", "may"), TOLERATED.values(), ids=TOLERATED)
def test_some_may_fail(run, machines, limits, may):
    ended = run(["a", "bad", "c"], states=PICKY, MaxConcurrency=1, **limits)
    arn = ended.details("MapRunStarted")[0]["mapRunArn"]
    counts = machines.sfn.describe_map_run(mapRunArn=arn)["executionCounts"]
    if may:
        a, failed, c = ended.output
        assert (a, c, failed["Error"], failed["Input"]) == ("a", "c", "Bad", '"bad"')
        assert (counts["failed"], counts["succeeded"], counts["pending"]) == (1, 2, 0)
    else:
        assert ended.error == "States.ExceedToleratedFailureThreshold"
        assert ended.cause == "The specified tolerated failure threshold was exceeded"
        assert ended.kinds[-3:] == [*BROKEN, "ExecutionFailed"]
        assert (counts["failed"], counts["succeeded"], counts["pending"]) == (1, 1, 1)


def test_failures_are_caught_and_tried_again(run, machines):
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 1}]
    catch = [{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "Next": "P"}]
    ended = run(["bad"], states=PICKY, Retry=retry)
    assert (ended.kinds.count("MapRunStarted"), ended.status) == (2, "FAILED")
    caught = machines.run({"M": distributed(PICKY, Catch=catch), **PASS}, ["bad"])
    assert caught.output["Error"] == "States.ExceedToleratedFailureThreshold"


WRITERS = {  # the writer's config, what the file says of [1] and [2]
    "by default": (None, None),
    "COMPACT": ({"Transformation": "COMPACT", "OutputType": "JSON"}, "[[1],[2]]"),
    "FLATTEN": ({"Transformation": "FLATTEN", "OutputType": "JSONL"}, "1\n2"),
}


@pytest.mark.parametrize(("config", "text"), WRITERS.values(), ids=WRITERS)
def test_results_are_written(run, s3, bucket, config, text):
    place = {"Bucket.$": "$.bucket", "Prefix": "to/"}
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": place}
    writer |= {"WriterConfig": config} if config else {}
    ended = run({"bucket": bucket, "n": [[1], [2]]}, ItemsPath="$.n", ResultWriter=writer)
    arn = ended.details("MapRunStarted")[0]["mapRunArn"]
    key = f"to/{arn.rpartition(':')[2]}/manifest.json"
    details = {"Bucket": bucket, "Key": key}
    assert ended.output == {"MapRunArn": arn, "ResultWriterDetails": details}
    manifest = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    assert (manifest["DestinationBucket"], manifest["MapRunArn"]) == (bucket, arn)
    assert (manifest["ResultFiles"]["FAILED"], manifest["ResultFiles"]["PENDING"]) == ([], [])
    (file,) = manifest["ResultFiles"]["SUCCEEDED"]
    body = s3.get_object(Bucket=bucket, Key=file["Key"])["Body"].read().decode()
    assert len(body) == file["Size"]
    if text is None:
        assert [each["Output"] for each in json.loads(body)] == ["[1]", "[2]"]
        assert json.loads(body)[0]["RedriveStatus"] == "NOT_REDRIVABLE"
    else:
        assert body == text


def test_results_of_failures_are_written_too(run, s3, bucket):
    place = {"Bucket.$": "$.bucket"}
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": place}
    value = {"bucket": bucket, "n": ["bad", "b"]}
    run(value, states=PICKY, ItemsPath="$.n", ResultWriter=writer, MaxConcurrency=1)
    keys = [
        each["Key"].rpartition("/")[2] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]
    ]
    assert keys == ["FAILED_0.json", "PENDING_0.json", "manifest.json"]
    ended = run({"bucket": "nowhere", "n": []}, ItemsPath="$.n", ResultWriter=writer)
    assert ended.error == "States.ResultWriterFailed"


WAITS = {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}


def map_run(machines, execution):
    runs = wait_for(lambda: machines.sfn.list_map_runs(executionArn=execution)["mapRuns"])
    return runs[0]["mapRunArn"]


def counts_of(machines, run):
    return machines.sfn.describe_map_run(mapRunArn=run)["executionCounts"]


def test_a_map_run_is_changed_while_it_runs_and_ends_with_its_execution(machines):
    arn = machines.make({"M": distributed(WAITS, MaxConcurrency=1)})
    execution = machines.start(arn, [1, 2, 3])
    run = map_run(machines, execution)
    wait_for(lambda: counts_of(machines, run)["running"] == 1)
    machines.sfn.update_map_run(mapRunArn=run, maxConcurrency=2, toleratedFailureCount=5)
    wait_for(lambda: counts_of(machines, run)["running"] == 2)
    assert machines.sfn.describe_map_run(mapRunArn=run)["toleratedFailureCount"] == 5
    machines.sfn.stop_execution(executionArn=execution)
    wait_for(lambda: counts_of(machines, run)["aborted"] == 2)
    assert machines.sfn.describe_map_run(mapRunArn=run)["status"] == "ABORTED"
    with pytest.raises(ClientError, match="ValidationException"):
        machines.sfn.update_map_run(mapRunArn=run, maxConcurrency=2)


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_a_redriven_map_run_goes_on_with_what_failed(machines, aws, fresh, kind):
    name = fresh("/map/parameter")
    asked = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter", "End": True}
    asked |= {"Parameters": {"Name.$": "$"}, "ResultPath": None}
    arn = machines.make({"M": distributed({"T": asked}, kind, MaxConcurrency=1)})
    aws("ssm").put_parameter(Name=name, Value="1", Type="String")
    failed = machines.wait(machines.start(arn, [name, f"{name}/2"]))
    run = failed.details("MapRunStarted")[0]["mapRunArn"]
    first = machines.sfn.list_executions(mapRunArn=run, statusFilter="FAILED")["executions"][0]
    told = machines.sfn.describe_execution(executionArn=first["executionArn"])
    assert told["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
    with pytest.raises(ClientError, match="ExecutionNotRedrivable"):
        machines.sfn.redrive_execution(executionArn=first["executionArn"])
    aws("ssm").put_parameter(Name=f"{name}/2", Value="2", Type="String")
    machines.sfn.redrive_execution(executionArn=failed.arn)
    ended = machines.wait(failed.arn)
    assert (ended.status, ended.output) == ("SUCCEEDED", [name, f"{name}/2"])
    assert ended.details("MapRunRedriven") == [{"mapRunArn": run, "redriveCount": 1}]
    told = machines.sfn.describe_map_run(mapRunArn=run)
    assert (told["redriveCount"], told["executionCounts"]["succeeded"]) == (1, 2)
    states = machines.sfn.list_executions(mapRunArn=run)["executions"]
    assert sorted(each["redriveCount"] for each in states) == [0, 1]


REFUSED = {  # fields, the machine's kind, the problem
    "no ExecutionType": ({"kind": None}, "STANDARD", "one of the following: [STANDARD, EXPRESS]"),
    "in an Express machine": ({}, "EXPRESS", "does not support Map states of the mode DISTRIBUTED"),
    "a reader of nothing": ({"ItemReader": {}}, "STANDARD", "required: [Resource]"),
    "a reader of no type": ({"ItemReader": {"Resource": GET}}, "STANDARD", "[InputType]"),
    "no headers": (
        {"ItemReader": {"Resource": GET, "ReaderConfig": {"InputType": "CSV"}}},
        "STANDARD",
        "[CSVHeaderLocation]",
    ),
    "a batcher of nothing": ({"ItemBatcher": {}}, "STANDARD", "[MaxItemsPerBatch, MaxInputBytes"),
    "a writer of nothing": ({"ResultWriter": {}}, "STANDARD", "[Resource, WriterConfig]"),
    "a long label": ({"Label": "a" * 41}, "STANDARD", "1 to 40 characters"),
    "a label with a control character": ({"Label": "a\x01"}, "STANDARD", "1 to 40 characters"),
    "too large a share": ({"ToleratedFailurePercentage": 101}, "STANDARD", "between 0 and 100"),
    "an unknown field": ({"ItemBatcher": {"X": 1}}, "STANDARD", "Field 'X' is not supported"),
    "Express tasks that wait": (
        {
            "kind": "EXPRESS",
            "states": {
                "T": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::states:startExecution.sync",
                    "End": True,
                }
            },
        },
        "STANDARD",
        "Express state machine does not support '.sync'",
    ),
}


@pytest.mark.parametrize(("fields", "kind", "words"), REFUSED.values(), ids=REFUSED)
def test_what_could_never_run_is_refused(machines, fields, kind, words):
    with pytest.raises(ClientError) as refused:
        machines.make({"M": distributed(**fields)}, kind=kind)
    assert words in str(refused.value)


def test_fields_of_the_mode_are_refused_in_the_other(machines):
    state = distributed(Label="x")
    del state["ItemProcessor"]["ProcessorConfig"]
    with pytest.raises(ClientError, match="'Label' is only supported in a Map of the mode"):
        machines.make({"M": state})
