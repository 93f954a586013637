"""Query helpers: SQL on the lake (Athena), with what each statement scanned and would cost."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from labkit.advice import advice
from labkit.errors import QueryFailed, slip
from labkit.progress import QUIET, Progress, wait
from labkit.results import NULLABLE, read_csv
from labkit.storage import told
from labkit.tables import table_html

if TYPE_CHECKING:
    from labkit.lab import Lab

DOLLARS_PER_TB = 5.0
LEAST_BYTES = 10 * 1000**2
_ENDS = ("SUCCEEDED", "FAILED", "CANCELLED")


def bill(scanned_bytes: int) -> float:
    """Dollars that Athena charges for a statement: $5 a TB scanned, 10 MB at least.

    >>> bill(1_000_000_000_000)
    5.0
    >>> bill(1)
    5e-05

    Source: https://aws.amazon.com/athena/pricing/
    """
    return max(scanned_bytes, LEAST_BYTES) / 1000**4 * DOLLARS_PER_TB


@dataclass(frozen=True)
class Result:
    """A statement that succeeded.

    Args:
        lab: the lab that ran it.
        execution: as ``athena.get_query_execution`` tells it.
    """

    lab: Lab
    execution: dict[str, Any]

    @property
    def execution_id(self) -> str:
        """Athena's id of the execution."""
        return str(self.execution["QueryExecutionId"])

    @property
    def scanned_bytes(self) -> int:
        """Bytes that Athena read from S3 for it."""
        return int(self.execution["Statistics"].get("DataScannedInBytes", 0))

    @property
    def milliseconds(self) -> int:
        """Time from the start to the end, queue included."""
        return int(self.execution["Statistics"].get("TotalExecutionTimeInMillis", 0))

    @property
    def reused(self) -> bool:
        """Whether an earlier result was given again."""
        reuse = self.execution["Statistics"].get("ResultReuseInformation", {})
        return bool(reuse.get("ReusedPreviousResult"))

    @property
    def bill(self) -> float:
        """Dollars that AWS would charge; DDL but CTAS, and reused results, are free.

        Source: https://aws.amazon.com/about-aws/whats-new/2018/10/athena_ctas_support
        """
        free = self.reused or self._describes_only
        return 0.0 if free else bill(self.scanned_bytes)

    @property
    def _describes_only(self) -> bool:
        """Whether it reads no rows: DDL, less what makes a table of a SELECT, and plans."""
        kinds = [self.execution.get(kind) for kind in ("StatementType", "SubstatementType")]
        plan = kinds[1] == "EXPLAIN" and not self.scanned_bytes
        return plan or (kinds[0] in ("DDL", "UTILITY") and kinds[1] != "CREATE_TABLE_AS_SELECT")

    @property
    def _writes(self) -> bool:
        return self.execution.get("SubstatementType") in ("UPDATE", "DELETE", "MERGE")

    @property
    def location(self) -> str:
        """The address of the result's file in S3."""
        return str(self.execution["ResultConfiguration"]["OutputLocation"])

    @functools.cached_property
    def arrow(self) -> pa.Table:
        """The rows as an Arrow table with the columns' types."""
        if self.location.endswith(".txt"):
            return pa.table({"result": self._text().splitlines()})
        if not self.location.endswith(".csv") or self._writes:  # a table, and no result
            return pa.table({})
        return read_csv(self._bytes(), self._columns())

    @functools.cached_property
    def df(self) -> pd.DataFrame:
        """The rows as a pandas DataFrame; whole numbers stay whole beside missing values."""
        frame: pd.DataFrame = self.arrow.to_pandas(types_mapper=NULLABLE.get)
        return frame

    @property
    def value(self) -> Any:
        """The one value of a result with one row and one column."""
        if self.arrow.shape != (1, 1):
            rows, columns = self.arrow.shape
            raise slip(f"The result has {rows} rows and {columns} columns, not one value.")
        return self.arrow[0][0].as_py()

    def __len__(self) -> int:
        return int(self.arrow.num_rows)

    def __repr__(self) -> str:
        return f"{self.df!r}\n{self.summary}"

    @property
    def summary(self) -> str:
        """What it scanned and would cost, in a line."""
        dollars = f"${self.bill:.6f}".rstrip("0").rstrip(".") if self.bill else "$0"
        source = "an earlier result, reused" if self.reused else f"{readable(self.scanned_bytes)}"
        return f"Data scanned: {source} · on AWS this costs {dollars}"

    def _repr_html_(self) -> str:
        frame = table_html(self.df.head(50))
        more = f" · first 50 of {len(self):,} rows" if len(self) > 50 else ""
        more = " · no rows" if len(self.df.columns) and not len(self) else more
        return f'{frame}<div style="font:12px system-ui;{QUIET}">{self.summary}{more}</div>'

    def _bytes(self) -> bytes:
        return self.lab.storage.read(self.location)

    def _text(self) -> str:
        return self._bytes().decode()

    def _columns(self) -> list[dict[str, Any]]:
        page = self.lab.client("athena").get_query_results(
            QueryExecutionId=self.execution_id, MaxResults=1
        )
        found: list[dict[str, Any]] = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        return found


