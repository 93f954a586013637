"""Questions on tables of other trades: names with humps, abbreviations, flags, years as numbers.

`new_tables.csv` has a question a row with its chart, written as `score` reads them; no chart where
the only right answer is that there is none. `new_tables.json` holds the tables' columns.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from labkit.cloud.quicksight.questions.answering import answer
from labkit.cloud.quicksight.questions.lexicon import Lexicon
from tests.quicksight.questions import score

HERE = Path(__file__).parent
ROWS = score.rows(HERE / "new_tables.csv")
LEXICONS = {
    name: Lexicon(score.topic(name, columns), {})
    for name, columns in json.loads((HERE / "new_tables.json").read_text()).items()
}


@pytest.mark.parametrize("row", ROWS, ids=[each["question"] for each in ROWS])
def test_a_question_on_a_new_table_is_read_as_it_is_meant(row: dict[str, str]) -> None:
    lexicon, question = LEXICONS[row["db_id"]], row["question"]
    found = answer(lexicon.topic, question, clock=dt.datetime(2021, 6, 1), lexicon=lexicon)
    assert (found.ir is not None) == bool(row["vega_zero"]), found.restatement
    if row["vega_zero"]:
        wanted = score.gold(row["vega_zero"])
        assert score.differences(question, wanted, score.read(found.reading)) == []
