"""The LMS's log of requests, one file of page views and one of submissions a week.

The views of a week are made in blocks of some 100,000 rows, so memory stays flat at any scale: a
block holds all views of some students, in the order of time, and draws from a stream of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from seeds import terms, words
from seeds.activity import HOURS_A_WEEK, Activity, all_pilots, assignment_ids, next_due, rhythm
from seeds.draws import Draws, Ints
from seeds.files import fixed_text, named
from seeds.people import courses
from seeds.schema import LMS, NEW_COLUMN
from seeds.submissions import submitted_ms
from seeds.times import DAY_MS, HOUR_MS, WEEK_MS, monday_ms, span, stamps, term_ms

BLOCK_ROWS = 100_000
ASSIGNMENTS_PAGE = 1


class Hits(NamedTuple):
    """Requests before they are spelled out: pair, milliseconds since 1970, page, assignment."""

    pair: Ints
    time_ms: Ints
    page: Ints
    assignment: Ints


def views(activity: Activity, week: int, new_column: bool = False) -> Iterator[pa.Table]:
    """The page views of a week, block by block."""
    counts = activity.views(week)
    for block, pairs in enumerate(_blocks(counts)):
        draws = activity.people.draws("views", week, block)
        hits = _visits(activity, week, np.repeat(pairs, counts[pairs]), draws)
        yield _spell(activity, hits, draws, _pages(), "GET", new_column)


def posts(activity: Activity, week: int, new_column: bool = False) -> Iterator[pa.Table]:
    """The requests that handed in the week's submissions."""
    done, draws = activity.submissions(week), activity.people.draws("posts", week)
    hits = Hits(done.pair, submitted_ms(done, week), np.zeros_like(done.pair), done.assignment)
    yield _spell(activity, hits, draws, _hand_in_pages(), "POST", new_column)


FILES = {"general": views, "submissions": posts}
"""What makes each of a week's files."""


def _blocks(counts: Ints) -> Iterator[Ints]:
    """The pairs that have views, in runs of about `BLOCK_ROWS` rows; at least one run."""
    pairs = np.flatnonzero(counts)
    block = np.cumsum(counts[pairs]) // BLOCK_ROWS
    yield from np.split(pairs, np.flatnonzero(np.diff(block)) + 1)