class Query:
    """SQL on the lake: ``lab.query("SELECT ...")``.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.last: Result | None = None

    @told
    def __call__(
        self,
        sql: str,
        *,
        database: str | None = None,
        parameters: list[str] | None = None,
        workgroup: str = "primary",
        reuse_minutes: int = 0,
        timeout_s: float = 600,
    ) -> Result:
        """Run one statement and wait for its end.

        Args:
            sql: one statement.
            database: where unqualified names are looked up.
            parameters: values for ``?`` in the statement, as SQL literals.
            workgroup: the work group.
            reuse_minutes: take an earlier result of the same text that is at most so old.

        Returns:
            The result: ``.df``, ``.arrow``, ``.scanned_bytes``, ``.bill``.

        Raises:
            QueryFailed: with Athena's reason.
        """
        execution_id = self.start(
            sql,
            database=database,
            parameters=parameters,
            workgroup=workgroup,
            reuse_minutes=reuse_minutes,
        )
        self.last = self.wait(execution_id, timeout_s=timeout_s)
        return self.last

    @told
    def start(
        self,
        sql: str,
        *,
        database: str | None = None,
        parameters: list[str] | None = None,
        workgroup: str = "primary",
        reuse_minutes: int = 0,
    ) -> str:
        """Start one statement. Returns the execution's id at once."""
        athena = self.lab.client("athena")
        options: dict[str, Any] = {"ExecutionParameters": parameters} if parameters else {}
        if database:
            options["QueryExecutionContext"] = {"Database": database}
        if reuse_minutes:
            reuse = {"Enabled": True, "MaxAgeInMinutes": reuse_minutes}
            options["ResultReuseConfiguration"] = {"ResultReuseByAgeConfiguration": reuse}
        try:
            started = athena.start_query_execution(
                QueryString=sql,
                WorkGroup=workgroup,
                ResultConfiguration={"OutputLocation": self.lab.names.results},
                **options,
            )
        except athena.exceptions.InvalidRequestException as error:
            reason = error.response["Error"]["Message"]
            raise QueryFailed(reason, "", advice(reason, sql)) from None
        return str(started["QueryExecutionId"])

    @told
    def wait(self, execution_id: str, *, timeout_s: float = 600) -> Result:
        """Wait for an execution's end. An interrupt of the kernel cancels it.

        Raises:
            QueryFailed: it failed or was cancelled.
            TimedOut: it did not end in time.
        """
        athena = self.lab.client("athena")
        found = wait(
            f"The query {execution_id}",
            lambda: athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"],
            until=lambda execution: execution["Status"]["State"] in _ENDS,
            tell=_query_progress,
            cancel=lambda: self.cancel(execution_id),
            timeout_s=timeout_s,
            quiet=True,
        )
        if found["Status"]["State"] != "SUCCEEDED":
            reason = found["Status"].get("StateChangeReason", found["Status"]["State"])
            raise QueryFailed(reason, execution_id, advice(reason, found["Query"]))
        return Result(self.lab, found)

    @told
    def cancel(self, execution_id: str) -> None:
        """Stop a running statement."""
        self.lab.client("athena").stop_query_execution(QueryExecutionId=execution_id)

    @told
    def history(self, *, limit: int = 20, workgroup: str = "primary") -> pd.DataFrame:
        """The last statements, the newest first.

        Args:
            limit: how many, 50 at most.

        Returns:
            Columns ``query``, ``state``, ``scanned_bytes``, ``milliseconds``, ``id``.
        """
        athena = self.lab.client("athena")
        listed = athena.list_query_executions(WorkGroup=workgroup, MaxResults=limit)
        ids = listed["QueryExecutionIds"]
        described = athena.batch_get_query_execution(QueryExecutionIds=ids) if ids else {}
        found = described.get("QueryExecutions", [])
        found.sort(key=lambda execution: ids.index(execution["QueryExecutionId"]))
        rows = [
            (
                " ".join(e["Query"].split()),
                e["Status"]["State"],
                e["Statistics"].get("DataScannedInBytes", 0),
                e["Statistics"].get("TotalExecutionTimeInMillis", 0),
                e["QueryExecutionId"],
            )
            for e in found
        ]
        return pd.DataFrame(rows, columns=["query", "state", "scanned_bytes", "milliseconds", "id"])


def readable(size: int) -> str:
    """A number of bytes as the console prints it.

    >>> readable(21_512_345)
    '21.51 MB'
    """
    value = float(size)
    for unit in ("bytes", "KB", "MB", "GB"):
        if value < 1000:
            return f"{size} bytes" if unit == "bytes" else f"{value:.2f} {unit}"
        value /= 1000
    return f"{value:.2f} TB"


def _query_progress(execution: dict[str, Any]) -> Progress:
    return Progress(f"Query: {execution['Status']['State']}")
