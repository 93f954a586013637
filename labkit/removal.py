"""Taking a learner's environment down: what the set-up made, and what the labs made on top of it.

Only what bears the labs' names, or stands on the learner's data, is deleted: on a real account
other people's resources live beside it. Each line of `REMOVALS` is idempotent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from labkit import names as n
from labkit.charts import reports as chart_reports
from labkit.environment import ROLES, key_id_of, tolerating

if TYPE_CHECKING:
    from labkit.lab import Lab

MISSING = {
    "EntityNotFoundException",
    "NoSuchEntity",
    "ParameterNotFound",
    "ResourceNotFoundException",
}
NOT_SIGNED_UP = {"ResourceNotFoundException", "UnsupportedUserEditionException"}
OURS = "dataedu-"
Step = Callable[["Lab"], None]


def remove(lab: Lab) -> Iterator[str]:
    """Delete all that `ensure` and the labs made. Yields each step's name before it runs."""
    for step in REMOVALS:
        yield (step.__doc__ or step.__name__).rstrip(".")
        step(lab)


def drop_crawlers(lab: Lab) -> None:
    """Crawlers of the lake and the databases that they fill."""
    glue, databases = lab.client("glue"), {n.RAW_SIS, n.RAW_LMS, n.CURATED_SIS, n.CURATED_LMS}
    for crawler in lab.all("glue", "get_crawlers", "Crawlers"):
        targets = crawler["Targets"].get("S3Targets", [])
        if _is_lake(lab, [target["Path"] for target in targets]):
            glue.delete_crawler(Name=crawler["Name"])
            databases |= _filled_from_lake(lab, crawler.get("DatabaseName", ""))
    for database in sorted(databases):
        unless_missing(glue.delete_database, Name=database)


def _filled_from_lake(lab: Lab, database: str) -> set[str]:
    """The database, if there is nothing in it but tables of the lake."""
    known = database in lab.catalog.databases()
    return {database} if known and _is_lake(lab, lab.catalog.tables(database).location) else set()


def _is_lake(lab: Lab, places: Iterable[str]) -> bool:
    buckets = {place.removeprefix("s3://").split("/")[0] for place in places}
    return _are_among(buckets, lab.names.buckets)


def drop_functions(lab: Lab) -> None:
    """Functions and their schedule."""
    events = lab.client("events")
    unless_missing(events.remove_targets, Rule=n.SYNC_RULE, Ids=["loader"])
    unless_missing(events.delete_rule, Name=n.SYNC_RULE)
    for function in (n.FETCH_DEMO_DATA, n.FETCH_LMSAPI):
        unless_missing(lab.client("lambda").delete_function, FunctionName=function)
    unless_missing(lab.client("ssm").delete_parameter, Name=n.LMS_STATE)


def drop_buckets(lab: Lab) -> None:
    """Buckets with all versions of their objects."""
    s3 = lab.client("s3")
    for bucket in lab.names.buckets:
        with contextlib.suppress(s3.exceptions.NoSuchBucket):
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
                found = page.get("Versions", []) + page.get("DeleteMarkers", [])
                named = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in found]
                if named:
                    s3.delete_objects(Bucket=bucket, Delete={"Objects": named})
            s3.delete_bucket(Bucket=bucket)


def drop_key(lab: Lab) -> None:
    """The key, after the waiting time that KMS prescribes, and the roles."""
    kms, iam = lab.client("kms"), lab.client("iam")
    if key_id := key_id_of(kms):
        kms.delete_alias(AliasName=n.KEY_ALIAS)
        kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    for role in ROLES:
        unless_missing(iam.delete_role_policy, RoleName=role, PolicyName="dataedu-access")
        unless_missing(iam.delete_role, RoleName=role)


def drop_flows(lab: Lab) -> None:
    """State machines and the rules that start them."""
    sfn, events = lab.client("stepfunctions"), lab.client("events")
    for machine in lab.all("stepfunctions", "list_state_machines", "stateMachines"):
        if machine["name"].startswith(OURS):
            sfn.delete_state_machine(stateMachineArn=machine["stateMachineArn"])
    for rule in events.list_rules(NamePrefix=OURS)["Rules"]:
        targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        if targets:
            events.remove_targets(Rule=rule["Name"], Ids=[target["Id"] for target in targets])
        unless_missing(events.delete_rule, Name=rule["Name"])


def drop_preparation(lab: Lab) -> None:
    """DataBrew's data sets of the lake, with their projects, recipes, jobs and rulesets."""
    databrew = lab.client("databrew")
    data_sets = [d for d in _all(lab, "datasets") if _is_ours(lab, d["Input"])]
    named = {d["Name"] for d in data_sets}
    projects = [p for p in _all(lab, "projects") if p["DatasetName"] in named]
    jobs = [j for j in _all(lab, "jobs") if j.get("DatasetName") in named]
    jobs += [j for j in _all(lab, "jobs") if j.get("ProjectName") in _names(projects)]
    for schedule in _all(lab, "schedules"):
        if _are_among(schedule["JobNames"], _names(jobs)):
            databrew.delete_schedule(Name=schedule["Name"])
    for name in _names(jobs):
        databrew.delete_job(Name=name)
    for name in _names(projects):
        databrew.delete_project(Name=name)
    used = {j["RecipeReference"]["Name"] for j in jobs if "RecipeReference" in j}
    for name in sorted(used | {p["RecipeName"] for p in projects}):
        _drop_recipe(lab, name)
    for ruleset in _all(lab, "rulesets"):
        if ruleset["TargetArn"] in {d["ResourceArn"] for d in data_sets}:
            databrew.delete_ruleset(Name=ruleset["Name"])
    for name in sorted(named):
        databrew.delete_dataset(Name=name)


