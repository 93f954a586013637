"""A session's sample: read once into the engine, where each step of the recipe works on it.

What a run of steps leads to is kept as a table, so that a further step costs that step alone.
Tables are the session's own, in memory; when they are gone, as after a restart, the sample is read
again. https://docs.aws.amazon.com/databrew/latest/dg/projects.sampling.html
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from labkit.cloud.access.trust import role_session
from labkit.cloud.cloud import Cloud, on_stop
from labkit.cloud.databrew.projects.views import showable
from labkit.cloud.databrew.reading import inputs
from labkit.cloud.databrew.recipe import Column, RecipeContext, RecipeError, compile_recipe
from labkit.cloud.databrew.recipe.errors import plainly
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipes import steps_of
from labkit.cloud.databrew.records import DATASET, Record, look_up
from labkit.cloud.databrew.secrets import master_key, secret
from labkit.cloud.databrew.words import invalid
from labkit.cloud.lake.engines import open_session

OPEN, STAGES, RESULTS = 10, 12, 20
LONGEST_S = 30.0
_open: dict[tuple[Path, str, str], Sample] = {}
_lock = threading.Lock()

Stage = tuple[str, tuple[Column, ...]]
Key = tuple[str, ...]


def sample_of(cloud: Cloud, project: Record) -> Sample:
    """The sample of a project's session, read when it is not there.

    Raises:
        AwsError: the data set is gone or cannot be read by the project's role.
        NothingThere, Unreadable: there is no data, or it is not what the data set says.
    """
    place = (cloud.home, project["_"]["region"], project["Name"])
    dataset = look_up(cloud, place[1], DATASET, project["DatasetName"])
    if dataset is None:
        raise invalid(f"The dataset {project['DatasetName']} doesn't exist.")
    with _lock:
        found = _open.pop(place, None)
        if found is None or found.of != _state(project, dataset):
            found = Sample(cloud, project, dataset)
        _open[place] = found
        while len(_open) > OPEN:  # whoever works on one holds it; its tables go with it
            _open.pop(next(iter(_open)))
    return found


@on_stop
def forget(cloud: Cloud) -> None:
    """Drop the samples of a local AWS that goes down."""
    with _lock:
        for place in [place for place in _open if place[0] == cloud.home]:
            _open.pop(place).close()


def _state(project: Record, dataset: Record) -> str:
    """What a sample depends on: when any of it changes, it is read anew."""
    session = project["_"].get("session")
    members = [session, project["Sample"], project["RoleArn"], dataset]
    return json.dumps(members, default=str, sort_keys=True)


class Sample:
    """The rows of a project's sample, and what steps have made of them."""

    def __init__(self, cloud: Cloud, project: Record, dataset: Record) -> None:
        self.of = _state(project, dataset)
        self._cloud, self._region = cloud, project["_"]["region"]
        self._principal = role_session(project["RoleArn"], project["AccountId"], "AWSGlueDataBrew")
        self._project, self._dataset = project, dataset
        self._session = open_session(cloud)
        self._stages: dict[Key, Stage] = {}
        self._count = 0
        self.results: dict[int, str] = {}
        self._mine = threading.RLock()

    @contextmanager
    def alone(self) -> Iterator[Sample]:
        """Hold the sample: its session runs one thing at a time, and not for ever."""
        with self._mine:
            bell = threading.Timer(LONGEST_S, self._session.interrupt)
            bell.start()
            try:
                yield self
            except duckdb.InterruptException as error:
                raise _too_long() from error
            finally:
                bell.cancel()

    def after(self, steps: Sequence[Record]) -> Stage:
        """The table that steps lead to: its name, and its columns.

        Raises:
            RecipeError: a step is wrong; its number is that in the whole recipe.
        """
        key = _key(steps)
        sample = self._kept((), self._read)
        if not steps:
            return sample
        done = max(n for n in range(len(steps)) if key[:n] in self._stages)
        start = self.after(steps[:done])
        return self._kept(key, lambda: self._apply(start, steps, done))

    def remember(self, action: int, result: str) -> None:
        """Keep an action's result, as the newest of some."""
        self.results[action] = result
        while len(self.results) > RESULTS:
            del self.results[next(iter(self.results))]

    @contextmanager
    def asked(self, steps: Sequence[Record]) -> Iterator[Relation]:
        """What steps lead to, to be asked something."""
        name, columns = self.after(steps)
        context = self._context([])
        try:
            yield Relation.of(context, f"SELECT * FROM {name}", columns)
        finally:
            context.close()

    def rows(self, stage: Stage) -> pa.Table:
        """A stage's rows, in order, as `views` shows them."""
        select = f"SELECT {showable(stage[1])} FROM {stage[0]}"
        return self._session.connection.sql(select).to_arrow_table()

    def close(self) -> None:
        """Drop all tables, once nobody works on them."""
        with self._mine:
            self._session.close()

    def _kept(self, key: Key, make: Callable[[], Stage]) -> Stage:
        stage = self._stages.pop(key, None) or make()
        self._stages[key] = stage
        dropped = [each for each in self._stages if each][:-STAGES]
        for each in dropped:
            self._session.connection.execute(f"DROP TABLE {self._stages.pop(each)[0]}")
        return stage

    def _read(self) -> Stage:
        chosen = self._project["Sample"]
        sample = inputs.Sample(chosen["Type"], chosen["Size"])
        found = inputs.relation(
            self._cloud, self._principal, self._session, self._dataset, sample=sample
        )
        try:
            return self._table(found.sql), found.columns
        finally:
            found.close()

    def _apply(self, start: Stage, steps: Sequence[Record], done: int) -> Stage:
        """A new table: the steps that are not done yet, over the one that there is."""
        opened: list[inputs.Input] = []
        context = self._context(opened)
        try:
            steps_left = steps_of(steps[done:])
            made = compile_recipe(steps_left, f"SELECT * FROM {start[0]}", start[1], context)
            return self._table(made.statement), made.columns
        except RecipeError as error:
            raise RecipeError(error.message, (error.step or 1) + done, error.operation) from error
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            last = steps[-1]["Action"]["Operation"]
            raise RecipeError(plainly(error), len(steps), last) from error
        finally:
            context.close()
            for each in opened:
                each.close()

    def _context(self, opened: list[inputs.Input]) -> RecipeContext:
        load = inputs.second(
            self._cloud, self._principal, self._region, self._session, opened=opened
        )
        return RecipeContext(
            self._session,
            load=load,
            secret=secret(self._cloud, self._principal, self._region),
            master_key=master_key(self._cloud, self._principal, self._region),
            numbered=True,
        )

    def _table(self, sql: str) -> str:
        self._count += 1
        name = f"stage_{self._count}"
        self._session.connection.execute(f"CREATE TEMP TABLE {name} AS {sql}")
        return name


def _key(steps: Sequence[Record]) -> Key:
    return tuple(json.dumps(step, sort_keys=True) for step in steps)


def _too_long() -> RecipeError:
    return RecipeError(f"The steps take longer than {LONGEST_S:.0f} s on the sample.")
