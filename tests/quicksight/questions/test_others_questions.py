"""Questions that others wrote: most are read right, in both halves of their databases."""

import json

from tests.quicksight.questions import score

FLOOR = 0.88


def test_both_halves_of_the_questions_are_read_right() -> None:
    types = json.loads(score.TYPES_OF_COLUMNS.read_text())
    developed_on, looked_at_after = score.score(score.rows(score.QUESTIONS), types)
    assert min(developed_on, looked_at_after) >= FLOOR
