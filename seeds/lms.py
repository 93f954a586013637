"""The learning management system's nine tables of facts and dimensions, in Canvas Data 1 style.

Users, courses and terms have the ids of the SIS. Each function gives the columns of one object; the
dictionary's columns that it leaves out are empty. Times are UTC, in ISO 8601.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from seeds import sis, terms, words
from seeds.activity import Activity, HandedIn, all_pilots, assignment_ids, due_minutes
from seeds.draws import Draws, Ints
from seeds.log import stamps
from seeds.people import WITHDRAWN, courses, pilots

Columns = dict[str, Any]

UNIVERSITY_ACCOUNT = 1
SCHOOL_ACCOUNT, DEPARTMENT_ACCOUNT = 10, 100
"""The accounts of schools count from 11, those of departments from 101."""
STUDENT_ROLE, TEACHER_ROLE = 3, 4
MINUTE_MS = 60_000
DAY_MINUTES = 1440


def account_dim() -> Columns:
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


def assignment_dim(term: int) -> Columns:
    """The assignments of a term's courses; `all_day_date` is the day on which they are due."""
    ids, course, minute = _assignments(term)
    due = _start_ms(term) + minute * MINUTE_MS
    opened = due - 14 * DAY_MINUTES * MINUTE_MS
    numbers, count = len(words.rows("assignments")), len(ids)
    titles = words.column("assignments") * (count // numbers)
    return {
        "assignment_id": ids,
        "canvas_id": ids,
        "course_id": course,
        "title": titles,
        "due_at": stamps(due),
        "unlock_at": stamps(opened - opened % (DAY_MINUTES * MINUTE_MS)),
        "points_possible": np.full(count, 100.0),
        "grading_type": ["points"] * count,
        "submission_types": ["online_upload"] * count,
        "workflow_state": ["published"] * count,
        "created_at": stamps(np.full(count, _start_ms(term) - 7 * DAY_MINUTES * MINUTE_MS)),
        "updated_at": stamps(np.full(count, _start_ms(term) - 3 * DAY_MINUTES * MINUTE_MS)),
        "peer_review_count": np.zeros(count, np.int64),
        "peer_reviews": ["false"] * count,
        "all_day": ["true"] * count,
        "all_day_date": np.datetime_as_string(due.astype("M8[ms]").astype("M8[D]")),
        "muted": ["false"] * count,
        "assignment_group_id": course,
        "position": np.arange(count) % numbers + 1,
        "visibility": ["everyone"] * count,
    }


def assignment_fact(term: int) -> Columns:
    """The measures of a term's assignments."""
    ids, course, _ = _assignments(term)
    return {
        "assignment_id": ids,
        "course_id": course,
        "course_account_id": _account_of(course),
        "enrollment_term_id": np.full(len(ids), terms.TERM_SEMESTERS[term]),
        "points_possible": np.full(len(ids), 100.0),
        "peer_review_count": np.zeros(len(ids), np.int64),
        "assignment_group_id": course,
    }


def course_dim(term: int) -> Columns:
    """The courses that a term's pilot runs on the LMS."""
    chosen = [courses()[row] for row in pilots(term)]
    ids, count = np.array([one.id for one in chosen]), len(chosen)
    start = np.full(count, _start_ms(term))
    return {
        "id": ids,
        "canvas_id": ids,
        "root_account_id": np.full(count, UNIVERSITY_ACCOUNT),
        "account_id": _account_of(ids),
        "enrollment_term_id": np.full(count, terms.TERM_SEMESTERS[term]),
        "name": [one.name for one in chosen],
        "code": [one.code for one in chosen],
        "created_at": stamps(start - 30 * DAY_MINUTES * MINUTE_MS),
        "start_at": stamps(start),
        "conclude_at": stamps(start + 7 * terms.WEEKS_A_TERM * DAY_MINUTES * MINUTE_MS),
        "publicly_visible": ["false"] * count,
        "sis_source_id": [f"{one.code}-{terms.TERM_SEMESTERS[term]}" for one in chosen],
        "workflow_state": ["available"] * count,
    }


def enrollment_dim(activity: Activity, term: int) -> Columns:
    """Who takes part in a term's courses: the students, then the teachers."""
    ids, users, course, gone, left = _enrollments(activity, term)
    count, teachers = len(ids), len(ids) - len(left)
    start = np.full(count, _start_ms(term))
    end = np.where(gone, start[: len(left)] + left * 7 * DAY_MINUTES * MINUTE_MS, 0)
    joined = start - (1 + ids % 20) * DAY_MINUTES * MINUTE_MS
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


def enrollment_fact(activity: Activity, term: int) -> Columns:
    """The final scores of a term's students; none for who withdrew, nor for teachers."""
    ids, users, course, _, left = _enrollments(activity, term)
    final = sis.scores(activity.score[activity.term == term]) + [None] * (len(ids) - len(left))
    return {
        "enrollment_id": ids,
        "user_id": users,
        "course_id": course,
        "enrollment_term_id": np.full(len(ids), terms.TERM_SEMESTERS[term]),
        "course_account_id": _account_of(course),
        "course_section_id": course,
        "computed_final_score": final,
        "computed_current_score": final,
    }


def submission_dim(activity: Activity, week: int) -> Columns:
    """What was handed in during a week, each assignment once; who hands in nothing has no row."""
    done = activity.submissions(week)
    count, submitted = len(done.id), submitted_ms(week, done)
    graded = submitted + (1440 + Draws("graded", week).below(5 * 1440, count)) * MINUTE_MS
    grade = [f"{mark:.1f}" for mark in (done.tenths / 10).tolist()]
    return {
        "id": done.id,
        "canvas_id": done.id,
        "grade": grade,
        "submitted_at": stamps(submitted),
        "submission_type": ["online_upload"] * count,
        "workflow_state": ["graded"] * count,
        "created_at": stamps(submitted),
        "updated_at": stamps(graded),
        "grade_matches_current_submission": ["true"] * count,
        "published_grade": grade,
        "graded_at": stamps(graded),
        "has_rubric_assessment": ["false"] * count,
        "attempt": done.attempt,
        "has_admin_comment": ["false"] * count,
        "assignment_id": assignments_of(activity, done),
        "excused": ["regular_submission"] * count,
        "graded_anonymously": ["not_graded_anonymously"] * count,
        "grader_id": _teachers_of(_courses_of(activity, done)),
        "user_id": _users_of(activity, done),
        "grade_state": ["human_graded"] * count,
    }


def submission_fact(activity: Activity, week: int) -> Columns:
    """The scores of what was handed in during a week."""
    done = activity.submissions(week)
    course, term = _courses_of(activity, done), terms.term_of(week)
    score = done.tenths / 10
    return {
        "submission_id": done.id,
        "assignment_id": assignments_of(activity, done),
        "course_id": course,
        "enrollment_term_id": np.full(len(done.id), terms.TERM_SEMESTERS[term]),
        "user_id": _users_of(activity, done),
        "grader_id": _teachers_of(course),
        "course_account_id": _account_of(course),
        "score": score,
        "published_score": score,
        "submission_comments_count": (done.tenths // 5) % 3,
        "account_id": _account_of(course),
        "assignment_group_id": course,
    }


def user_dim(people: Columns, ids: str, position: str) -> Columns:
    """The users made from a SIS table with `first_name` and `last_name`."""
    users, firsts, lasts = people[ids], people["first_name"], people["last_name"]
    count, pairs = len(users), list(zip(firsts, lasts, strict=True))
    return {
        "id": users,
        "canvas_id": users,
        "root_account_id": np.full(count, UNIVERSITY_ACCOUNT),
        "name": [f"{first} {last}" for first, last in pairs],
        "time_zone": ["Etc/UTC"] * count,
        "created_at": stamps(np.full(count, _start_ms(terms.FALL) - 60 * DAY_MINUTES * MINUTE_MS)),
        "visibility": ["private"] * count,
        "school_position": [position] * count,
        "locale": ["en"] * count,
        "public": ["false"] * count,
        "country_code": ["US"] * count,
        "workflow_state": ["registered"] * count,
        "sortable_name": [f"{last} {first}" for first, last in pairs],
    }


def submitted_ms(week: int, done: HandedIn) -> Ints:
    """When something was handed in, in milliseconds since 1970."""
    return _start_ms(terms.term_of(week)) + done.minute * MINUTE_MS + done.id % 60 * 1000


def assignments_of(activity: Activity, done: HandedIn) -> Ints:
    """The assignment's id, for each submission."""
    return assignment_ids()[activity.pilot[done.pair], done.assignment]


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
    users = np.concatenate([activity.people.ids[activity.student[rows]], _teachers_of(offered)])
    ids = np.concatenate([1_000_001 + rows, 900_001 + offered])
    gone = activity.outcome[rows] == WITHDRAWN
    return ids, users, np.concatenate([taken, offered]), gone, activity.weeks[rows]


def _courses_of(activity: Activity, done: HandedIn) -> Ints:
    return np.array([one.id for one in courses()])[activity.course[done.pair]]


def _users_of(activity: Activity, done: HandedIn) -> Ints:
    return activity.people.ids[activity.student[done.pair]]


def _teachers_of(course: Ints) -> Ints:
    return course + sis.teacher_of(0)


def _account_of(course: Ints) -> Ints:
    first, department = courses()[0].id, np.array([one.department for one in courses()])
    return DEPARTMENT_ACCOUNT + 1 + department[course - first]


def _start_ms(term: int) -> int:
    return int(np.datetime64(terms.TERM_STARTS[term], "ms").astype(np.int64))
