"""The question bar: ask a topic in plain language, in a notebook's cell.

The answer is a picture with the sentence that says how the question was read; what is not
understood gets questions near to it, never a wrong chart. An answer can be put onto a dashboard.
https://docs.aws.amazon.com/quicksight/latest/user/quicksight-q-asking.html
"""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from traitlets import Dict, List, Unicode

from labkit.charts import identifier
from labkit.charts.edits import Analysis, empty_sheet
from labkit.charts.merges import take_over
from labkit.errors import UnknownName
from labkit.widgets.console import Console, Facts, front_end
from labkit.widgets.dashboard_draft import MIDNIGHT, Pages
from labkit.widgets.dashboard_published import Published
from labkit.widgets.picture import Markup, frame, notice, tag
from labkit.widgets.refusals import Notice

if TYPE_CHECKING:
    from labkit.lab import Lab

SUGGESTED, HEIGHT_PX, WIDTH_PX = 6, 360, 820


class QuestionBar(Console):
    """A bar for questions about a topic.

    Args:
        lab: the lab whose clients to use.
        topic: the topic's name; without one, the only topic that there is.
    """

    _esm = front_end("core.js", "dashboard_svg.js", "question.js")
    _css = front_end("core.css", "question.css")
    topic = Unicode().tag(sync=True)
    words: List[str] = List().tag(sync=True)
    suggestions: List[str] = List().tag(sync=True)
    answer = Dict().tag(sync=True)
    dashboards: List[str] = List().tag(sync=True)
    frame = Unicode().tag(sync=True)

    def __init__(self, lab: Lab, topic: str = "") -> None:
        super().__init__(lab, topic=topic)
        self._pages, self._dashboards = Pages(self._url), Published(lab)
        self._latest = object()
        self.attempt("open", {})

    def do_open(self) -> None:
        """Read the topic, and what can be asked of it."""
        found = self._described()
        self.words = [
            each.get("ColumnFriendlyName") or each["ColumnName"]
            for data_set in found["DataSets"]
            for each in data_set.get("Columns", ())
            if each.get("IsIncludedInTopic", True)
        ]
        if self.lab.endpoint is None:
            self.frame = self._url()
        else:
            understood = (each for each in questions(found) if self._asked(each)["answer"])
            self.suggestions = list(itertools.islice(understood, SUGGESTED))
        self.dashboards = sorted(self._dashboards.names())

    def do_ask(self, *, question: str, width: int = WIDTH_PX, dark: bool = False) -> None:
        """Answer a question with a picture, or with questions near to it."""
        self.notice, question = {}, question.strip()
        mine = self._latest = object()
        if question:
            found = self._answer(question, width, MIDNIGHT if dark else "")
            if mine is self._latest:  # nothing else was asked meanwhile
                self.answer = found

    def _answer(self, question: str, width: int, theme: str) -> Facts:
        found = self._asked(question)
        shown: Facts = {"question": question, "svg": "", **found}
        if found["answer"]:
            asked = {"width": width, "height": HEIGHT_PX, "theme": theme}
            shown["svg"] = self._pages.read(f"answers/{found['answer']}.svg", **asked).decode()
        return shown

    def do_add(self, *, dashboard: str) -> None:
        """Put the answer's visual onto a dashboard, and publish that as a new version."""
        self.notice = {}
        made = self._pages.json(f"answers/{self.answer['answer']}/definition")
        new = {"Sheets": [empty_sheet("sheet-1", "Sheet 1")]}, ""
        before, theme = self._dashboards.open(dashboard) or new
        sheet = before["Sheets"][0]["SheetId"]
        after = take_over(Analysis(before), sheet=sheet, definition=made).definition
        number = self._dashboards.put(dashboard, after, theme)
        self.dashboards = sorted(self._dashboards.names())
        text = f"Added to {dashboard}, published as version {number}."
        self.notice = Notice(text, kind="info").facts()

    def _described(self) -> Facts:
        calls = self.lab.chart.calls
        if not self.topic:
            known = self._topics()
            if len(known) != 1:
                raise UnknownName("topic", "", known)
            self.topic = known[0]
        try:
            found: Facts = calls.call("describe_topic", TopicId=identifier(self.topic))["Topic"]
        except calls.client.exceptions.ResourceNotFoundException:
            raise UnknownName("topic", self.topic, self._topics()) from None
        return found

    def _topics(self) -> list[str]:
        known = self.lab.chart.calls.call("list_topics")["TopicsSummaries"]
        return [each["Name"] for each in known]

    # The session ----------------------------------------------------------------------------------

    def _asked(self, question: str) -> Facts:
        found: Facts = self._pages.json("ask", question=question)
        return found

    def _url(self) -> str:
        search_bar = {"InitialTopicId": identifier(self.topic)}
        return self.lab.chart.calls.embed_url({"QSearchBar": search_bar})

    # Picture --------------------------------------------------------------------------------------

    def snapshot(self) -> str:
        """The question that was asked last and how it was read, or what can be asked."""
        title, answer = f"Ask about {self.topic}", self.answer
        if not answer:
            lines = [tag("div", each, style="row") for each in self.suggestions]
            return frame(title, notice(self.notice), *lines)
        reading = answer["reading"] or "No answer. Near to it: " + "; ".join(answer["near"])
        asked = tag("b", answer["question"])
        return frame(title, notice(self.notice), asked, tag("div", reading), _image(answer))


def questions(topic: Facts) -> Iterator[str]:
    """Questions that a topic's columns suggest."""
    columns = [
        each for data_set in topic["DataSets"] for each in data_set.get("Columns", ())
        if each.get("IsIncludedInTopic", True)
    ]  # fmt: skip
    named: dict[str, list[str]] = {"MEASURE": [], "DIMENSION": []}
    for each in columns:
        role = each.get("ColumnDataRole", "DIMENSION")
        name = each.get("ColumnFriendlyName") or each["ColumnName"]
        if not re.search(r"\bids?$", name, re.IGNORECASE):
            named[role].append(name)
    measures, dimensions = named["MEASURE"], named["DIMENSION"]
    for measure, dimension in zip(itertools.cycle(measures), dimensions, strict=False):
        yield f"average {measure} by {dimension}"
        yield f"top 3 {dimension} by {measure}"
    for measure in measures:
        yield f"total {measure} by month"
        yield f"total {measure}"
    for dimension in dimensions:
        yield f"how many by {dimension}"


def _image(answer: Facts) -> Markup:
    if not answer["svg"]:
        return Markup()
    data = base64.b64encode(answer["svg"].encode()).decode()
    source = f"data:image/svg+xml;base64,{data}"
    return tag("img", src=source, alt=answer["reading"], style="max-width:100%")
