"""What Glue refuses of a crawler's definition, and what only AWS can do.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.glue import new_folders
from labkit.cloud.glue.classifiers import known_classifiers
from labkit.cloud.glue.configuration import read_configuration
from labkit.cloud.glue.event_mode import MODE, check_event_mode
from labkit.cloud.glue.schedule import check_schedule
from labkit.cloud.glue.targets import CRAWLED, all_targets, check_targets
from labkit.cloud.glue.trust import role_name_of
from labkit.cloud.glue.words import invalid
from labkit.cloud.operations import Context, not_here

POLICY = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"}
RECRAWL = {"RecrawlBehavior": "CRAWL_EVERYTHING"}
LINEAGE = {"CrawlerLineageSettings": "DISABLE"}


def checked_members(context: Context, members: dict[str, Any]) -> dict[str, Any]:
    """A crawler's members, complete and valid.

    Raises:
        AwsError: something that Glue refuses, or that only AWS can do.
    """
    targets = members["Targets"]
    check_targets(context.operation, targets)
    own = [kind for kind in CRAWLED if kind != "CatalogTargets" and targets.get(kind)]
    if own and not members["DatabaseName"]:
        raise invalid("A database name is required for S3 targets.")
    if members["Schedule"]:
        check_schedule(members["Schedule"])
    _check_classifiers(context, members["Classifiers"])
    read_configuration(members["Configuration"])
    if members.get("LakeFormationConfiguration", {}).get("UseLakeFormationCredentials"):
        raise not_here("glue", context.operation, "crawls with Lake Formation's credentials")
    policy = {**POLICY, **members["SchemaChangePolicy"]}
    _check_recrawl(targets, members["RecrawlPolicy"], policy)
    if targets.get("CatalogTargets") and policy["DeleteBehavior"] == "DEPRECATE_IN_DATABASE":
        raise invalid("The DeleteBehavior of a crawler of catalog targets must be LOG.")
    return members | {
        "Role": role_name_of(context, members["Role"]),
        "Targets": all_targets(targets),
        "DatabaseName": members["DatabaseName"].lower(),
        "SchemaChangePolicy": policy,
    }


def _check_classifiers(context: Context, names: list[str]) -> None:
    found = known_classifiers(context.cloud, names)
    if any("XMLClassifier" in each for each in found):
        raise not_here("glue", context.operation, "XML cannot be crawled")


def _check_recrawl(
    targets: dict[str, Any], recrawl: dict[str, str], policy: dict[str, str]
) -> None:
    behavior = recrawl.get("RecrawlBehavior")
    if behavior == MODE:
        check_event_mode(targets)
    if behavior == new_folders.MODE and set(policy.values()) != {"LOG"}:
        raise invalid(
            'The SchemaChangePolicy for "Crawl new folders only" Amazon S3 target can have only '
            "LOG DeleteBehavior value and LOG UpdateBehavior value."
        )