def _visits(activity: Activity, week: int, pair: Ints, draws: Draws) -> Hits:
    """When each view falls in the week and what it shows."""
    pilot, column = activity.pilot[pair], (week - 1) % terms.WEEKS_A_TERM
    hour = _hours(rhythm()[:, column], pilot, draws)
    within = hour * HOUR_MS + draws.below(HOUR_MS, len(pair))
    order = np.argsort(within, kind="stable")
    pair, pilot, hour, within = pair[order], pilot[order], hour[order], within[order]
    page = draws.pick([int(weight) for weight in words.column("pages")], len(pair))
    assignment = next_due()[pilot, column * 7 + hour // 24]
    faced = np.where(page == ASSIGNMENTS_PAGE, assignment, -1)
    return Hits(pair, monday_ms(week) + within, page, faced)


def _hours(weights: Ints, pilot: Ints, draws: Draws) -> Ints:
    """An hour of the week for each view, as often as the pilot's weights say."""
    edges = np.cumsum(weights, axis=1)
    offset = int(edges.max()) + 1
    ladder = (edges + offset * np.arange(len(edges))[:, None]).reshape(-1)
    height = draws.below(edges[:, -1][pilot], len(pilot)) + offset * pilot
    return np.searchsorted(ladder, height, side="right") - pilot * HOURS_A_WEEK


def _spell(
    activity: Activity, hits: Hits, draws: Draws, pages: pa.Array, method: str, new_column: bool
) -> pa.Table:
    count, pilot = len(hits.pair), activity.pilot[hits.pair]
    user = activity.people.ids[activity.student[hits.pair]]
    agent = _agents(user, draws)
    day, hour = hits.time_ms // DAY_MS, hits.time_ms // HOUR_MS % 24
    start = np.array([term_ms(terms.FALL), term_ms(terms.SPRING)])[activity.term[hits.pair]]
    week = np.clip((hits.time_ms - start) // WEEK_MS, 0, terms.WEEKS_A_TERM - 1)
    item = np.where(hits.assignment >= 0, hits.assignment, week)
    controllers = words.column("pages", 1) if method == "GET" else ["submissions"]
    columns: dict[str, Any] = {
        "id": _uuids(draws, count),
        "timestamp": stamps(hits.time_ms, millis=True),
        **_calendar(day),
        "timestamp_hour": hour,
        "user_id": user,
        "course_id": np.array([courses()[row].id for row in all_pilots()])[pilot],
        "assignment_id": pa.array(
            assignment_ids()[pilot, hits.assignment], mask=hits.assignment < 0
        ),
        "url": pages.take(
            pa.array((pilot * len(controllers) + hits.page) * terms.WEEKS_A_TERM + item)
        ),
        "user_agent": _choose(words.column("user_agents", 2), agent),
        "http_method": _choose([method], np.zeros_like(pilot)),
        "remote_ip": _addresses(activity, hits.pair, draws),
        "interaction_micros": draws.curve([(a, b) for a, b in words.numbers("micros")], count),
        "web_application_controller": _choose(controllers, hits.page),
        "session_id": _sessions(user, day * 24 + hour),
    }
    names = LMS["requests"]
    if new_column:
        columns[NEW_COLUMN] = _choose(words.column("user_agents"), agent)
        names = [*names, NEW_COLUMN]
    return named(columns, names)


@cache
def _pages() -> pa.Array:
    """Every address: pilot x page x week of the term (or assignment)."""
    return pa.array(
        path.format(course=courses()[row].id, assignment=ids[item % len(ids)], week=item + 1)
        for row, ids in zip(all_pilots(), assignment_ids(), strict=True)
        for path in words.column("pages", 2)
        for item in range(terms.WEEKS_A_TERM)
    )


@cache
def _hand_in_pages() -> pa.Array:
    return pa.array(
        f"/courses/{courses()[row].id}/assignments/{ids[item % len(ids)]}/submissions"
        for row, ids in zip(all_pilots(), assignment_ids(), strict=True)
        for item in range(terms.WEEKS_A_TERM)
    )


def _agents(user: Ints, draws: Draws) -> Ints:
    """A student has two devices, and uses the first two times in three."""
    weights = [int(weight) for weight in words.column("user_agents", 1)]
    edges = np.cumsum(weights)
    second = draws.below(3, len(user)) == 2
    place = _mix(user * 2 + second) % int(edges[-1])
    return np.searchsorted(edges, place, side="right")


def _addresses(activity: Activity, pair: Ints, draws: Draws) -> pa.Array:
    """A student's own address at home, or one of the campus network's (10.20.x.y)."""
    present, which = np.unique(pair, return_inverse=True)
    homes = _mix(activity.student[present] + 1_000_000)
    home = [f"100.{64 + h % 64}.{h // 64 % 256}.{1 + h // 16_384 % 254}" for h in homes.tolist()]
    campus = [f"10.20.{place // 32}.{place % 32 + 10}" for place in range(256)]
    place = draws.below(1024, len(pair))
    return _choose(home + campus, np.where(place < 256, len(home) + place, which))


def _sessions(user: Ints, hour: Ints) -> pa.Array:
    """What a student does within an hour is one session."""
    return fixed_text(_hex(_mix(user * 1_000_003 + hour).astype("<u8")[:, None].view(np.uint8)))


def _uuids(draws: Draws, count: int) -> pa.Array:
    """Random UUIDs of version 4 (https://www.rfc-editor.org/rfc/rfc9562)."""
    octets = draws.raw((count, 2)).astype("<u8").view(np.uint8)
    octets[:, 6] = octets[:, 6] & 0x0F | 0x40
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80
    text = np.full((count, 36), ord("-"), np.uint8)
    spots = [place for place in range(36) if place not in (8, 13, 18, 23)]
    text[:, spots] = _hex(octets)
    return fixed_text(text)


def _calendar(day: Ints) -> dict[str, Ints]:
    """Year, month and day of each day since 1970, looked up in the range that occurs."""
    first, which = span(day)
    months = first.astype("M8[M]")
    return {
        "timestamp_year": (first.astype("M8[Y]").astype(np.int64) + 1970)[which],
        "timestamp_month": (months.astype(np.int64) % 12 + 1)[which],
        "timestamp_day": ((first - months.astype("M8[D]")).astype(np.int64) + 1)[which],
    }


def _hex(octets: NDArray[np.uint8]) -> NDArray[np.uint8]:
    table = np.frombuffer(bytes(range(256)).hex().encode(), np.uint8).reshape(256, 2)
    return table[octets].reshape(len(octets), 2 * octets.shape[1])


def _mix(values: Ints) -> Ints:
    """Scatter whole numbers over 63 bits: the last step of splitmix64."""
    mixed = values.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ mixed >> np.uint64(31)) >> np.uint64(1)).astype(np.int64)


def _choose(texts: list[str], places: Ints) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(places))
