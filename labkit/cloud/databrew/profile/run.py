"""A profile job's work: some passes over the rows, and one document.

The rows are taken once, into a table of the session's own, but for columnar files, of which a pass
reads its own column as fast. Then a sketch of the first tells which numeric columns have so many
different values that sorting them is faster than grouping them; each column is counted and told in
turn, numbers in threads beside the reading of the next; correlations and duplicates come last.
A column where no value occurs twice shows that no row does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb

from labkit.cloud.databrew.profile import configuration as settings
from labkit.cloud.databrew.profile.between import correlations, duplicate_rows_count
from labkit.cloud.databrew.profile.checks import validate
from labkit.cloud.databrew.profile.defaults import (
    DATASET_STATISTICS,
    KINDS,
    NUMBER,
    PARAMETERS,
    STATISTICS,
    Parameters,
    default_configuration,
    spark_name,
)
from labkit.cloud.databrew.profile.detect import TEXTS, detect
from labkit.cloud.databrew.profile.numbers import Standard
from labkit.cloud.databrew.profile.samples import plain
from labkit.cloud.databrew.profile.statistics import Evaluated, attributes
from labkit.cloud.databrew.profile.tally import Column, Tally, summary, tally, texts
from labkit.cloud.engine.duck import Session, failures
from labkit.cloud.engine.types import Type

_ROWS = "profiled_rows"
_TABLES = (_ROWS, TEXTS)
_AHEAD = 3
"""How many columns are in memory at once: one that is read, two whose numbers are summed."""
_SKETCHED = 100_000
"""Of how many rows it is guessed how many values are different."""
Told = Callable[[], dict[str, Any]]


def profile(
    session: Session,
    relation: str,
    columns: Sequence[tuple[str, Type]],
    configuration: Mapping[str, Any] | None = None,
    *,
    sample_size: int | None = None,
    columnar: bool = False,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[float], None] = lambda share: None,
) -> dict[str, Any]:
    """Evaluate the statistics of a data set.

    Args:
        session: runs SQL; nothing else uses it meanwhile.
        relation: a ``SELECT`` of the rows.
        columns: the name and the type of each of its columns.
        configuration: a ``ProfileConfiguration`` as boto3 sends it.
        sample_size: how many rows to take from the start; all by default.
        columnar: whether the rows may be read again and again, a column at a time, as those of
            Parquet files; else they are copied first.
        check: called between the passes; what it raises ends the work.
        progress: is told how much is done, from 0 to 1.

    Returns:
        The document that DataBrew writes, less what it tells of the run (``jobName``,
        ``jobRunId``, ``location``, ``startedOn``, ``writtenOn`` and ``version``).

    Raises:
        AwsError: ValidationException; the configuration says what none may.
        QueryFailed: the rows could not be read.
    """
    validate(configuration)
    names = ", ".join(f"c{at}" for at in range(len(columns)))
    rows = f"(SELECT * FROM ({relation}) AS given({names}))"
    try:
        with failures():
            if not columnar or sample_size is not None:
                rows = _taken(session.connection, rows, sample_size)
            run = _Run(session.connection, rows, columns, configuration or {}, check, progress)
            return run.document()
    finally:
        for table in _TABLES:
            session.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _taken(connection: duckdb.DuckDBPyConnection, rows: str, limit: int | None) -> str:
    """The table that rows are copied to."""
    some = "" if limit is None else f"LIMIT {limit}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_ROWS} AS FROM {rows} {some}")
    return _ROWS


@dataclass
class _Run:
    """One profile in the making."""

    connection: duckdb.DuckDBPyConnection
    rows: str
    given: Sequence[tuple[str, Type]]
    configuration: Mapping[str, Any]
    check: Callable[[], None]
    progress: Callable[[float], None]
    count: int = 0
    likely: dict[str, float] = field(default_factory=dict)
    standards: dict[str, Standard] = field(default_factory=dict)
    all_different: bool = False

    def _sketch(self, numeric: list[Column]) -> None:
        """Count the rows, and guess from the first how many values are different."""
        every = f"(SELECT count(*) FROM {self.rows})"
        sketches = [f"approx_count_distinct({column.sql})" for column in numeric]
        wanted = ", ".join([every, "count(*)", *sketches])
        sketched = f"SELECT {wanted} FROM (FROM {self.rows} LIMIT {_SKETCHED})"
        [(self.count, seen, *different)] = self.connection.execute(sketched).fetchall()
        for column, distinct in zip(numeric, different, strict=True):
            self.likely[column.name] = distinct / max(1, seen)

    @cached_property
    def columns(self) -> list[Column]:
        """Those that are profiled."""
        return [
            Column(name, kind, KINDS[kind.base], f"c{at}")
            for at, (name, kind) in enumerate(self.given)
            if kind.base in KINDS and settings.profiled(self.configuration, name)
        ]

    @cached_property
    def override(self) -> dict[str, Any]:
        """What the configuration changes for the data set."""
        return settings.dataset_override(self.configuration)

    @cached_property
    def wanted(self) -> list[str]:
        """The statistics of the data set."""
        return settings.included(self.override, DATASET_STATISTICS)

    def document(self) -> dict[str, Any]:
        self._sketch([column for column in self.columns if column.kind == NUMBER])
        columns = self._columns()
        document: dict[str, Any] = {
            "defaultProfileConfiguration": default_configuration(),
            "datasetConfigurationOverride": self.override,
            "sampleSize": self.count,
        }
        lines = self._correlations() if "CORRELATION" in self.wanted else {}
        if "DUPLICATE_ROWS_COUNT" in self.wanted:
            document["duplicateRowsCount"] = self._duplicates()
        self.progress(1.0)
        return document | {"columns": [_in_order(c, lines.get(c["name"])) for c in columns]}

    def _columns(self) -> list[dict[str, Any]]:
        """What is told of each column: numbers are summed while the next column is read."""
        told: list[Told] = []
        with ThreadPoolExecutor(_AHEAD - 1) as beside:
            for at, column in enumerate(self.columns):
                if at >= _AHEAD:
                    told[at - _AHEAD]()
                self.check()
                self.progress(at / (len(self.columns) + 2))
                told.append(self._column(column, beside))
            return [each() for each in told]

    def _column(self, column: Column, beside: Executor) -> Told:
        """Gives what is told of a column, but for its correlations, when it is asked to."""
        override = settings.column_override(self.configuration, column.name)
        names = [*settings.included(override, STATISTICS[column.kind]), *self.wanted]
        told: dict[str, Any] = {
            "name": column.name,
            "type": spark_name(column.type),
            "columnConfigurationOverride": override,
        }
        detector = self.configuration.get("EntityDetectorConfiguration")
        if not detector and not self._asked(column, names):
            return lambda: told
        counts = tally(self.connection, self.rows, column, self.likely.get(column.name, 0.0))
        if column.kind == NUMBER and not detector:
            return beside.submit(self._told, column, told, names, counts).result
        whole = self._told(column, told, names, counts)
        return lambda: whole

    def _told(
        self, column: Column, told: dict[str, Any], names: list[str], counts: Callable[[], Tally]
    ) -> dict[str, Any]:
        """What is known of a column, and what its values tell."""
        tallied = counts()
        found = summary(tallied)
        if detector := self.configuration.get("EntityDetectorConfiguration"):
            told["entity"] = self._entity(column, found.count, detector["EntityTypes"])
            if told["entity"]:
                names = [name for name in names if name in settings.allowed(self.configuration)]
        override = told["columnConfigurationOverride"]
        evaluated = Evaluated(tallied, found, self.count - found.count)
        parameters = settings.parameters(override, PARAMETERS)
        return told | self._evaluated(column, evaluated, names, parameters)

    def _asked(self, column: Column, names: list[str]) -> bool:
        """Whether any of some statistics is of this column."""
        own = [*STATISTICS[column.kind], *["CORRELATION"] * (column.kind == NUMBER)]
        return bool(set(names) & set(own))

    def _entity(self, column: Column, present: int, names: list[str]) -> dict[str, Any]:
        values = texts(self.rows, column)
        if not values:
            return {}
        return detect(self.connection, values, present, column.name, names, self.check)

    def _evaluated(
        self, column: Column, evaluated: Evaluated, names: list[str], parameters: Parameters
    ) -> dict[str, Any]:
        """The statistics of a counted column; what correlating needs is kept."""
        if evaluated.summary.unique == self.count:
            self.all_different = True
        if column.kind == NUMBER and "CORRELATION" in names:
            self.standards[column.name] = evaluated.numbers.standard
        own = [name for name in names if name in STATISTICS[column.kind]]
        return attributes(evaluated, own, parameters)

    def _correlations(self) -> dict[str, dict[str, float | None]]:
        """Each correlated column's coefficients with all of them."""
        self.check()
        known = [column.name for column in self.columns if column.name in self.standards]
        names = settings.correlated(self.override, known)
        chosen = [(c, self.standards[c.name]) for c in self.columns if c.name in names]
        if not chosen:
            return {}
        matrix = correlations(self.connection, self.rows, chosen, self.check).tolist()
        lines = (dict(zip(names, map(plain, line), strict=True)) for line in matrix)
        return dict(zip(names, lines, strict=True))

    def _duplicates(self) -> int:
        self.check()
        if self.all_different:
            return 0
        names = [f"c{at}" for at in range(len(self.given))]
        return duplicate_rows_count(self.connection, self.rows, names)


def _in_order(
    column: dict[str, Any], correlations: dict[str, float | None] | None
) -> dict[str, Any]:
    """A column with its correlations where AWS has them, after the type."""
    first = {"name": column["name"], "type": column["type"]}
    return first | ({} if correlations is None else {"correlations": correlations}) | column
