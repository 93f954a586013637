"""The learning management system's nine tables of facts and dimensions, in Canvas Data 1 style.

Users, courses and terms have the ids of the SIS. Each function gives the columns of one object; the
dictionary's columns that it leaves out are empty. Times are UTC, in ISO 8601.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from seeds import sis, terms, words
from seeds.activity import Activity, all_pilots, assignment_ids, due_minutes
from seeds.draws import Ints
from seeds.people import WITHDRAWN, courses, pilots
from seeds.times import DAY_MS, MINUTE_MS, WEEK_MS, stamps, term_ms

Columns = dict[str, Any]


class Export(NamedTuple):
    """One file of an LMS table; `columns` makes it for a week, by `columns(activity, week)`."""

    table: str
    file: str
    columns: Callable[[Activity, int], Columns]


UNIVERSITY_ACCOUNT = 1
SCHOOL_ACCOUNT, DEPARTMENT_ACCOUNT = 10, 100
"""The accounts of schools count from 11, those of departments from 101."""
STUDENT_ROLE, TEACHER_ROLE = 3, 4


def account_dim(activity: Activity, week: int) -> Columns:
    """The university, its schools and their departments: a tree of accounts."""
    schools, departments = words.column("schools"), words.rows("departments")
    parents = [int(row[2]) for row in departments]
    root, none = sis.UNIVERSITY, [None]
    ids = [
        UNIVERSITY_ACCOUNT,
        *(SCHOOL_ACCOUNT + place for place in range(1, len(schools) + 1)),
        *(DEPARTMENT_ACCOUNT + place for place in range(1, len(departments) + 1)),
    ]
    first = [schools[parent - 1] for parent in parents]
    first_id = [SCHOOL_ACCOUNT + parent for parent in parents]
    return {
        "id": ids,
        "canvas_id": ids,
        "name": [root, *schools, *(row[1] for row in departments)],
        "depth": [0] + [1] * len(schools) + [2] * len(departments),
        "workflow_state": ["active"] * len(ids),
        "parent_account": none + [root] * len(schools) + first,
        "parent_account_id": none + [UNIVERSITY_ACCOUNT] * len(schools) + first_id,
        "grandparent_account": none * (1 + len(schools)) + [root] * len(departments),
        "grandparent_account_id": none * (1 + len(schools))
        + [UNIVERSITY_ACCOUNT] * len(departments),
        "root_account": [root] * len(ids),
        "root_account_id": [UNIVERSITY_ACCOUNT] * len(ids),
        "subaccount1": none + schools + first,
        "subaccount1_id": none + ids[1 : 1 + len(schools)] + first_id,
        "subaccount2": none * (1 + len(schools)) + [row[1] for row in departments],
        "subaccount2_id": none * (1 + len(schools)) + ids[1 + len(schools) :],
    }


def assignment_dim(activity: Activity, week: int) -> Columns:
    """The assignments of a term's courses; `all_day_date` is the day on which they are due."""
    term = terms.term_of(week)
    ids, course, minute = _assignments(term)
    due = term_ms(term) + minute * MINUTE_MS
    opened = due - 14 * DAY_MS
    numbers, count = len(words.rows("assignments")), len(ids)
    titles = words.column("assignments") * (count // numbers)
    return {
        "assignment_id": ids,
        "canvas_id": ids,
        "course_id": course,
        "title": titles,
        "due_at": stamps(due),
        "unlock_at": stamps(opened - opened % DAY_MS),
        "points_possible": np.full(count, 100.0),
        "grading_type": ["points"] * count,
        "submission_types": ["online_upload"] * count,
        "workflow_state": ["published"] * count,
        "created_at": stamps(np.full(count, term_ms(term) - 7 * DAY_MS)),
        "updated_at": stamps(np.full(count, term_ms(term) - 3 * DAY_MS)),
        "peer_review_count": np.zeros(count, np.int64),
        "peer_reviews": ["false"] * count,
        "all_day": ["true"] * count,
        "all_day_date": np.datetime_as_string(due.astype("M8[ms]").astype("M8[D]")),
        "muted": ["false"] * count,
        "assignment_group_id": course,
        "position": np.arange(count) % numbers + 1,
        "visibility": ["everyone"] * count,
    }


def assignment_fact(activity: Activity, week: int) -> Columns:
    """The measures of a term's assignments."""
    term = terms.term_of(week)
    ids, course, _ = _assignments(term)
    return {
        "assignment_id": ids,
        "course_id": course,
        "course_account_id": account_of(course),
        "enrollment_term_id": np.full(len(ids), terms.TERM_SEMESTERS[term]),
        "points_possible": np.full(len(ids), 100.0),
        "peer_review_count": np.zeros(len(ids), np.int64),
        "assignment_group_id": course,
    }


def course_dim(activity: Activity, week: int) -> Columns:
    """The courses that a term's pilot runs on the LMS."""
    term = terms.term_of(week)
    chosen = [courses()[row] for row in pilots(term)]
    ids, count = np.array([one.id for one in chosen]), len(chosen)
    start = np.full(count, term_ms(term))
    return {
        "id": ids,
        "canvas_id": ids,
        "root_account_id": np.full(count, UNIVERSITY_ACCOUNT),
        "account_id": account_of(ids),
        "enrollment_term_id": np.full(count, terms.TERM_SEMESTERS[term]),
        "name": [one.name for one in chosen],
        "code": [one.code for one in chosen],
        "created_at": stamps(start - 30 * DAY_MS),
        "start_at": stamps(start),
        "conclude_at": stamps(start + terms.WEEKS_A_TERM * WEEK_MS),
        "publicly_visible": ["false"] * count,
        "sis_source_id": [f"{one.code}-{terms.TERM_SEMESTERS[term]}" for one in chosen],
        "workflow_state": ["available"] * count,
    }


def enrollment_dim(activity: Activity, week: int) -> Columns:
    """Who takes part in a term's courses: the students, then the teachers."""
    term = terms.term_of(week)
    ids, users, course, gone, left = _enrollments(activity, term)
    count, teachers = len(ids), len(ids) - len(left)
    start = np.full(count, term_ms(term))
    end = np.where(gone, start[: len(left)] + left * WEEK_MS, 0)
    joined = start - (1 + ids % 20) * DAY_MS
    updated = joined.copy()
    updated[: len(left)] = np.maximum(updated[: len(left)], end)
    return {
        "id": ids,
        "canvas_id": ids,
        "root_account_id": np.full(count, UNIVERSITY_ACCOUNT),
        "course_section_id": course,
        "role_id": [STUDENT_ROLE] * len(left) + [TEACHER_ROLE] * teachers,
        "type": ["StudentEnrollment"] * len(left) + ["TeacherEnrollment"] * teachers,
        "workflow_state": np.where(gone, "deleted", "active").tolist() + ["active"] * teachers,
        "created_at": stamps(joined),
        "updated_at": stamps(updated),
        "self_enrolled": ["false"] * count,
        "course_id": course,
        "user_id": users,
    }


def enrollment_fact(activity: Activity, week: int) -> Columns:
    """The final scores of a term's students; none for who withdrew, nor for teachers."""
    term = terms.term_of(week)
    ids, users, course, _, left = _enrollments(activity, term)
    final = sis.scores(activity.score[activity.term == term]) + [None] * (len(ids) - len(left))
    return {
        "enrollment_id": ids,
        "user_id": users,
        "course_id": course,
        "enrollment_term_id": np.full(len(ids), terms.TERM_SEMESTERS[term]),
        "course_account_id": account_of(course),
        "course_section_id": course,
        "computed_final_score": final,
        "computed_current_score": final,
    }


def faculty(activity: Activity, week: int) -> Columns:
    """The teachers as users of the LMS."""
    return _users(sis.faculty(activity.people), "faculty_id", "Teacher")


def students(activity: Activity, week: int) -> Columns:
    """The students as users of the LMS."""
    return _users(sis.student(activity.people), "student_id", "Student")


ONCE = (
    Export("account_dim", "account_dim", account_dim),
    Export("user_dim", "faculty", faculty),
    Export("user_dim", "students", students),
)
"""What was exported in the first week only."""

EVERY_TERM = tuple(
    Export(columns.__name__, columns.__name__, columns)
    for columns in (assignment_dim, assignment_fact, course_dim, enrollment_dim, enrollment_fact)
)
"""What was exported in the first week of each term."""


def teachers_of(course: Ints) -> Ints:
    """The id of the teacher of each course."""
    return course + sis.teacher_of(0)


def account_of(course: Ints) -> Ints:
    """The account of each course: that of its department."""
    first, department = courses()[0].id, np.array([one.department for one in courses()])
    return DEPARTMENT_ACCOUNT + 1 + department[course - first]


def _users(people: sis.Columns, ids: str, position: str) -> Columns:
    """The users made from a SIS table with `first_name` and `last_name`."""
    users, firsts, lasts = people[ids], people["first_name"], people["last_name"]
    count, pairs = len(users), list(zip(firsts, lasts, strict=True))
    return {
        "id": users,
        "canvas_id": users,
        "root_account_id": np.full(count, UNIVERSITY_ACCOUNT),
        "name": [f"{first} {last}" for first, last in pairs],
        "time_zone": ["Etc/UTC"] * count,
        "created_at": stamps(np.full(count, term_ms(terms.FALL) - 60 * DAY_MS)),
        "visibility": ["private"] * count,
        "school_position": [position] * count,
        "locale": ["en"] * count,
        "public": ["false"] * count,
        "country_code": ["US"] * count,
        "workflow_state": ["registered"] * count,
        "sortable_name": [f"{last} {first}" for first, last in pairs],
    }


def _assignments(term: int) -> tuple[Ints, Ints, Ints]:
    chosen = np.isin(all_pilots(), pilots(term))
    ids = assignment_ids()[chosen]
    course = np.array([courses()[row].id for row in pilots(term)])
    return ids.reshape(-1), course.repeat(ids.shape[1]), due_minutes()[chosen].reshape(-1)


def _enrollments(activity: Activity, term: int) -> tuple[Ints, Ints, Ints, Any, Ints]:
    """Ids, users, courses; of the students alone: whether they withdrew and after which week."""
    rows = np.flatnonzero(activity.term == term)
    offered = np.array([courses()[row].id for row in pilots(term)])
    taken = np.array([one.id for one in courses()])[activity.course[rows]]
    users = np.concatenate([activity.people.ids[activity.student[rows]], teachers_of(offered)])
    ids = np.concatenate([1_000_001 + rows, 900_001 + offered])
    gone = activity.outcome[rows] == WITHDRAWN
    return ids, users, np.concatenate([taken, offered]), gone, activity.weeks[rows]
