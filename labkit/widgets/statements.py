"""A console that runs statements of Athena and looks on until their end."""

from __future__ import annotations

import time
from collections.abc import Callable

from labkit.widgets.console import Console, Facts
from labkit.widgets.executions import ENDS, refused, result_facts, run_facts

CATALOG, WORKGROUP = "AwsDataCatalog", "primary"
FIRST_LOOK_S, SLOWEST_LOOK_S = 0.02, 0.4
PAGE_ROWS = 1000


class StatementConsole(Console):
    """A console that runs statements."""

    def run_statement(
        self, sql: str, *, database: str, reuse_minutes: int = 0, show: Callable[[Facts], None]
    ) -> Facts:
        """Run a statement to its end.

        Args:
            sql: one statement; a semicolon at its end is taken off.
            database: where unqualified names are looked up; may be empty.
            reuse_minutes: take an earlier result that is at most so old.
            show: told each state on the way, the end too.

        Returns:
            The run as `run_facts` gives it.
        """
        athena = self.lab.client("athena")
        try:
            started = athena.start_query_execution(**self._request(sql, database, reuse_minutes))
        except athena.exceptions.InvalidRequestException as error:
            run = refused(error.response["Error"]["Message"])
            show(run)
            return run
        return self._follow(started["QueryExecutionId"], show)

    def rows(self, run: Facts, *, first: bool = True, token: str = "") -> Facts:
        """A page of a run's rows, as `result_facts` gives it."""
        page = {"NextToken": token} if token else {}
        answer = self.call(
            "athena", "get_query_results", QueryExecutionId=run["id"], MaxResults=PAGE_ROWS, **page
        )
        return result_facts(answer, kind=run["kind"], first=first)

    def _request(self, sql: str, database: str, reuse_minutes: int) -> Facts:
        request: Facts = {
            "QueryString": sql.strip().rstrip(";"),
            "WorkGroup": WORKGROUP,
            "ResultConfiguration": {"OutputLocation": self.lab.names.results},
        }
        if database:
            request["QueryExecutionContext"] = {"Catalog": CATALOG, "Database": database}
        if reuse_minutes:
            reuse = {"Enabled": True, "MaxAgeInMinutes": reuse_minutes}
            request["ResultReuseConfiguration"] = {"ResultReuseByAgeConfiguration": reuse}
        return request

    def _follow(self, execution_id: str, show: Callable[[Facts], None]) -> Facts:
        pause_s = FIRST_LOOK_S
        while True:
            found = self.call("athena", "get_query_execution", QueryExecutionId=execution_id)
            run = run_facts(self.lab, found["QueryExecution"])
            show(run)
            if run["state"] in ENDS:
                return run
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.4, SLOWEST_LOOK_S)
