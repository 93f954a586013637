"""Nothing comes between what is looked at before a change and the change."""

import json
from collections import OrderedDict, deque
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from botocore.serialize import create_serializer

from labkit.cloud import front, memory, protocol
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import OPERATIONS, AwsError, Principal

FILTER = {"TableCatalogId": "1" * 12, "DatabaseName": "d", "TableName": "t", "Name": "f"}
GRANT = {"FunctionName": "f", "StatementId": "s", "Action": "lambda:*", "Principal": "*"}
PREPARED = {"StatementName": "st", "WorkGroup": "w", "QueryStatement": "SELECT 1"}
POLICY = {"RoleName": "r", "PolicyName": "p", "PolicyDocument": "{}"}
QUEUE = "http://127.0.0.1/123456789012/q"


@pytest.fixture
def door(tmp_path, monkeypatch):
    """A front that believes who asks."""
    cloud = Cloud(tmp_path / "home")
    claim = SimpleNamespace(region=cloud.region, access_key="key")
    asking = Principal(f"arn:aws:iam::{cloud.account}:root", cloud.account)
    monkeypatch.setattr(front.guard, "identify", lambda *_: (claim, asking))
    monkeypatch.setattr(front.delivery, "settle", lambda: None)
    yield front.Front(cloud, lambda *_: pytest.fail("it was looked at, and no more"))
    cloud.stop()


@pytest.mark.parametrize(
    ("service", "name", "members", "others_wait"),
    [
        ("sns", "CreateTopic", {"Name": "t"}, True),
        ("lambda", "CreateEventSourceMapping", {"FunctionName": "f"}, True),
        ("lambda", "UpdateFunctionCode", {"FunctionName": "f", "RevisionId": "1"}, True),
        ("lambda", "AddPermission", GRANT, True),
        ("scheduler", "CreateScheduleGroup", {"Name": "g"}, True),
        ("lakeformation", "CreateLFTag", {"TagKey": "k", "TagValues": ["v"]}, True),
        ("lakeformation", "CreateDataCellsFilter", {"TableData": FILTER}, True),
        ("kinesis", "CreateStream", {"StreamName": "s", "ShardCount": 1}, True),
        ("iam", "PutRolePolicy", POLICY, True),
        ("athena", "CreatePreparedStatement", PREPARED, True),
        ("sqs", "ReceiveMessage", {"QueueUrl": QUEUE, "WaitTimeSeconds": 20}, False),
        ("lambda", "Invoke", {"FunctionName": "f"}, False),
        ("cloudformation", "CreateStack", {"StackName": "s"}, False),
    ],
)
def test_who_else_asks_waits(door, monkeypatch, service, name, members, others_wait):
    seen = []

    def look(context, _):
        seen.append(_is_held(context.cloud, service))
        raise AwsError("Seen", "")

    monkeypatch.setitem(front.JUDGES, service, look)
    with pytest.raises(AwsError, match="Seen"):
        _ask(door, service, name, members)
    assert seen == [others_wait]


def test_what_changes_while_it_is_told_is_told_anew(door, monkeypatch):
    held = {"a": None}

    def names(context, **_):
        return {"WorkGroups": [{"Name": name} for name in held if held.setdefault("b") is None]}

    monkeypatch.setitem(OPERATIONS, ("athena", "ListWorkGroups"), names)
    told = json.loads(_ask(door, "athena", "ListWorkGroups", {}).body)
    assert told == {"WorkGroups": [{"Name": "a"}, {"Name": "b"}]}


@pytest.mark.parametrize(
    ("held", "add"),
    [
        ({1: 1}, lambda held: held.setdefault(2, 2)),
        (OrderedDict({1: 1}), lambda held: held.setdefault(2, 2)),
        ({1}, lambda held: held.add(2)),
        (deque([1]), lambda held: held.append(2)),
    ],
)
def test_all_that_python_says_of_changes_is_understood(held, add):
    assert memory.steady(lambda: [each for each in held if len(held) == 2 or add(held) or 1])
    with pytest.raises(RuntimeError, match="another"):
        memory.steady(lambda: (_ for _ in ()).throw(RuntimeError("another")))


def _ask(door, service, name, members):
    model = protocol.service_model(service)
    write = create_serializer(model.metadata["protocol"])
    said = write.serialize_to_request(members, model.operation_model(name))
    path, body = said["url_path"], said["body"]
    body = urlencode(body).encode() if isinstance(body, dict) else body or b""
    headers = {k.upper().replace("-", "_"): v for k, v in said["headers"].items()}
    environ = {f"HTTP_{k}": v for k, v in headers.items()} | {
        "REQUEST_METHOD": said["method"],
        "PATH_INFO": path,
        "RAW_URI": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": headers.get("CONTENT_TYPE", ""),
    }
    return door._serve(service, model, environ, body, None)


def _is_held(cloud, service):
    """Whether another thread cannot have a service's records."""
    lock = cloud._locks.get(service)

    def take():
        taken = lock.acquire(blocking=False)
        if taken:
            lock.release()
        return taken

    with ThreadPoolExecutor(1) as other:
        return lock is not None and not other.submit(take).result()
