"""What QuickSight can do and the local one cannot: refused, never left to records without work.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud import protocol
from labkit.cloud.operations import OPERATIONS, Answer, Context
from labkit.cloud.quicksight.records import answers
from labkit.cloud.quicksight.words import not_here

# Why, by a noun in the operation's name.
REASONS = {
    "ActionConnector": "there is nothing outside to connect to",
    "Agent": "there is no language model to talk with",
    "AssetBundle": "definitions go by Describe...Definition and Create",
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


def _refuse(name: str) -> None:
    why = next((said for noun, said in REASONS.items() if noun in name), "")

    @answers(name, alone=False)
    def refuse(context: Context, **members: Any) -> Answer:
        raise not_here(name, why)


def _missing() -> list[str]:
    model = protocol.service_model("quicksight")
    names = model.operation_names if model else []
    return [name for name in names if ("quicksight", name) not in OPERATIONS]


for each in _missing():
    _refuse(each)
