"""What the work of a run may use: its role's store, its session, its log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from labkit.cloud.cloud import Cloud
from labkit.cloud.databrew.jobs import databases, tables
from labkit.cloud.databrew.jobs.databases import Load
from labkit.cloud.databrew.jobs.plans import Plan
from labkit.cloud.databrew.jobs.runlog import RunLog
from labkit.cloud.databrew.reading import inputs
from labkit.cloud.databrew.reading.inputs import Input, Sample
from labkit.cloud.databrew.records import Record
from labkit.cloud.engine import Session
from labkit.cloud.jobs import Job
from labkit.cloud.lake.metastore import Metastore
from labkit.cloud.s3.store import Staged, Store, split_uri

RUNS = "databrew.run"


@dataclass
class Working:
    """A run at work.

    Args:
        cloud: the workspace's local AWS.
        id: the run's.
        plan: what is to be done.
        job: what may be told to stop.
        store: the objects, as the job's role.
        session: of the engine, interrupted when the run is told to stop.
        log: the run's log stream.
        opened: what was opened for it and must be closed.
    """

    cloud: Cloud
    id: str
    plan: Plan
    job: Job
    store: Store
    session: Session
    log: RunLog
    opened: list[Input] = field(default_factory=list)

    @property
    def run(self) -> Record:
        """The run's record as it is now."""
        return self.cloud.records(RUNS)[self.id]

    @property
    def region(self) -> str:
        return str(self.run["_"]["region"])

    @property
    def catalog(self) -> Metastore:
        """The Glue catalog, as the job's role may use it."""
        return Metastore(self.cloud, self.region, principal=self.store.principal)

    def read(self, sample: Sample | None = None) -> Input:
        """Open the data set."""
        dataset = self.plan.dataset
        found = inputs.relation(
            self.cloud, self.store.principal, self.session, dataset, sample=sample
        )
        self.opened.append(found)
        self.log.write("INFO", f"Dataset {dataset['Name']}: {found.size_bytes} bytes")
        return found

    def put(
        self,
        staged: Sequence[Staged],
        replaced: Sequence[str] = (),
        written: Sequence[Record] = (),
        outputs: Sequence[Record] = (),
        loads: Sequence[Load] = (),
    ) -> None:
        """Make files objects, all at once, and let the catalog and the run's outputs say so.

        Tables of warehouses are committed before, and dropped again if that fails.

        What is going to be put is on record first: if the process dies, `finish` knows. Of two runs
        that replace what lies in one place, the later one replaces the earlier one's files too.
        """
        self.job.check()
        with self.cloud.lock("databrew"):
            tables.check_partitions(self.catalog, written)
            marks = [each.mark for each in loads]
            if staged or loads:
                mark: Record = {"tables": list(written), "outputs": list(outputs), "loads": marks}
                if staged:
                    mark |= {"uri": staged[0].uri, "etag": staged[0].etag}
                run = self.run
                self.cloud.records(RUNS)[self.id] = run | {"_": run["_"] | {"put": mark}}
            gone = [each for start in replaced for each in self.store.list(start)]
            try:
                for each in loads:
                    each.commit()
                self.store.replace(staged, gone)
            except BaseException:
                databases.drop(self.cloud, marks)
                raise
            tables.apply(self.catalog, written)
        self.log.write("INFO", f"Wrote {len(staged)} file(s)")
        for each in loads:
            self.log.write("INFO", f"Made the table {each.table}")

    def close(self) -> None:
        """Delete what was unpacked for the run."""
        for each in self.opened:
            each.close()


def succeeded(run: Record) -> Record:
    """What a run's record says once all that it was to put is there."""
    outputs = run["_"].get("put", {}).get("outputs")
    return {"State": "SUCCEEDED", **({"Outputs": outputs} if outputs else {})}


def finish(cloud: Cloud, run: Record) -> bool:
    """Finish what a run of a dead process has put; false where it had put nothing yet."""
    mark = run["_"].get("put")
    if not mark:
        return False
    if not _is_there(cloud, mark):
        databases.drop(cloud, mark.get("loads", ()))
        return False
    tables.apply(Metastore(cloud, run["_"]["region"]), mark["tables"])
    return True


def _is_there(cloud: Cloud, mark: Record) -> bool:
    """Whether a run's outputs are there: its files come in one moment, after its tables."""
    if "uri" not in mark:
        return databases.are_there(cloud, mark["loads"])
    bucket, key = split_uri(mark["uri"])
    found = cloud.backend("s3").buckets.get(bucket)
    versions = found.keys.versions(key) if found else []
    return any(version.etag.strip('"') == mark["etag"] for version in versions)
