"""A lab that two notebooks open or take down at once, and one whose work is interrupted."""

from types import SimpleNamespace

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from IPython.core.interactiveshell import InteractiveShell

import labkit
from labkit import environment, removal
from labkit.errors import in_a_line


def test_a_key_that_two_notebooks_make_is_one(lab, monkeypatch):
    kms, before = lab.client("kms"), environment.key_id_of(lab.client("kms"))
    monkeypatch.setattr(environment, "key_id_of", lambda _: "")
    environment.key(lab)
    monkeypatch.undo()
    keys = [each["KeyId"] for each in kms.list_keys()["Keys"]]
    states = {each: kms.describe_key(KeyId=each)["KeyMetadata"]["KeyState"] for each in keys}
    assert environment.key_id_of(kms) == before
    assert [each for each, state in states.items() if state == "Enabled"] == [before]


def test_a_cluster_that_another_notebook_deletes_is_passed_over(lab, monkeypatch):
    deleted = []
    clusters = [
        {"ClusterIdentifier": "dataedu-a", "ClusterStatus": "deleting"},
        {"ClusterIdentifier": "dataedu-b", "ClusterStatus": "paused"},
        {"ClusterIdentifier": "another", "ClusterStatus": "available"},
    ]
    told = SimpleNamespace(describe_clusters=lambda: {"Clusters": clusters})
    monkeypatch.setitem(lab._clients, "redshift", told)
    monkeypatch.setattr(lab.warehouse, "delete", deleted.append)
    removal.drop_warehouse(lab)
    assert deleted == ["dataedu-b"]


@pytest.fixture
def nowhere(monkeypatch):
    """A lab whose local AWS has ended."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("LABKIT_PROGRESS", "off")
    session = boto3.Session("id", "secret", region_name="us-east-1")
    return labkit.Lab(1, session, "http://127.0.0.1:9")


def test_the_data_api_is_asked_to_wait_for_a_statement(nowhere, monkeypatch):
    asked = []

    def describe(**given):
        asked.append(given)
        return {"Status": "FINISHED" if "WaitTimeSeconds" in given else "STARTED"}

    told = SimpleNamespace(
        execute_statement=lambda **_: {"Id": "a"},
        describe_statement=describe,
        exceptions=SimpleNamespace(ValidationException=ValueError),
    )
    monkeypatch.setitem(nowhere._clients, "redshift-data", told)
    assert nowhere.warehouse("SELECT 1", timeout_s=0.1).described["Status"] == "FINISHED"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "call",
    [labkit.Lab.clean_up, lambda lab: lab.query("SELECT 1"), lambda lab: lab.storage.key_users()],
    ids=["clean_up", "query", "key_users"],
)
def test_what_is_asked_of_a_cloud_that_has_ended_says_what_to_do(nowhere, call):
    with pytest.raises(EndpointConnectionError) as ended:
        call(nowhere)
    assert in_a_line(ended.value).endswith("run the notebook's first cell.")


def test_an_interrupted_call_is_two_lines(lab, monkeypatch, capsys):
    def interrupt(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(lab.client("lambda"), "invoke", interrupt)
    with pytest.raises(KeyboardInterrupt) as interrupted:
        lab.storage.fetch_week()
    InteractiveShell().showtraceback((interrupted.type, interrupted.value, interrupted.tb))
    shown = capsys.readouterr().out
    assert "may go on to its end" in shown
    assert "Traceback" not in shown
