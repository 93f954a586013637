"""The live page of a session: a dashboard, a question bar, or what there is to see."""

from __future__ import annotations

import html

from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight import records, themes
from labkit.cloud.quicksight.embedding import replies, skeleton, viewers
from labkit.cloud.quicksight.embedding.answering import topics_of
from labkit.cloud.quicksight.embedding.board import board_of
from labkit.cloud.quicksight.embedding.page_model import model_of
from labkit.cloud.quicksight.embedding.routes import Visit, page
from labkit.cloud.quicksight.embedding.showing import chosen_of
from labkit.cloud.quicksight.kinds import DASHBOARD
from labkit.cloud.quicksight.render import Theme


@page("")
def live(visit: Visit) -> Reply:
    """The page that people see."""
    experience = visit.embedding.experience
    if "QuickSightConsole" in experience:
        return _overview(visit)
    if "QSearchBar" in experience:
        return _bar(visit)
    board = board_of(visit.cloud, visit.embedding)
    with chosen_of(visit, board) as chosen:
        data = {"model": model_of(chosen, live=True)}
    saved = '<a href="page.html">Save as a file</a>'
    resets = not visit.embedding.options.get("ResetDisabled")
    body = skeleton.dashboard(board.name, saved, resets=resets)
    text = skeleton.document(board.name, board.theme, body, skeleton.DASHBOARD, data)
    return replies.page(200, text, visit.embedding.domains, skeleton.source(skeleton.DASHBOARD))


@page("model.json")
def model(visit: Visit) -> Reply:
    """What the page shows, after a choice."""
    board = board_of(visit.cloud, visit.embedding)
    with chosen_of(visit, board) as chosen:
        return replies.json_of(model_of(chosen, live=True))


def _bar(visit: Visit) -> Reply:
    """The question bar."""
    topics = topics_of(visit)
    names = ", ".join(str(each["Topic"].get("Name", each["TopicId"])) for each in topics)
    theme = Theme.of(themes.configuration(visit.cloud, visit.embedding.region, None))
    body = (
        '<main class="ask"><h1>Ask a question</h1>'
        f"<p>About: {html.escape(names or 'nothing yet')}</p>"
        '<form id="asking"><label class="sr" for="question">Question</label>'
        '<input id="question" type="search" maxlength="300" placeholder="Ask a question">'
        '<button type="submit">Ask</button></form><div id="result" aria-live="polite"></div></main>'
    )
    text = skeleton.document("Ask a question", theme, body, skeleton.QUESTIONS, {})
    return replies.page(200, text, visit.embedding.domains, skeleton.source(skeleton.QUESTIONS))


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
