"""The calls of QuickSight's API behind the chart helpers: made anew or changed, and waited for.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import re
import time
from typing import Any

from labkit.charts.account import Account
from labkit.errors import NoChart, RunFailed, UnknownName
from labkit.progress import Progress, wait
from labkit.storage import readable_denial

# What an owner may do, by kind of resource.
_OWNER = {
    "data_set": """DescribeDataSet DescribeDataSetPermissions PassDataSet DescribeIngestion
        ListIngestions UpdateDataSet DeleteDataSet CreateIngestion CancelIngestion
        UpdateDataSetPermissions""",
    "dashboard": """DescribeDashboard ListDashboardVersions UpdateDashboardPermissions
        QueryDashboard UpdateDashboard DeleteDashboard DescribeDashboardPermissions
        UpdateDashboardPublishedVersion""",
    "topic": """DescribeTopic DescribeTopicPermissions UpdateTopic UpdateTopicPermissions
        DescribeTopicRefresh DeleteTopic CreateTopicRefreshSchedule DeleteTopicRefreshSchedule
        UpdateTopicRefreshSchedule DescribeTopicRefreshSchedule ListTopicRefreshSchedules""",
}
ATHENA = {
    "Name": "The data lake",
    "Type": "ATHENA",
    "DataSourceParameters": {"AthenaParameters": {"WorkGroup": "primary"}},
}
PUBLISHED = {"SheetControlsOption": {"VisibilityState": "EXPANDED"}}  # they are collapsed else
_ENDS = ("COMPLETED", "FAILED", "CANCELLED")


class Calls(Account):
    """What the chart helpers ask of QuickSight."""

    def put(self, kind: str, id_name: str, identifier: str, **members: Any) -> Any:
        """Make a resource, what shows data with a tag of yours, or change the one that there is.

        Raises:
            NoChart: that one has another name, which differs in signs that no id has.
        """
        members = {id_name: identifier, **members}
        try:
            there = self.call(f"describe_{kind}", **{id_name: identifier})
        except self.client.exceptions.ResourceNotFoundException:
            tags = {"Tags": self.lab.names.tags} if kind in ("dashboard", "topic") else {}
            return self.call(f"create_{kind}", **members, **tags)
        member = id_name.removesuffix("Id")
        name, its = members.get(member, members)["Name"], there[member]["Name"]
        if name != its:
            raise NoChart(f"{name!r} has the id of {its!r}. Choose another name.")
        return self.call(f"update_{kind}", **members)

    def own(self, kind: str, id_name: str, identifier: str) -> None:
        """Make yourself, as a user of QuickSight, the owner of a resource."""
        actions = [f"quicksight:{action}" for action in _OWNER[kind].split()]
        owner = {"Principal": self.own_arn, "Actions": actions}
        grant = {id_name: identifier, "GrantPermissions": [owner]}
        self.call(f"update_{kind}_permissions", **grant)

    # Data sets ------------------------------------------------------------------------------------

    def put_source(self, identifier: str) -> str:
        """The data source of the lake (Athena), or of the warehouse. Returns its ARN."""
        try:
            found = self.call("describe_data_source", DataSourceId=identifier)["DataSource"]
        except self.client.exceptions.ResourceNotFoundException:
            members = self._warehouse() if identifier == "warehouse" else ATHENA
            found = self.call("create_data_source", DataSourceId=identifier, **members)
        return str(found["Arn"])

    def _warehouse(self) -> dict[str, Any]:
        """The cluster as a data source; its administrator's secret lets QuickSight in."""
        cluster = self.lab.warehouse.described()
        place = {"Database": cluster["DBName"], "ClusterId": cluster["ClusterIdentifier"]}
        return {
            "Name": "The warehouse",
            "Type": "REDSHIFT",
            "DataSourceParameters": {"RedshiftParameters": place},
            "Credentials": {"SecretArn": cluster["MasterPasswordSecretArn"]},
        }

    def put_data_set(self, identifier: str, **members: Any) -> None:
        """Make or change a data set; you own it."""
        self.put("data_set", "DataSetId", identifier, **members)
        self.own("data_set", "DataSetId", identifier)

    def secure(self, described: dict[str, Any], rules_arn: str) -> None:
        """Let a data set of rules say who sees which rows of another."""
        operation = self.client.meta.service_model.operation_model("UpdateDataSet")
        members = {n: described[n] for n in operation.input_shape.members if n in described}
        granted = {"PermissionPolicy": "GRANT_ACCESS", "FormatVersion": "VERSION_1"}
        members["RowLevelPermissionDataSet"] = {"Arn": rules_arn, **granted}
        self.call("update_data_set", **members)

    def data_set(self, identifier: str) -> dict[str, Any]:
        """A data set.

        Raises:
            UnknownName: there is none.
        """
        try:
            return dict(self.call("describe_data_set", DataSetId=identifier)["DataSet"])
        except self.client.exceptions.ResourceNotFoundException:
            known = [each["DataSetId"] for each in self.data_sets()]
            raise UnknownName("data set", identifier, known) from None

    def data_sets(self) -> list[dict[str, Any]]:
        return self.all("data_sets", "DataSetSummaries")

    def in_short(self, summary: dict[str, Any]) -> tuple[str, str, int, int]:
        """Name, import mode, rows and bytes in SPICE of a data set."""
        last = self.imports(summary["DataSetId"])[:1]
        rows = [int(each.get("RowInfo", {}).get("TotalRowsInDataset", 0)) for each in last]
        size = int(self.data_set(summary["DataSetId"]).get("ConsumedSpiceCapacityInBytes", 0))
        return summary["Name"], summary["ImportMode"], sum(rows), size

    def imports(self, identifier: str) -> list[dict[str, Any]]:
        """A data set's ingestions, the newest first."""
        found = self.all("ingestions", "Ingestions", DataSetId=identifier)
        return sorted(found, key=lambda each: each["CreatedTime"], reverse=True)

    def wait_for_import(self, identifier: str) -> int:
        """Wait for a data set's newest ingestion. Returns its rows.

        Raises:
            RunFailed: with QuickSight's reason.
        """
        ended = wait(
            f"The import of {identifier}",
            lambda: self.imports(identifier)[0],
            until=lambda each: each["IngestionStatus"] in _ENDS,
            tell=lambda each: Progress(f"Import of {identifier}: {each['IngestionStatus']}"),
            quiet=True,
        )
        if ended["IngestionStatus"] != "COMPLETED":
            message = ended.get("ErrorInfo", {}).get("Message", ended["IngestionStatus"])
            raise RunFailed("import of the data set", identifier, _readable(message))
        return int(ended["RowInfo"]["RowsIngested"])

    def refresh(self, identifier: str) -> int:
        """Import a data set's rows anew, and wait."""
        run = f"refresh-{time.time_ns()}"
        self.call(
            "create_ingestion", DataSetId=identifier, IngestionId=run, IngestionType="FULL_REFRESH"
        )
        return self.wait_for_import(identifier)

    # Dashboards and topics ------------------------------------------------------------------------

    def put_dashboard(self, identifier: str, name: str, definition: dict[str, Any]) -> None:
        """Make a dashboard or a new version of it, wait for it, and publish it.

        Raises:
            RunFailed: with QuickSight's errors.
        """
        members = {"Name": name, "Definition": definition, "DashboardPublishOptions": PUBLISHED}
        made = self.put("dashboard", "DashboardId", identifier, **members)
        number = int(made["VersionArn"].rpartition("/")[2])
        version = self.wait_for_version(identifier, number)
        if version["Status"].endswith("FAILED"):
            errors = " ".join(each["Message"] for each in version.get("Errors", []))
            raise RunFailed("dashboard", name, errors)
        self.call(
            "update_dashboard_published_version", DashboardId=identifier, VersionNumber=number
        )
        self.own("dashboard", "DashboardId", identifier)

    def wait_for_version(self, identifier: str, number: int) -> dict[str, Any]:
        """Wait until a version of a dashboard is made."""

        def look() -> dict[str, Any]:
            found = self.call("describe_dashboard", DashboardId=identifier, VersionNumber=number)
            version: dict[str, Any] = found["Dashboard"]["Version"]
            return version

        return wait(
            f"The dashboard {identifier}",
            look,
            until=lambda version: not version["Status"].endswith("IN_PROGRESS"),
            tell=lambda version: Progress(f"Dashboard: {version['Status']}"),
            quiet=True,
        )

    def put_topic(self, identifier: str, topic: dict[str, Any]) -> str:
        """Make or change a topic. Returns its id."""
        self.put("topic", "TopicId", identifier, Topic=topic)
        self.own("topic", "TopicId", identifier)
        return identifier


def _readable(message: str) -> str:
    """The reason of a failed import, without what differs from run to run.

    >>> _readable("HIVE_CANNOT_OPEN_SPLIT: Error (offset=0, length=9): No s3://b/t/20_x: x")
    'No s3://b/t/: x'
    """
    message = re.sub(r"^HIVE_\w+: .*?\(offset=\d+, length=\d+\): ", "", message)
    return readable_denial(re.sub(r"(s3://[^\s:]+/)[^\s:/]+", r"\1", message))
