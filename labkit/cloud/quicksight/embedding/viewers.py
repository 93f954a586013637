"""Who may see a dashboard: its readers and owners, their groups, namespaces and folders, a link.

An IAM principal of the account may do by the API whatever IAM lets it; what an embedded page shows
is judged by the permissions of the QuickSight user that the page is for.
Source: https://docs.aws.amazon.com/quicksight/latest/user/share-a-dashboard-grant-access-users.html
"""

from __future__ import annotations

from labkit.cloud.cloud import Cloud
from labkit.cloud.quicksight import principals, records, search
from labkit.cloud.quicksight.definitions.catalog import place_of
from labkit.cloud.quicksight.embedding.sessions import Embedding
from labkit.cloud.quicksight.kinds import DASHBOARD, FOLDER, TOPIC, Kind
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.words import denied

KINDS: dict[str, Kind] = {"dashboard": DASHBOARD, "topic": TOPIC}


def may_see(cloud: Cloud, kind: Kind, record: Record, user_arn: str) -> bool:
    """Whether a QuickSight user may see a dashboard or a topic."""
    who = principals.names_of(cloud, user_arn)
    linked = [each["Principal"] for each in record["_"].get("link", ())]
    through = (search.sees(FOLDER, folder, who) for folder in search.folders_of(cloud, record))
    shared = any(name in linked for name in who)
    return shared or search.sees(kind, record, who) or any(through)


def check(cloud: Cloud, embedding: Embedding, arn: str) -> Record:
    """A resource's record, for a session that may show it now.

    Raises:
        AwsError: ``AccessDeniedException``; the same for what there is not.
    """
    region, id = place_of(arn)
    kind = KINDS.get(arn.split(":", 5)[5].partition("/")[0], DASHBOARD)
    record = records.look_up(cloud, region, kind, id)
    if record is None or not _allowed(cloud, kind, embedding, record):
        raise denied(f"{kind.noun} {id} may not be shown to {embedding.user}.")
    return record


def _allowed(cloud: Cloud, kind: Kind, embedding: Embedding, record: Record) -> bool:
    if embedding.is_anonymous:
        return record["Arn"] in embedding.resources
    return may_see(cloud, kind, record, embedding.user)