def drop_reports(lab: Lab) -> None:
    """Schedules of reports by mail, and the function that sends them."""
    scheduler, iam = lab.client("scheduler"), lab.client("iam")
    named = {"NamePrefix": chart_reports.NAMED}
    for schedule in lab.all("scheduler", "list_schedules", "Schedules", **named):
        scheduler.delete_schedule(Name=schedule["Name"])
    function, role = chart_reports.FUNCTION, chart_reports.ROLE
    unless_missing(lab.client("lambda").delete_function, FunctionName=function)
    unless_missing(iam.delete_role_policy, RoleName=role, PolicyName=chart_reports.POLICY)
    unless_missing(iam.delete_role, RoleName=role)


def drop_charts(lab: Lab) -> None:
    """QuickSight's topics, dashboards and data sets of the lake; the subscription stays."""
    calls = lab.chart.calls
    sources = {f":datasource/{name}" for name in n.CHART_SOURCES}
    found = _subscribed(calls, "data_sets", "DataSetSummaries")
    there = {each["Arn"]: each["DataSetId"] for each in found}
    data_sets = {
        arn: identifier
        for arn, identifier in there.items()
        if _are_among(_sources(calls.data_set(identifier)), sources)
    }

    def is_ours(arn: str, used: set[str]) -> bool:
        """Whether it is of our data sets, or of none that is left and made in the labs."""
        left = used & there.keys()
        return left <= data_sets.keys() and bool(left or _is_tagged(lab, arn))

    for topic in _subscribed(calls, "topics", "TopicsSummaries"):
        details = calls.call("describe_topic", TopicId=topic["TopicId"])["Topic"]
        if is_ours(topic["Arn"], {each["DatasetArn"] for each in details["DataSets"]}):
            calls.call("delete_topic", TopicId=topic["TopicId"])
    for summary in _subscribed(calls, "dashboards", "DashboardSummaryList"):
        board = calls.call("describe_dashboard", DashboardId=summary["DashboardId"])["Dashboard"]
        if is_ours(board["Arn"], {*board["Version"].get("DataSetArns", [])}):
            calls.call("delete_dashboard", DashboardId=summary["DashboardId"])
    for identifier in data_sets.values():
        calls.call("delete_data_set", DataSetId=identifier)
    for name in n.CHART_SOURCES:
        unless_missing(calls.call, name="delete_data_source", DataSourceId=name)


def drop_warehouse(lab: Lab) -> None:
    """Clusters, workgroups and namespaces, without a last snapshot."""
    for cluster in lab.client("redshift").describe_clusters()["Clusters"]:
        ours = cluster["ClusterIdentifier"].startswith(OURS)
        if ours and cluster["ClusterStatus"] != "deleting":
            lab.warehouse.delete(cluster["ClusterIdentifier"])
    serverless = lab.client("redshift-serverless")
    for group in serverless.list_workgroups()["workgroups"]:
        if group["workgroupName"].startswith(OURS) and group["status"] != "DELETING":
            serverless.delete_workgroup(workgroupName=group["workgroupName"])
    for space in serverless.list_namespaces()["namespaces"]:
        if space["namespaceName"].startswith(OURS) and space["status"] != "DELETING":
            serverless.delete_namespace(namespaceName=space["namespaceName"])


REMOVALS: tuple[Step, ...] = (
    drop_reports,
    drop_charts,
    drop_warehouse,
    drop_flows,
    drop_preparation,
    drop_crawlers,
    drop_functions,
    drop_buckets,
    drop_key,
)


def unless_missing(call: Callable[..., Any], **parameters: Any) -> None:
    """Call, and take a resource that is not there for one that is gone."""
    tolerating(MISSING, call, parameters)


def _drop_recipe(lab: Lab, name: str) -> None:
    recipes = lab.all("databrew", "list_recipe_versions", "Recipes", Name=name)
    delete = lab.client("databrew").delete_recipe_version
    for version in (*[each["RecipeVersion"] for each in recipes], "LATEST_WORKING"):
        unless_missing(delete, Name=name, RecipeVersion=version)


def _is_ours(lab: Lab, source: dict[str, Any]) -> bool:
    table = source.get("DataCatalogInputDefinition", {})
    bucket = source.get("S3InputDefinition", {}).get("Bucket")
    databases = (n.RAW_SIS, n.RAW_LMS, n.CURATED_SIS, n.CURATED_LMS)
    return table.get("DatabaseName") in databases or bucket in lab.names.buckets


def _is_tagged(lab: Lab, arn: str) -> bool:
    tags = lab.client("quicksight").list_tags_for_resource(ResourceArn=arn)["Tags"]
    return lab.names.tags[0] in tags


def _are_among(found: Iterable[str], ours: Iterable[str]) -> bool:
    """Whether something stands on ours alone; what stands on nothing may be anybody's."""
    return bool(set(found)) and set(found) <= set(ours)


def _names(found: list[dict[str, Any]]) -> set[str]:
    return {each["Name"] for each in found}


def _all(lab: Lab, kind: str) -> Iterator[dict[str, Any]]:
    return lab.all("databrew", f"list_{kind}", kind.capitalize())


def _subscribed(calls: Any, what: str, member: str) -> list[dict[str, Any]]:
    """A list of QuickSight's, which is empty where the account has not signed up."""
    try:
        found: list[dict[str, Any]] = calls.all(what, member)
    except ClientError as error:
        if error.response["Error"]["Code"] not in NOT_SIGNED_UP:
            raise
        return []
    return found


def _sources(data_set: dict[str, Any]) -> set[str]:
    """The ends of the ARNs of the data sources that a data set is made of."""
    tables = [next(iter(each.values())) for each in data_set["PhysicalTableMap"].values()]
    return {f":{table['DataSourceArn'].rpartition(':')[2]}" for table in tables}
