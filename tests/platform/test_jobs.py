"""Work in the background."""

import threading

import pytest

from labkit.cloud.jobs import Jobs


def test_jobs_of_one_service_hold_none_of_another_up():
    jobs, ended = Jobs(at_once=1), threading.Event()
    imports = [jobs.start(f"quicksight/{n}", lambda job: ended.wait(30)) for n in range(2)]
    assert jobs.start("athena/1", lambda job: "answered").result(30) == "answered"
    ended.set()
    assert [each.result(30) for each in imports] == [True, True]
    jobs.stop()


def test_no_job_starts_after_the_end():
    jobs = Jobs()
    jobs.start("athena/1", lambda job: None)
    jobs.stop()
    with pytest.raises(RuntimeError, match="no job starts"):
        jobs.start("quicksight/1", lambda job: None)
