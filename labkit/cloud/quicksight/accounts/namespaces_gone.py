"""The end of a namespace: its users and groups go, and what was set for them.

Dashboards, analyses, data sets and data sources stay.
Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DeleteNamespace.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.quicksight import kinds, records
from labkit.cloud.quicksight.accounts import custom_permissions, customization, namespaces
from labkit.cloud.quicksight.accounts.assignments import ASSIGNMENT
from labkit.cloud.quicksight.records import answers
from labkit.cloud.quicksight.words import invalid


@answers("DeleteNamespace")
def delete_namespace(context: Context, *, Namespace: str) -> Answer:
    if Namespace == namespaces.DEFAULT:
        raise invalid("The default namespace cannot be deleted.")
    namespaces.check(context, Namespace)
    with context.cloud.state.together():
        for kind in (kinds.USER, kinds.GROUP, ASSIGNMENT):
            for each in namespaces.listed(context, kind, Namespace):
                records.remove(context, kind, each["_"]["id"])
        custom_permissions.forget(context, Namespace)
        customization.forget(context, Namespace)
        records.remove(context, kinds.NAMESPACE, Namespace)
    return {}
