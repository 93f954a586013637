"""What goes wrong around a job: a process that dies, one that is sent home, a full disk."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError

from tests.conftest import connect, kill_cloud, start_cloud, stop_cloud
from tests.databrew.lake import READ_AND_WRITE, Lake
from tests.databrew.warehouse import Warehouse, to
from tests.roles import make_role

BIG = "a,b\n" + "1,some text to be repeated\n" * 2_000_000
SMALL = "a,b\n1,x\n"
INTERRUPTED = "The job run was interrupted: the local AWS stopped."


class Server:
    """A local AWS of its own, which may die and come back."""

    def __init__(self, home: Path, program: str = "") -> None:
        self.home, self.program = home, program
        home.mkdir(parents=True, exist_ok=True)
        self.lake: Any = None
        self.up()
        self.role = make_role(self.client("iam"), "brewer", "databrew", READ_AND_WRITE)

    def up(self) -> None:
        (self.home / "cloud.json").unlink(missing_ok=True)
        self.process = self._started()
        self.client = connect(self.home, self.process).client
        if self.lake is not None:
            self.lake.client, self.lake.s3 = self.client, self.client("s3")
            self.lake.databrew = self.client("databrew")

    def new_lake(self, name: str) -> None:
        """A lake of its own for the next test."""
        self.lake = Lake(self.client, name, self.role)

    def _started(self) -> "subprocess.Popen[bytes]":
        if not self.program:
            return start_cloud(self.home)
        command = [sys.executable, "-c", self.program, "--home", str(self.home)]
        with (self.home / "test.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def kill(self) -> None:
        kill_cloud(self.process)

    def scratch(self) -> list[Path]:
        """What lies about in the store, of no object."""
        return list((self.home / "s3" / "incoming").iterdir())


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that dies again and again."""
    made = Server(tmp_path_factory.mktemp("mortal") / "home")
    yield made
    stop_cloud(made.process)


@pytest.fixture
def server(mortal: Server, fresh: Callable[..., str]) -> Server:
    mortal.new_lake(fresh("t", ""))
    return mortal


def slow_job(lake: Lake, **output: Any) -> str:
    lake.put("in/big.csv", BIG)
    full = {"Format": "CSV", "CompressionFormat": "BZIP2"} | output
    return lake.recipe_job(lake.dataset("in/big.csv"), Outputs=[lake.output("out", **full)])


@pytest.mark.parametrize(
    ("ending", "moment"), [("killed", 0.0), ("killed", 1.5), ("told to end", 1.0)]
)
def test_a_job_of_a_process_that_ends(server: Server, ending: str, moment: float) -> None:
    """What the job would replace is still there, and nothing of its own."""
    lake = server.lake
    job = slow_job(lake, Overwrite=True)
    lake.put("out/old.csv", "old")
    run = lake.start(job)
    time.sleep(moment)  # at different places of the work
    server.kill() if ending == "killed" else stop_cloud(server.process)
    server.up()
    found = lake.look(job, run)
    assert (found["State"], found["ErrorMessage"]) == ("FAILED", INTERRUPTED)
    assert found["CompletedOn"] >= found["StartedOn"]
    assert lake.keys("out/") == ["out/old.csv"]
    assert server.scratch() == []


def test_a_stop_that_the_process_did_not_live_to_see(server: Server) -> None:
    lake = server.lake
    job = slow_job(lake)
    run = lake.start(job)
    lake.databrew.stop_job_run(Name=job, RunId=run)
    server.kill()
    server.up()
    assert lake.look(job, run)["State"] == "STOPPED"
    assert lake.keys("out/") == []


def test_everything_is_remembered(server: Server) -> None:
    lake = server.lake
    lake.put("in/a.csv", SMALL)
    job = lake.recipe_job(lake.dataset("in/a.csv"))
    run = lake.run(job)
    schedule = lake.fresh("schedule")
    lake.databrew.create_schedule(Name=schedule, CronExpression="cron(0 6 * * ? *)", JobNames=[job])
    before = [lake.databrew.describe_job(Name=job), lake.look(job, run["RunId"])]
    server.kill()
    server.up()
    after = [lake.databrew.describe_job(Name=job), lake.look(job, run["RunId"])]
    for each in (*before, *after):
        del each["ResponseMetadata"]
    assert after == before
    assert lake.databrew.describe_schedule(Name=schedule)["JobNames"] == [job]
    lake.run(job)


FULL = """
import resource, signal, sys
from labkit.cloud.server import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))
sys.exit(main(sys.argv[1:]))
"""
FORMS: dict[str, dict[str, Any]] = {
    "by DuckDB": {"Format": "CSV"},
    "compressed": {"Format": "CSV", "CompressionFormat": "LZ4"},
    "in partitions": {"Format": "CSV", "PartitionColumns": ["a"]},
    "by another writer": {"Format": "ORC"},
}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One whose disk takes no file above 8 MB, which fails as a full disk does."""
    made = Server(tmp_path_factory.mktemp("full") / "home", FULL)
    yield made
    stop_cloud(made.process)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_full_disk(full: Server, fresh: Callable[..., str], form: dict[str, Any]) -> None:
    full.new_lake(fresh("t", ""))
    lake = full.lake
    texts = [f"{at * 7919 % 1_000_003:012}" for at in range(1_000_000)]
    lake.put_table("in/a.parquet", a=[1] * len(texts), b=[int(text) for text in texts])
    wide = {"Operation": "DUPLICATE", "Parameters": {"sourceColumn": "b", "targetColumn": "c"}}
    lake.put("out/old.csv", "old")
    output = lake.output("out", Overwrite=True, **form)
    job = lake.recipe_job(lake.dataset("in/a.parquet"), {"Action": wide}, Outputs=[output])
    reason = lake.fail(job)
    assert reason
    assert lake.keys("out/") == ["out/old.csv"]
    assert full.scratch() == []
    lake.put("in/small.csv", SMALL)
    small = lake.recipe_job(lake.dataset("in/small.csv"), Outputs=[lake.output("small", **form)])
    assert lake.written(lake.run(small), "small")


DYING = """
import os, sys
from labkit.cloud.databrew.jobs.databases import Load
from labkit.cloud.server import main
commit = Load.commit
def dying(load):
    commit(load)
    if "dying" in load.table:
        os._exit(9)
Load.commit = dying
sys.exit(main(sys.argv[1:]))
"""


def test_a_table_that_a_dying_process_committed(tmp_path: Path, fresh: Callable[..., str]) -> None:
    """It stays where it is all that the run was to write, and goes where files are missing."""
    server = Server(tmp_path / "home", DYING)
    try:
        server.new_lake(fresh("t", ""))
        lake, warehouse = server.lake, Warehouse(server.client, fresh)
        lake.put("in/a.csv", SMALL)
        states = []
        for members in ({"Outputs": []}, {}):
            output = to(lake, warehouse.connection(), f"{warehouse.schema}.dying")
            job = lake.recipe_job(lake.dataset("in/a.csv"), DatabaseOutputs=[output], **members)
            with pytest.raises(BotoCoreError):
                lake.run(job)
            server.process.wait(10)
            server.up()
            warehouse.reach(server.client)
            [run] = lake.databrew.list_job_runs(Name=job)["JobRuns"]
            states.append(run["State"])
            assert len(warehouse.tables()) == 1
        assert states == ["SUCCEEDED", "FAILED"]
        assert lake.keys("out/") == []
    finally:
        stop_cloud(server.process)
