"""Runs of workflows that end while they are started, and more of them than may be."""

import pytest
from moto.glue.models import Action, glue_backends

from labkit.cloud.glue import workflows
from tests.at_once import watched

REGION, FLOW = "eu-north-1", "flow"


@pytest.fixture
def local(tmp_path):
    with watched(tmp_path / "home", glue_backends, REGION) as made:
        yield made


def test_a_run_ends_with_its_last_job(local, monkeypatch):
    """A job that has ended before the next one is started does not end the run."""
    glue, seen = local.backend("glue", REGION), []
    glue.create_workflow(FLOW, None, None, None, None)
    jobs = [Action({"JobName": name}) for name in ("first", "second")]
    glue.create_trigger("start", FLOW, "ON_DEMAND", "", None, jobs, "", False, {}, {})

    def fire(cloud, region, action, **_):
        [run] = glue.workflows[FLOW].runs.values()
        seen.append((action["JobName"], run.status))
        for hear in workflows.HEARERS:
            hear(cloud, region, "JobName", action["JobName"], "SUCCEEDED")

    monkeypatch.setattr(workflows, "fire", fire)
    number = workflows.begin(local, REGION, FLOW)
    assert seen == [("first", "RUNNING"), ("second", "RUNNING")]
    run = glue.workflows[FLOW].runs[number]
    assert (run.status, run.counts) == ("COMPLETED", {"SucceededActions": 2})


def test_as_many_runs_as_may_be(client, fresh):
    glue, name = client("glue"), fresh("few")
    glue.create_workflow(Name=name, MaxConcurrentRuns=1)
    number = glue.start_workflow_run(Name=name)["RunId"]
    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException):
        glue.start_workflow_run(Name=name)
    glue.stop_workflow_run(Name=name, RunId=number)
    glue.start_workflow_run(Name=name)
    glue.delete_workflow(Name=name)
