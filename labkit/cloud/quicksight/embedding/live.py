"""The live page of a session: a dashboard, a question bar, or what there is to see."""

from __future__ import annotations

from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight import records
from labkit.cloud.quicksight.embedding import replies, viewers
from labkit.cloud.quicksight.embedding.board import board_of
from labkit.cloud.quicksight.embedding.routes import Visit, page
from labkit.cloud.quicksight.kinds import DASHBOARD


@page("")
def live(visit: Visit) -> Reply:
    if "QuickSightConsole" in visit.embedding.experience:
        return _overview(visit)
    board = board_of(visit.cloud, visit.embedding)
    return replies.sorry(
        200, board.name, f"Shown to {visit.embedding.user}.", domains=visit.embedding.domains
    )


def _overview(visit: Visit) -> Reply:
    """Which dashboards a user may see; the console itself is not embedded here."""
    cloud, embedding = visit.cloud, visit.embedding
    names = [
        str(each.get("Name", each["DashboardId"]))
        for each in records.records(cloud, DASHBOARD).values()
        if viewers.may_see(cloud, DASHBOARD, each, embedding.user)
    ]
    listed = "; ".join(sorted(names)) or "none"
    return replies.sorry(
        200,
        "Amazon QuickSight",
        f"Signed in as {embedding.user.split('/', 2)[2]}. Dashboards: {listed}.",
        "The console is not embedded here; embed a dashboard instead.",
        domains=embedding.domains,
    )
