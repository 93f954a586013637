"""Parameter groups: settings of the database, and the queues of its workload management.

Static ones come into force with a reboot. Source:
https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.kinds import CLUSTER, PARAMETER_GROUP
from labkit.cloud.redshift.clusters.listing import listing, pages
from labkit.cloud.redshift.clusters.new import PARAMETERS
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.records import Record
from labkit.cloud.redshift.warehouse import RedshiftError
from labkit.cloud.redshift.warehouse.statements.settings import of_group
from labkit.cloud.redshift.words import fault, invalid_value

FAMILIES = ("redshift-1.0", "redshift-2.0")
WLM = "wlm_json_configuration"
# Name, value, type, allowed values, static or dynamic.
_DEFAULTS = (
    ("auto_analyze", "true", "boolean", "true,false", "static"),
    ("auto_mv", "true", "boolean", "true,false", "static"),
    ("datestyle", "ISO, MDY", "string", "", "static"),
    ("enable_case_sensitive_identifier", "false", "boolean", "true,false", "static"),
    ("enable_user_activity_logging", "false", "boolean", "true,false", "static"),
    ("extra_float_digits", "0", "integer", "-15-2", "static"),
    ("max_concurrency_scaling_clusters", "1", "integer", "0-10", "static"),
    ("query_group", "default", "string", "", "static"),
    ("require_ssl", "false", "boolean", "true,false", "static"),
    ("search_path", "$user, public", "string", "", "static"),
    ("statement_timeout", "0", "integer", "0,100-2147483647", "static"),
    (WLM, '[{"auto_wlm":true}]', "string", "", "dynamic"),
    ("use_fips_ssl", "false", "boolean", "true,false", "static"),
)  # fmt: skip
_OF_FAMILY = {"redshift-2.0": {"require_ssl": "true"}}


@answers("CreateClusterParameterGroup")
def create_cluster_parameter_group(
    context: Context,
    *,
    ParameterGroupName: str,
    ParameterGroupFamily: str,
    Description: str,
    Tags: list[Record] | None = None,
) -> Answer:
    """A group that has the family's values until it is modified."""
    if ParameterGroupFamily not in FAMILIES:
        raise invalid_value(f"Invalid parameter group family: {ParameterGroupFamily}")
    _ensure_default(context)
    told = {
        "ParameterGroupName": ParameterGroupName.lower(),
        "ParameterGroupFamily": ParameterGroupFamily,
        "Description": Description,
        "Tags": Tags or [],
    }
    made = records.create(context, PARAMETER_GROUP, ParameterGroupName, told, values={})
    return {"ClusterParameterGroup": records.shown(made)}


@answers("DescribeClusterParameterGroups")
def describe_cluster_parameter_groups(
    context: Context, *, ParameterGroupName: str | None = None, **page: Any
) -> Answer:
    _ensure_default(context)
    return listing(context, PARAMETER_GROUP, "ParameterGroups", name=ParameterGroupName, **page)


@answers("DeleteClusterParameterGroup")
def delete_cluster_parameter_group(context: Context, *, ParameterGroupName: str) -> Answer:
    """Not the default one, nor one that a cluster is in."""
    found = _find(context, ParameterGroupName)
    if ParameterGroupName.startswith("default.") or _users(context, found):
        raise fault(
            "InvalidClusterParameterGroupStateFault",
            f"The parameter group {ParameterGroupName} is in use or a default one.",
        )
    records.remove(context.cloud, PARAMETER_GROUP, found)
    return {}


@answers("DescribeClusterParameters")
def describe_cluster_parameters(
    context: Context, *, ParameterGroupName: str, Source: str | None = None, **page: Any
) -> Answer:
    """``user`` values are those that were set."""
    found = [each for each in parameters_of(_find(context, ParameterGroupName))
             if Source in (None, each["Source"])]  # fmt: skip
    return pages("Parameters", found, **page)


@answers("DescribeDefaultClusterParameters")
def describe_default_cluster_parameters(
    context: Context, *, ParameterGroupFamily: str, **page: Any
) -> Answer:
    if ParameterGroupFamily not in FAMILIES:
        raise invalid_value(f"Invalid parameter group family: {ParameterGroupFamily}")
    group = {"ParameterGroupFamily": ParameterGroupFamily, "_": {"values": {}}}
    told = pages("Parameters", parameters_of(group), **page)
    return {"DefaultClusterParameters": {"ParameterGroupFamily": ParameterGroupFamily} | told}


