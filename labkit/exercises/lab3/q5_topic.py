"""A topic whose synonyms let Q answer in the asker's words."""

import pandas as pd

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.lab3.tables import submissions
from labkit.exercises.question import Question
from labkit.exercises.states import State

ASKED = "average result by faculty"
SYNONYMS = '{"score": ["result"], "school_name": ["faculty"]}'


def reference(data: Data) -> pd.DataFrame:
    """The average score by school."""
    return submissions(data).groupby("school_name").score.mean().reset_index(name="average")


def code(synonyms: str = SYNONYMS, name: str = "Marks", before: str = "") -> str:
    """The cell that makes the topic."""
    before = before or 'submissions = lab.chart.data_set("Submissions")'
    return f"""{before}
lab.chart.add_topic("{name}", submissions, synonyms={synonyms})"""


def of(sql: str) -> str:
    """A data set of its own."""
    return f'submissions = lab.chart.add_data_set("Marks", sql="""{sql}""")'


NAMED = """SELECT e.school_name AS faculty, f.score AS result
    FROM db_raw_lmsdemo.submission_dim s
    JOIN db_raw_lmsdemo.submission_fact f ON f.submission_id = s.id
    JOIN db_cur_sisdemo.student_ext e ON e.student_id = s.user_id
    WHERE s.process_date <= '2021-05-03'"""

q5 = Question(
    id="lab3-q5",
    points=2,
    title="In the dean's own words",
    task=f"""The dean says *faculty* where the data say `school_name`, and *result* where they say
`score`. Make a topic *Marks* on the data set *Submissions*, so that `lab.chart.ask("{ASKED}")`
answers.""",
    reads=State("asked", "Marks", ASKED),
    starter="""submissions = lab.chart.data_set("Submissions")
# lab.chart.add_topic(...)""",
    answer=code(),
    reference=reference,
    compare=Compare(any_names=True, tolerance=0.005),
    hints=(
        "Ask first, and read what Q says: which of the words does it not know?",
        "`synonyms` is a dictionary: the data set's column, and a list of other words for it.",
        '`synonyms={"score": [...], "school_name": [...]}`',
    ),
    explanation="""Q knows the words that a topic teaches it, and the names of columns. Most of the
work on a topic is to listen to how people ask. Q never guesses a word: an answer to another
question would be worse than none.""",
    messages={
        "unheard": "Q has no answer yet: it does not know one of the two words. In `synonyms`, the "
        "column comes first, and then the list of the words that people say for it.",
        "elsewhere": "Another topic answers that. *Marks* does not know the words yet.",
        "both": "Both words are said for the same column, so the score is split by itself. What "
        "is a faculty?",
        "phrase": "*average* has become a part of your word, so Q no longer reads it as what to "
        "compute. The synonym is *result* alone.",
        "number": "A result became the number of a submission. The dean means the score.",
        "person": "A faculty became each single student. The dean means the school.",
        "department": "A faculty became a department. The dean means the school.",
        "enrolment": "A faculty became the way of enrolment. The dean means the school.",
        "parents": "A faculty became the parents' education. The dean means the school.",
        "punctuality": "A result became the share on time. The dean means the score.",
    },
    wrong=(
        (code("{}"), "unheard"),
        (code('{"score": ["result"]}'), "unheard"),
        (code(SYNONYMS.replace("school_name", "department_name")), "department"),
        (code(SYNONYMS.replace("school_name", "enroll_status")), "enrolment"),
        (code(SYNONYMS.replace("school_name", "parents")), "parents"),
        (code(SYNONYMS.replace("score", "on_time")), "punctuality"),
        (code(SYNONYMS.replace('"score"', '"id"')), "number"),
        (code(SYNONYMS.replace("school_name", "user_id")), "person"),
        (code('{"score": ["result", "faculty"]}'), "both"),
        (code(SYNONYMS.replace('"result"', '"average result"')), "phrase"),
        (f"{code('{}')}\n{code(name='Others')}", "elsewhere"),  # the last: that topic stays
    ),
    right=(
        code('{"school_name": ["school", "faculty"], "score": ["mark", "result", "grade"]}'),
        code('{"score": ["Result"], "school_name": ["Faculty"]}'),
        code("{}", before=of(NAMED)),
        code('{"score": "result", "school_name": "faculty"}', before='submissions = "Submissions"'),
        code('{"score": ("result",), "school_name": ("faculty",), "parents": ["home"]}'),
    ),
)
