"""The pages of a session with a question bar: questions in plain language, and their pictures.

The bar asks one topic, or all that its user may see. Source:
https://docs.aws.amazon.com/quicksight/latest/user/embedding-quicksight-q.html
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from labkit.cloud.operations import Context, Principal
from labkit.cloud.protocol import Reply
from labkit.cloud.quicksight import principals, themes
from labkit.cloud.quicksight.embedding import pictures, replies, viewers
from labkit.cloud.quicksight.embedding.board import Board, open_board
from labkit.cloud.quicksight.embedding.choosing import Choices, choose
from labkit.cloud.quicksight.embedding.routes import Visit, page
from labkit.cloud.quicksight.embedding.sessions import Embedding
from labkit.cloud.quicksight.embedding.showing import HEIGHT_PX, LEAST_PX, MOST_PX, WIDTH_PX
from labkit.cloud.quicksight.questions import predict
from labkit.cloud.quicksight.questions.predict import Asked
from labkit.cloud.quicksight.questions.readers import Reader
from labkit.cloud.quicksight.questions.remembered import recall
from labkit.cloud.quicksight.questions.visual import visual_of
from labkit.cloud.quicksight.records import Record
from labkit.cloud.quicksight.render import Theme
from labkit.cloud.quicksight.words import denied, invalid, not_found

MOST_LETTERS = 300
IDENTIFIER = "data"


@page("ask")
def ask(visit: Visit) -> Reply:
    """What a question means, or what could have been meant."""
    results = _results(visit)
    first = results[0]
    told: dict[str, Any] = {"answer": None, "reading": "", "near": _questions(results[1:])}
    if first["ResultType"] == "GENERATED_ANSWER":
        answer = first["GeneratedAnswer"]
        told = {"answer": answer["AnswerId"], "reading": answer["Restatement"], "near": []}
    return replies.json_of(told)


@page("near")
def near(visit: Visit) -> Reply:
    """Questions near to one that is not understood."""
    return replies.json_of(_questions(_results(visit)[1:]))


@page(r"answers/(?P<id>[\w-]+)\.(?P<kind>png|svg|json)")
def answer(visit: Visit) -> Reply:
    """The picture of an answer, computed for this session's reader; ``theme``: an ARN."""
    asked, theme = _asked(visit), visit.query.get("theme") or None
    topic = asked.lexicon.topic
    drawn = visual_of(asked.answer.ir or {}, topic, identifier=IDENTIFIER)
    board = Board(
        name="Answer",
        region=visit.embedding.region,
        definition=drawn.definition(topic.data_set_arn, IDENTIFIER),
        theme=Theme.of(themes.configuration(visit.cloud, visit.embedding.region, theme)),
        user=visit.embedding.user,
        tags=visit.embedding.own_tags,
    )
    size = (
        visit.number("width", WIDTH_PX, LEAST_PX, MOST_PX),
        visit.number("height", HEIGHT_PX, LEAST_PX, MOST_PX),
    )
    with open_board(visit.cloud, board) as opened:
        chosen = choose(opened, Choices())
        return pictures.reply(visit, chosen, board.visuals[0], *size)


@page(r"answers/(?P<id>[\w-]+)/definition")
def definition(visit: Visit) -> Reply:
    """The definition of an answer's visual, to be put onto a dashboard."""
    asked = _asked(visit)
    drawn = visual_of(asked.answer.ir or {}, asked.lexicon.topic, identifier=IDENTIFIER)
    return replies.json_of(drawn.definition(asked.lexicon.topic.data_set_arn, IDENTIFIER))


def topics_of(visit: Visit) -> list[Record]:
    """The topics that a session may ask.

    Raises:
        AwsError: it has no question bar, or its topic may not be shown any more.
    """
    embedding = visit.embedding
    if "QSearchBar" not in embedding.experience:
        raise denied("This session has no question bar.")
    named = [each for each in embedding.resources if ":topic/" in each]
    if named:
        return [viewers.check(visit.cloud, embedding, each) for each in named]
    user = principals.find(visit.cloud, embedding.user)
    return predict.topics_of(_context(visit), user) if user else []


def _results(visit: Visit) -> list[Record]:
    question = visit.query.get("question", "").strip()
    if not 0 < len(question) <= MOST_LETTERS:
        raise invalid(f"A question has 1 to {MOST_LETTERS} letters.")
    found = list(predict.generated(_reader(visit), topics_of(visit), question))
    return found or [{"ResultType": "NO_ANSWER"}]


def _questions(results: list[Record]) -> list[str]:
    told = (each["GeneratedAnswer"]["QuestionText"] for each in results)
    return list(dict.fromkeys(told))


def _asked(visit: Visit) -> Asked:
    """An answer by its id, computed anew.

    Raises:
        AwsError: no such answer was given, or this reader may not see it.
    """
    id = visit.named["id"]
    kept = recall(visit.cloud, visit.embedding.region, id)
    topics = {each["TopicId"]: each for each in topics_of(visit)}
    if kept and kept["topic"] in topics:
        clock = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        asked = predict.ask(_reader(visit), topics[kept["topic"]], kept["question"], clock=clock)
        if asked and asked[0].answer.ir:
            return asked[0]
    raise not_found(f"Answer {id} is not found.")


def _reader(visit: Visit) -> Reader:
    embedding: Embedding = visit.embedding
    principal = Principal(embedding.user, visit.cloud.account)
    return Reader(visit.cloud, principal, embedding.region, embedding.user, tags=embedding.own_tags)


def _context(visit: Visit) -> Context:
    principal = Principal(visit.embedding.user, visit.cloud.account)
    region = visit.embedding.region
    return Context(visit.cloud, "quicksight", "PredictQAResults", region, principal)
