"""Each question has what a question needs; verdicts help and never give the answer away."""

import json

import pytest

from labkit.exercises import LABS, questions
from labkit.exercises.comparing import GENERAL
from labkit.exercises.notes import NOT_TRIED
from labkit.exercises.question import Known, known
from labkit.exercises.states import State, readers
from labkit.exercises.values import is_table

ALL = [question for lab in LABS for question in questions(lab)]
each = pytest.mark.parametrize("question", ALL, ids=lambda one: one.id)


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_has_six_to_ten_in_order(lab):
    names = [question.id for question in questions(lab)]
    assert names == [f"lab{lab}-q{number}" for number in range(1, len(names) + 1)]
    assert 6 <= len(names) <= 10


@each
def test_a_question_has_all_that_helps(question):
    assert question.points > 0
    assert len(question.hints) >= 2
    assert len(question.wrong) >= 6
    assert len(question.right) >= 4
    assert question.explanation
    assert {mistake for _, mistake in question.wrong} <= {*question.messages, *GENERAL}
    assert set(question.messages) <= {mistake for _, mistake in question.wrong}
    assert set(question.needs) <= {one.id for one in questions(question.lab)}


@each
def test_what_it_reads_can_be_read(question):
    reads = question.reads.values() if isinstance(question.reads, dict) else [question.reads]
    assert all(one.reader in readers() for one in reads if isinstance(one, State))


@each
def test_as_a_learner_finds_it_it_is_not_tried(question):
    names = [question.reads] if isinstance(question.reads, str) else []
    namespace = {}
    if names:
        exec(question.starter, namespace)
    value = namespace.get(names[0]) if names else None
    assert question.judge(value, Known("?")).status == NOT_TRIED


@each
def test_no_word_of_ours_gives_the_answer_away(question):
    told = " ".join([*question.messages.values(), question.task, *question.hints[:1]])
    assert not [value for value in telling(known(question).right) if str(value) in told]


def telling(right):
    """The values of an answer that would give it away: longer than a word of any sentence."""
    rows = (
        right["rows"] if is_table(right) else [[right]] if not isinstance(right, list) else [right]
    )
    flat = [value for row in rows for value in (row if isinstance(row, list) else [row])]
    return [value for value in flat if isinstance(value, float) or len(json.dumps(value)) > 40]


def test_nine_wrong_answers_in_ten_have_a_message_of_their_own():
    mistakes = [mistake in question.messages for question in ALL for _, mistake in question.wrong]
    assert sum(mistakes) >= 0.9 * len(mistakes)
