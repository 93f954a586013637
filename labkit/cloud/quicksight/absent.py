"""What QuickSight can do and the local one cannot: refused, never left to records without work.

Lists of what nobody can make here are empty, as on an account that has made none.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context, operation
from labkit.cloud.quicksight import gate
from labkit.cloud.quicksight.records import lists
from labkit.cloud.quicksight.words import not_here

# Why, by a noun in the operation's name.
REASONS = {
    "ActionConnector": "there is nothing outside to connect to",
    "Agent": "there is no language model to talk with",
    "Automation": "there are no automations to run",
    "Brand": "there is no console to brand",
    "Flow": "there is no language model to run it",
    "IdentityContext": "there is no IAM Identity Center",
    "IdentityPropagation": "there is no IAM Identity Center",
    "KnowledgeBase": "there is no language model to read it",
    "OAuthClient": "there is nothing outside to sign in to",
    "QBusiness": "there is no Amazon Q Business",
    "RoleMembership": "there is no IAM Identity Center, whose groups get a role",
    "SPICECapacity": "SPICE is as large as the disk",
    "SelfUpgrade": "there is no console to ask for another role in",
    "Space": "there is no language model to read it",
    "TokenExchange": "there is no IAM Identity Center",
    "UsersIndex": "there is no index of users' files",
    "VPCConnection": "there is no network of an account's own",
}

# Lists that are empty: the member of their answers.
EMPTY = {
    "ListActionConnectors": "ActionConnectorSummaries",
    "ListAgents": "AgentSummaries",
    "ListBrands": "Brands",
    "ListFlows": "FlowSummaryList",
    "ListKnowledgeBases": "KnowledgeBaseSummaries",
    "ListOAuthClientApplications": "OAuthClientApplications",
    "ListSelfUpgrades": "SelfUpgradeRequestDetails",
    "ListSpaces": "SpaceSummaries",
    "ListVPCConnections": "VPCConnectionSummaries",
}


def _none(context: Context, **members: Any) -> list[Any]:
    return []


for _name, _member in EMPTY.items():
    lists(_name, _member)(_none)


@operation("quicksight", "*")
def refuse(context: Context, **members: Any) -> Answer:
    """Say that an operation is not here, to an account that has signed up."""
    gate.check_account(context, members.get("AwsAccountId", context.account))
    gate.check_subscription(context)
    name = context.operation
    raise not_here(name, next((why for noun, why in REASONS.items() if noun in name), ""))