@answers("ModifyClusterParameterGroup")
def modify_cluster_parameter_group(
    context: Context, *, ParameterGroupName: str, Parameters: list[Record]
) -> Answer:
    """Values that begin to hold with the next reboot of the group's clusters."""
    group = _changeable(context, ParameterGroupName)
    values = dict(group["_"]["values"])
    for each in Parameters:
        values[_checked(each)] = each.get("ParameterValue", "")
    return _changed(context, group, values)


@answers("ResetClusterParameterGroup")
def reset_cluster_parameter_group(
    context: Context,
    *,
    ParameterGroupName: str,
    ResetAllParameters: bool = False,
    Parameters: list[Record] | None = None,
) -> Answer:
    group = _changeable(context, ParameterGroupName)
    names = {each.get("ParameterName") for each in Parameters or ()}
    kept = {} if ResetAllParameters else {
        name: value for name, value in group["_"]["values"].items() if name not in names
    }  # fmt: skip
    return _changed(context, group, kept)


def in_force(cloud: Cloud, cluster: Record) -> dict[str, str]:
    """The values of a cluster's group; those of before while changes wait for a reboot."""
    held = cluster["ClusterParameterGroups"][0]
    if held["ParameterApplyStatus"] != "in-sync":
        return dict(cluster["_"].get("parameters", {}))
    region = cluster["_"]["region"]
    group = records.look_up(cloud, region, PARAMETER_GROUP, held["ParameterGroupName"])
    return dict(group["_"]["values"]) if group else {}


def parameters_of(group: Record) -> list[Record]:
    """The parameters of a group, those that were set and the others."""
    own = group["_"]["values"]
    family = _OF_FAMILY.get(group["ParameterGroupFamily"], {})
    return [
        records.given({
            "ParameterName": name,
            "ParameterValue": own.get(name, family.get(name, value)),
            "Description": name.replace("_", " "),
            "Source": "user" if name in own else "engine-default",
            "DataType": kind,
            "AllowedValues": allowed or None,
            "ApplyType": apply,
            "IsModifiable": True,
        })
        for name, value, kind, allowed, apply in _DEFAULTS
    ]  # fmt: skip


def _ensure_default(context: Context) -> None:
    """Each region has its default group from the start."""
    if records.look_up(context.cloud, context.region, PARAMETER_GROUP, PARAMETERS) is None:
        told = {
            "ParameterGroupName": PARAMETERS,
            "ParameterGroupFamily": "redshift-1.0",
            "Description": "Default parameter group for redshift-1.0",
            "Tags": [],
        }
        records.create(context, PARAMETER_GROUP, PARAMETERS, told, values={})


def _find(context: Context, name: str) -> Record:
    _ensure_default(context)
    return records.find(context, PARAMETER_GROUP, name)


def _changeable(context: Context, name: str) -> Record:
    if name.startswith("default."):
        raise fault(
            "InvalidClusterParameterGroupStateFault", "A default parameter group can't be modified."
        )
    return _find(context, name)


def _checked(parameter: Record) -> str:
    """A parameter's name, if there is such a one and it may have that value."""
    name, value = parameter.get("ParameterName", ""), parameter.get("ParameterValue", "")
    known = {each[0]: each for each in _DEFAULTS}
    if name not in known:
        raise invalid_value(f"Could not find parameter with name: {name}")
    if known[name][2] == "boolean" and value not in ("true", "false"):
        raise invalid_value(f"Invalid parameter value: {name} = {value}")
    try:
        of_group({name: value})
    except RedshiftError as error:
        raise invalid_value(f"Invalid parameter value: {name} = {value}: {error.message}") from None
    return str(name)


def _changed(context: Context, group: Record, values: Record) -> Answer:
    waits = {"ParameterGroupName": group["ParameterGroupName"]}
    for cluster in _users(context, group):
        told = {"ClusterParameterGroups": [waits | {"ParameterApplyStatus": "pending-reboot"}]}
        told |= records.hiding(cluster, parameters=in_force(context.cloud, cluster))
        records.put(context.cloud, CLUSTER, cluster | told)
    records.put(context.cloud, PARAMETER_GROUP, group | records.hiding(group, values=values))
    return waits | {"ParameterGroupStatus": (
        "Your parameter group has been updated. If you changed only dynamic parameters, associated "
        "clusters are being modified now. If you changed static parameters, all updates, including "
        "dynamic parameters, will be applied when you reboot the associated clusters."
    )}  # fmt: skip


def _users(context: Context, group: Record) -> list[Record]:
    name = group["ParameterGroupName"]

    def uses(cluster: Record) -> bool:
        return any(each["ParameterGroupName"] == name for each in cluster["ClusterParameterGroups"])

    return records.listed(context, CLUSTER, uses)
