"""Warehouse helpers: a Redshift cluster beside the lake, and SQL on it through the Data API."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from labkit import names
from labkit.advice import advice
from labkit.errors import QueryFailed, RunFailed, UnknownName
from labkit.progress import Progress, wait
from labkit.storage import told
from labkit.warehouses.bill import SCANNED_BYTES, STORED_MB, cluster_bill
from labkit.warehouses.loads import Loads, measured
from labkit.warehouses.plans import SPREAD, SUMMARY, Placement, Plan, put_sent, read_plan
from labkit.warehouses.results import Result, first_word, readable, split
from labkit.warehouses.stores import Comparison, compare

if TYPE_CHECKING:
    from labkit.lab import Lab

DATABASE, USER = "dev", "awsuser"
NODE_TYPE, NODES = "ra3.large", 2
EVENTS_MINUTES = 14 * 24 * 60  # the longest that Redshift remembers
FAILED = "hardware-failure"  # https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-cluster-status.html
# What EXPLAIN takes beside queries: https://docs.aws.amazon.com/redshift/latest/dg/r_EXPLAIN.html
CHANGES = ("CREATE", "DELETE", "INSERT", "MERGE", "UPDATE")
_ENDS = ("FINISHED", "FAILED", "ABORTED")
_LOOK_S = 1  # for so long the Data API may hold its answer back, till a statement's end


class Warehouse:
    """SQL in the warehouse: ``lab.warehouse("SELECT 1")``.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    # The cluster ----------------------------------------------------------------------------------

    @told
    def create(self, name: str = names.CLUSTER, *, nodes: int = NODES) -> str:
        """A cluster that may read the lake. Returns its name.

        An existing one is left as it is; one that is paused is resumed.

        Args:
            name: the cluster's identifier.
            nodes: how many compute nodes.

        Raises:
            RunFailed: the cluster has failed, and stays so.
        """
        redshift, role = self.lab.client("redshift"), self.lab.role_arn(names.REDSHIFT_ROLE)
        try:
            redshift.create_cluster(
                ClusterIdentifier=name,
                NodeType=NODE_TYPE,
                ClusterType="multi-node",
                NumberOfNodes=nodes,
                DBName=DATABASE,
                MasterUsername=USER,
                ManageMasterPassword=True,
                IamRoles=[role],
                DefaultIamRoleArn=role,
            )
        except redshift.exceptions.ClusterAlreadyExistsFault:
            if self.described(name)["ClusterStatus"] == "paused":
                redshift.resume_cluster(ClusterIdentifier=name)
        self._wait_until("available", name)
        return name

    @told
    def create_workgroup(self, name: str) -> str:
        """A second warehouse, serverless: a namespace and a workgroup. Returns the namespace's id.

        Args:
            name: of both; existing ones are left as they are.
        """
        serverless, role = self.lab.client("redshift-serverless"), names.REDSHIFT_ROLE
        with contextlib.suppress(serverless.exceptions.ConflictException):
            serverless.create_namespace(
                namespaceName=name,
                dbName=DATABASE,
                iamRoles=[self.lab.role_arn(role)],
                defaultIamRoleArn=self.lab.role_arn(role),
            )
        with contextlib.suppress(serverless.exceptions.ConflictException):
            serverless.create_workgroup(workgroupName=name, namespaceName=name, baseCapacity=8)
        wait(
            f"The workgroup {name}",
            lambda: serverless.get_workgroup(workgroupName=name)["workgroup"],
            until=lambda group: group["status"] == "AVAILABLE",
            tell=lambda group: Progress(f"Workgroup {name}: {group['status']}"),
            quiet=True,
        )
        return str(serverless.get_namespace(namespaceName=name)["namespace"]["namespaceId"])

    @told
    def namespace(self, name: str = names.CLUSTER) -> str:
        """The id of a cluster's namespace, by which others share with it."""
        return str(self.described(name)["ClusterNamespaceArn"].rpartition("/")[2].split(":")[-1])

    @told
    def pause(self, name: str = names.CLUSTER) -> None:
        """Stop a cluster: its data stay, its nodes cost nothing, it answers no queries."""
        self.lab.client("redshift").pause_cluster(ClusterIdentifier=name)
        self._wait_until("paused", name)

    @told
    def resume(self, name: str = names.CLUSTER) -> None:
        """Start a paused cluster."""
        self.lab.client("redshift").resume_cluster(ClusterIdentifier=name)
        self._wait_until("available", name)

    @told
    def delete(self, name: str = names.CLUSTER) -> None:
        """Delete a cluster and its data, without a last snapshot."""
        redshift = self.lab.client("redshift")
        redshift.delete_cluster(ClusterIdentifier=name, SkipFinalClusterSnapshot=True)

    @told
    def described(self, name: str = names.CLUSTER) -> dict[str, Any]:
        """A cluster as ``redshift.describe_clusters`` tells it."""
        found = self.lab.client("redshift").describe_clusters(ClusterIdentifier=name)
        cluster: dict[str, Any] = found["Clusters"][0]
        return cluster

    def _wait_until(self, status: str, name: str) -> None:
        cluster = wait(
            f"The cluster {name}",
            lambda: self.described(name),
            until=lambda cluster: cluster["ClusterStatus"] in (status, FAILED),
            tell=lambda cluster: Progress(f"Cluster {name}: {cluster['ClusterStatus']}"),
            quiet=True,
        )
        if cluster["ClusterStatus"] == FAILED:
            raise RunFailed("cluster", name, f"its status is {FAILED}. Delete it, make another.")

    # SQL ------------------------------------------------------------------------------------------

    @told
    def __call__(
        self,
        sql: str,
        *,
        parameters: Mapping[str, str] | None = None,
        cluster: str = names.CLUSTER,
        workgroup: str = "",
        database: str = DATABASE,
        timeout_s: float = 600,
    ) -> Result:
        """Run statements and wait for their end. Several, parted by ``;``, are one transaction.

        An interrupt of the kernel cancels them.

        Args:
            sql: one statement or several.
            parameters: values for ``:name`` in the statements.
            cluster: the cluster, unless a workgroup is given.
            workgroup: a workgroup of Redshift Serverless.

        Raises:
            QueryFailed: with Redshift's reason.
        """
        data, statements = self.lab.client("redshift-data"), split(sql)
        options: dict[str, Any] = {"Database": database}
        options |= {"WorkgroupName": workgroup} if workgroup else self._in_cluster(cluster)
        if parameters:
            options["Parameters"] = [{"name": k, "value": v} for k, v in parameters.items()]
        try:
            if len(statements) == 1:
                started = data.execute_statement(Sql=statements[0], **options)
            else:
                started = data.batch_execute_statement(Sqls=statements, **options)
        except data.exceptions.ValidationException as error:
            reason = error.response["Error"]["Message"]
            raise QueryFailed(reason, "", advice(reason, sql)) from None
        return self._wait_for(started["Id"], sql, timeout_s)

    @told
    def tables(self, *, schema: str = "%") -> pd.DataFrame:
        """The tables: ``schema``, ``table``, ``type``."""
        asked = {"Database": DATABASE, "SchemaPattern": schema, **self._in_cluster(names.CLUSTER)}
        found = self.lab.all("redshift-data", "list_tables", "Tables", **asked)
        rows = [(each["schema"], each["name"], each["type"]) for each in found]
        return pd.DataFrame(rows, columns=["schema", "table", "type"])

    @told
    def bill(self, name: str = names.CLUSTER) -> pd.DataFrame:
        """What a cluster has cost until now: ``what``, ``how_many``, ``dollars``."""
        events = self.lab.client("redshift").describe_events(
            SourceIdentifier=name, SourceType="cluster", Duration=EVENTS_MINUTES
        )
        return cluster_bill(
            self.described(name),
            events["Events"],
            stored_mb=float(self(STORED_MB, cluster=name).value),
            scanned_bytes=int(self(SCANNED_BYTES, cluster=name).value),
        )

    # Inside ---------------------------------------------------------------------------------------

    @told
    def explain(self, sql: str, *, run: bool = True, cluster: str = names.CLUSTER) -> Plan:
        """A query's plan; drawn, with what goes between the nodes.

        Args:
            sql: one query.
            run: whether to run it too, which tells the rows and bytes that its steps sent.

        Raises:
            QueryFailed: with Redshift's reason.
            ValueError: it is not one statement; or it changes data, and was to be run.
        """
        if (count := len(split(sql))) != 1:
            raise ValueError(f"One query has a plan, and these are {count} statements.")
        if run and first_word(sql) in CHANGES:
            raise ValueError("It would run, and change data: say run=False for its plan alone.")
        plan = read_plan(self(f"EXPLAIN {sql}", cluster=cluster).df.iloc[:, 0])
        if run:
            query = self(sql, cluster=cluster).described["RedshiftQueryId"]
            steps = self(SUMMARY.format(query=query), cluster=cluster).df
            put_sent(plan, steps.itertuples(index=False, name=None))
        return plan

    @told
    def placement(self, table: str, *, cluster: str = names.CLUSTER) -> Placement:
        """The rows of a table on each slice, as its distribution style puts them.

        Args:
            table: its name, with its schema unless that is ``public``.

        Raises:
            QueryFailed: with Redshift's reason.
        """
        schema, _, name = table.rpartition(".")
        sql = SPREAD.format(schema=schema or "public", table=name)
        found = self(sql, cluster=cluster).df
        if found.empty:  # no rows, or no such table: which Redshift tells
            self(f"SELECT * FROM {table} LIMIT 0", cluster=cluster)
        return Placement(table, found)

    @told
    def row_against_column(
        self, table: str, column: str, *, rows: int = 20_000, cluster: str = names.CLUSTER
    ) -> Comparison:
        """What one row, and the average of a column, read of a table kept by row and by column.

        The table is written as a SQLite file, whose pages are counted, and as a Parquet file.

        Args:
            column: one with numbers.
            rows: at most so many of the table's are taken.

        Raises:
            UnknownName: no such column.
        """
        found = self(f"SELECT * FROM {table} LIMIT {rows}", cluster=cluster).df
        if column not in found:
            raise UnknownName("column", column, list(found))
        return compare(table, found, column)

    @told
    def compare_loads(self, *, rows: int = 400, cluster: str = names.CLUSTER) -> Loads:
        """How long the warehouse takes for the same rows by COPY and by INSERT, measured.

        Args:
            rows: how many; `INSERT` one at a time takes a statement each.
        """
        data = self.lab.client("redshift-data")
        place = self._in_cluster(cluster) | {"Database": DATABASE}
        uri = f"s3://{self.lab.names.raw_bucket}/load-trial/rows.csv"
        return measured(data, place, self.lab.storage, uri, rows)

    def _in_cluster(self, name: str) -> dict[str, str]:
        return {"ClusterIdentifier": name, "DbUser": USER}

    def _wait_for(self, identifier: str, sql: str, timeout_s: float) -> Result:
        data = self.lab.client("redshift-data")
        found = wait(
            f"The statement {identifier}",
            lambda: data.describe_statement(Id=identifier, WaitTimeSeconds=_LOOK_S),
            until=lambda described: described["Status"] in _ENDS,
            tell=lambda described: Progress(f"Statement: {described['Status']}"),
            cancel=lambda: data.cancel_statement(Id=identifier),
            timeout_s=timeout_s,
            quiet=True,
        )
        if found["Status"] != "FINISHED":
            reason = readable(found.get("Error", found["Status"]))
            raise QueryFailed(reason, identifier, advice(reason, sql))
        return Result(self.lab, found)
