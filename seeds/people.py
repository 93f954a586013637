"""Who studies what, and how it ends: the facts that every table of the lake agrees on.

Outcomes follow the Open University Learning Analytics Dataset
(https://analyse.kmi.open.ac.uk/open_dataset, CC-BY 4.0): 31.2 % withdraw, less often the more
education is at home; of all, 37.9 % pass, 9.3 % with distinction, 21.6 % fail. They are quotas, not
chances, so the shares hold at any scale; ability and luck decide who fills them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from seeds import terms, words
from seeds.draws import BELL_MEAN, Draws, Ints, ranks

STUDENTS = 400
FIRST_STUDENT_ID = 100_001
COURSES_A_TERM = 4
COURSES_A_DEPARTMENT = 5
SLOTS = 2 * COURSES_A_TERM
CORE_SLOTS = (1, 2, 5)
ELECTIVE_SLOTS = (0, 3, 4, 6, 7)

FAIL, PASS, DISTINCTION, WITHDRAWN = range(4)
OUTCOME_PERMILLE = (216, 379, 93, 312)
SCORE_TENTHS = ((120, 499), (500, 849), (850, 990))
WITHDRAWAL_WEEKS = ((0, 1), (250, 3), (500, 5), (750, 8), (1000, 15))


@dataclass(frozen=True)
class Course:
    """One line of the catalogue of courses."""

    id: int
    department: int
    number: int
    name: str
    pilot: str

    @property
    def code(self) -> str:
        return f"{words.column('departments')[self.department]}{self.number}"


def courses() -> list[Course]:
    """The university's courses; ids count from 1001."""
    departments = words.column("departments")
    return [
        Course(1001 + row, departments.index(code), int(number), name, pilot)
        for row, (code, number, name, pilot) in enumerate(words.rows("courses"))
    ]


def pilots(term: int) -> Ints:
    """The rows of the courses that run on the LMS in a term."""
    wanted = ("fall", "spring")[term]
    return np.array([row for row, course in enumerate(courses()) if course.pilot == wanted])


