"""What happens on the LMS: the rhythm of clicks, and who hands in what, when and how well.

The university keeps one clock, UTC. Activity is the product of four tables: the hour of the week,
the week of the term, the surge before each deadline, and how many clicks the student makes at all.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seeds import terms, words
from seeds.draws import BELL_MEAN, Ints, along, ranks
from seeds.people import FAIL, WITHDRAWN, People, courses, pilots

HOURS_A_WEEK = 168
DAYS_A_TERM = 7 * terms.WEEKS_A_TERM
ORDINARY = 10
DUE_WEEKDAYS = (6, 6, 4, 6, 3, 6, 2, 6)
"""The weekday (Monday is 0) on which the assignments of each pilot of a term are due."""
LAST_MINUTE = 24 * 60 - 1
AFTERMATH = 48
"""After the term a student makes a week one click in so many of the term's."""


class HandedIn(NamedTuple):
    """Submissions, one a place: pair, assignment (0 to 9), minute since the term began, score."""

    id: Ints
    pair: Ints
    assignment: Ints
    minute: Ints
    tenths: Ints
    attempt: Ints


class Activity:
    """The LMS's side of `People`: a *pair* is a student in the course that runs on the LMS."""

    def __init__(self, people: People) -> None:
        self.people = people
        chosen = np.flatnonzero(people.on_lms)
        self.student = people.student[chosen]
        self.term = people.term[chosen]
        self.course = people.course[chosen]
        self.outcome = people.outcome[chosen]
        self.score = people.score[chosen]
        self.strength = people.strength[chosen]
        self.weeks = people.weeks[chosen]

    @cached_property
    def pilot(self) -> Ints:
        """The course's place among the sixteen pilots, for each pair: 0 to 7 run in the fall."""
        place = np.zeros(int(all_pilots().max()) + 1, np.int64)
        place[all_pilots()] = np.arange(len(all_pilots()))
        return place[self.course]

    @cached_property
    def clicks(self) -> Ints:
        """Page views over the whole term, for each pair."""
        luck = (self.people.draws("clicks").bell(len(self.student)) - BELL_MEAN) * 1000 // 37_837
        early = (terms.WEEKS_A_TERM - self.weeks) * 80
        place, size = ranks(self.strength + luck - early, np.zeros_like(self.student))
        return along(_curve("clicks"), place, max(int(size[0]) - 1, 1))

    @cached_property
    def clicks_by_week(self) -> NDArray[np.int32]:
        """Page views, one row a pair and one column a week of the term."""
        steady = 60 + self.people.draws("weeks").below(81, (len(self.student), terms.WEEKS_A_TERM))
        weight = rhythm().sum(axis=2)[self.pilot] * steady
        weight[np.arange(terms.WEEKS_A_TERM) >= self.weeks[:, None]] = 0
        upto = np.cumsum(weight, axis=1)
        rounded = upto * self.clicks[:, None] // upto[:, -1:]
        return np.asarray(np.diff(rounded, axis=1, prepend=0), np.int32)

    def views(self, week: int) -> Ints:
        """Page views in one week, for each pair."""
        active = self.term == terms.term_of(week)
        if week > terms.WEEKS:
            active &= self.outcome != WITHDRAWN
            return np.where(active, (self.clicks + week % AFTERMATH) // AFTERMATH, 0)
        column = (week - 1) % terms.WEEKS_A_TERM
        return np.where(active, self.clicks_by_week[:, column], 0).astype(np.int64)

    def submissions(self, week: int) -> HandedIn:
        """What was handed in during one week, in the order of time."""
        if week > terms.WEEKS:
            return self._retakes(week)
        done, first = self._handed_in, (week - 1) % terms.WEEKS_A_TERM * 7 * 1440
        in_week = (done.minute >= first) & (done.minute < first + 7 * 1440)
        rows = np.flatnonzero(in_week & (self.term[done.pair] == terms.term_of(week)))
        rows = rows[np.argsort(done.minute[rows], kind="stable")]
        return HandedIn(*(values[rows] for values in done))

    @cached_property
    def _handed_in(self) -> HandedIn:
        shape = (len(self.student), len(words.rows("assignments")))
        draws, strength = self.people.draws("submissions"), self.strength[:, None]
        due = due_minutes()[self.pilot]
        there = due < self.weeks[:, None] * 7 * 1440
        there &= draws.chance(np.clip(900 + strength * 60 // 1000, 500, 990), shape)
        late = draws.chance(np.clip(230 - strength * 120 // 1000, 15, 700), shape)
        lead = draws.curve(_curve("lead_minutes"), shape)
        delay = draws.curve(_curve("late_minutes"), shape)
        minute = np.where(late, due + delay, due - lead)
        tenths = self._marks(draws.bell(shape) - BELL_MEAN, late)
        pair, assignment = np.nonzero(there)
        number = 1_000_001 + pair * shape[1] + assignment
        first = np.ones_like(pair)
        return HandedIn(number, pair, assignment, minute[there], tenths[there], first)

    def _marks(self, luck: Ints, late: NDArray[np.bool_]) -> Ints:
        guess = np.clip(480 + self.strength * 140 // 1000, 50, 950)
        target = np.where(self.score < 0, guess, self.score)[:, None]
        tenths = target + luck * 110 // 37_837 - np.where(late, 90, 0)
        return np.clip(tenths, 0, 1000) // 5 * 5

    def _retakes(self, week: int) -> HandedIn:
        """After the term, some who failed hand in one assignment once more, on the Wednesday."""
        pair = np.flatnonzero((self.outcome == FAIL) & (self.term == terms.SPRING))
        pair = pair[(pair + week) % 6 == 0]
        draws, count = self.people.draws("retakes", week), len(pair)
        minute = (week - terms.WEEKS_A_TERM - 1) * 7 * 1440 + 2 * 1440 + np.arange(count) % 1440
        tenths = 400 + draws.below(81, count) * 5
        assignment = np.full(count, week % len(words.rows("assignments")))
        return HandedIn(
            week * 10_000_000 + pair, pair, assignment, minute, tenths, np.full(count, 2)
        )


def all_pilots() -> Ints:
    """The rows of the sixteen courses on the LMS, the fall's before the spring's."""
    return np.concatenate([pilots(terms.FALL), pilots(terms.SPRING)])


def assignment_ids() -> Ints:
    """The ids of the ten assignments of each pilot: the course's id and a two-digit number."""
    ids = np.array([courses()[row].id for row in all_pilots()])
    return ids[:, None] * 100 + 1 + np.arange(len(words.rows("assignments")))


def due_minutes() -> Ints:
    """When each pilot's assignments are due, in minutes since the term began: 23:59 of a day.

    Every other course is a week later than the vocabulary says.
    """
    weeks = np.array([int(row[1]) for row in words.rows("assignments")])
    weekdays = np.tile(DUE_WEEKDAYS, 2)[:, None]
    later = np.arange(len(weekdays))[:, None] % 2
    return np.asarray((weeks - 1 + later) * 7 + weekdays, np.int64) * 1440 + LAST_MINUTE


def next_due() -> Ints:
    """The assignment that each pilot's students face, for each day of the term."""
    due = due_minutes() // 1440
    days = np.arange(DAYS_A_TERM)
    faced = (due[:, None, :] < days[None, :, None]).sum(axis=2)
    return np.asarray(np.minimum(faced, due.shape[1] - 1), np.int64)


def rhythm() -> Ints:
    """The weight of every hour: pilot x week of the term x hour of the week."""
    hours = np.array(words.numbers("hours")).reshape(1, 1, HOURS_A_WEEK)
    weeks = np.array(words.numbers("term_weeks")).reshape(1, -1, 1)
    surge = np.repeat(_surge().reshape(-1, terms.WEEKS_A_TERM, 7), 24, axis=2)
    return np.asarray(hours * weeks * surge, np.int64)


def _surge() -> Ints:
    """How lively each day is for each pilot: `ORDINARY`, and more as a deadline comes near."""
    lively = np.array([row[0] for row in words.numbers("surge")] + [ORDINARY])
    due = due_minutes() // 1440
    ahead = due[:, None, :] - np.arange(DAYS_A_TERM)[None, :, None]
    nearest = np.where(ahead < 0, DAYS_A_TERM, ahead).min(axis=2)
    return np.asarray(lively[np.minimum(nearest, len(lively) - 1)], np.int64)


def _curve(name: str) -> list[tuple[int, int]]:
    return [(permille, value) for permille, value in words.numbers(name)]