class People:
    """Students and their eight enrolments each, four a term; one of the eight is on the LMS.

    Args:
        scale: 1 makes 400 students; the numbers of courses and teachers stay.
        seed: 0 makes the students of the labs, any other number others like them.
    """

    def __init__(self, scale: float = 1.0, seed: int = 0) -> None:
        if not scale > 0:
            raise ValueError(f"The scale must be above 0, not {scale}.")
        self.count = max(16, int(STUDENTS * scale + 0.5))
        self.seed = seed
        draws = self.draws("people")
        self.ability = draws.bell(self.count) - BELL_MEAN
        self.department = draws.below(len(words.rows("departments")), self.count)
        self.band = _by_quota(draws.order(self.count), _shares("ed_levels", 2))
        self.lms_term = draws.order(self.count) % 2

    def draws(self, *key: str | int) -> Draws:
        """A stream of draws for a key, of these students alone."""
        return Draws(*key, *([self.seed] if self.seed else []))

    @cached_property
    def ids(self) -> Ints:
        """The students' ids, in the SIS and on the LMS alike."""
        return FIRST_STUDENT_ID + np.arange(self.count)

    @cached_property
    def student(self) -> Ints:
        """The student's place, for each enrolment."""
        return np.repeat(np.arange(self.count), SLOTS)

    @cached_property
    def slot(self) -> Ints:
        """Which of the student's enrolments it is: 0 to 3 in the fall, 4 to 7 in the spring."""
        return np.tile(np.arange(SLOTS), self.count)

    @cached_property
    def term(self) -> Ints:
        """`terms.FALL` or `terms.SPRING`, for each enrolment."""
        return self.slot // COURSES_A_TERM

    @cached_property
    def on_lms(self) -> NDArray[np.bool_]:
        """Whether the enrolment is the one of the pilot, for each enrolment."""
        return np.equal(self.slot, COURSES_A_TERM * self.lms_term[self.student])

    @cached_property
    def course(self) -> Ints:
        """The course's row, for each enrolment: core of one's department, electives, a pilot."""
        core = np.array([row for row, course in enumerate(courses()) if _is_core(course)])
        core = core.reshape(-1, len(CORE_SLOTS))
        chosen = np.empty((self.count, SLOTS), np.int64)
        chosen[:, CORE_SLOTS] = core[self.department]
        chosen[:, ELECTIVE_SLOTS] = self._electives(core)
        flat = chosen.reshape(-1)
        flat[self.on_lms] = self._pilots()
        return flat

    def _electives(self, core: Ints) -> Ints:
        draws, many = self.draws("electives"), len(core) - 1
        start, stride = draws.below(many, self.count), 1 + draws.below(many - 1, self.count)
        steps = np.arange(len(ELECTIVE_SLOTS))
        away = 1 + (start[:, None] + steps * stride[:, None]) % many
        other = (self.department[:, None] + away) % len(core)
        return np.asarray(core[other, draws.below(core.shape[1], other.shape)], np.int64)

    def _pilots(self) -> Ints:
        choice = self.draws("pilots").below(8, self.count)
        return np.stack([pilots(terms.FALL), pilots(terms.SPRING)])[self.lms_term, choice]

    @cached_property
    def strength(self) -> Ints:
        """How well the student copes with the course: around 0, one deviation is about 1,000."""
        own = self.draws("strength").bell(len(self.student)) - BELL_MEAN
        return (self.ability[self.student] * 3 + own * 2) * 1000 // (37_837 * 36 // 10)

    @cached_property
    def outcome(self) -> Ints:
        """`FAIL`, `PASS`, `DISTINCTION` or `WITHDRAWN`, for each enrolment."""
        permille = np.array([int(row[3]) for row in words.rows("ed_levels")])
        band = self.band[self.student]
        place, size = ranks(self.strength + self._luck("staying", 1500), band * 2 + self.on_lms)
        gone = place * 1000 + 500 <= size * permille[band]
        place, size = ranks(self.strength + self._luck("marks", 500), gone * 2 + self.on_lms)
        finished = sum(OUTCOME_PERMILLE[:WITHDRAWN])
        failed = place * finished < size * OUTCOME_PERMILLE[FAIL]
        shone = (size - 1 - place) * finished < size * OUTCOME_PERMILLE[DISTINCTION]
        return np.select([gone, failed, shone], [WITHDRAWN, FAIL, DISTINCTION], PASS)

    @cached_property
    def score(self) -> Ints:
        """The course's score in tenths, 0 to 1000; -1 for who withdrew."""
        place, size = ranks(self.strength + self._luck("marks", 500), self.outcome)
        low, high = np.array([*SCORE_TENTHS, (-1, -1)]).T
        span = (high - low)[self.outcome]
        return np.asarray(low[self.outcome] + span * place // np.maximum(size - 1, 1), np.int64)

    @cached_property
    def weeks(self) -> Ints:
        """How many of the term's weeks the student takes part, for each enrolment."""
        left = self.draws("leaving").curve(WITHDRAWAL_WEEKS, len(self.student))
        return np.where(self.outcome == WITHDRAWN, left, terms.WEEKS_A_TERM)

    def _luck(self, name: str, deviation: int) -> Ints:
        return (self.draws(name).bell(len(self.student)) - BELL_MEAN) * deviation // 37_837


def _is_core(course: Course) -> bool:
    return (course.id - 1001) % COURSES_A_DEPARTMENT < len(CORE_SLOTS)


def _shares(name: str, place: int) -> Ints:
    return np.array([int(row[place]) for row in words.rows(name)])


def _by_quota(order: Ints, percent: Ints) -> Ints:
    """Groups in which each has its exact share, filled in a shuffled order."""
    return np.searchsorted(np.cumsum(percent) * len(order), order * 100, side="right")
