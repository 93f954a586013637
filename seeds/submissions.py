"""What students handed in: the tables that grow every week."""

from __future__ import annotations

import numpy as np

from seeds import terms
from seeds.activity import Activity, HandedIn, assignment_ids
from seeds.draws import Ints
from seeds.lms import Columns, Export, account_of, teachers_of
from seeds.people import courses
from seeds.times import MINUTE_MS, stamps, term_ms

DAY_MINUTES = 24 * 60


def submission_dim(activity: Activity, week: int) -> Columns:
    """What was handed in during a week, each assignment once; who hands in nothing has no row."""
    done = activity.submissions(week)
    count, submitted = len(done.id), submitted_ms(done, week)
    minutes = DAY_MINUTES + activity.people.draws("graded", week).below(5 * DAY_MINUTES, count)
    graded = submitted + minutes * MINUTE_MS
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
        "assignment_id": _assignments_of(activity, done),
        "excused": ["regular_submission"] * count,
        "graded_anonymously": ["not_graded_anonymously"] * count,
        "grader_id": teachers_of(_courses_of(activity, done)),
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
        "assignment_id": _assignments_of(activity, done),
        "course_id": course,
        "enrollment_term_id": np.full(len(done.id), terms.TERM_SEMESTERS[term]),
        "user_id": _users_of(activity, done),
        "grader_id": teachers_of(course),
        "course_account_id": account_of(course),
        "score": score,
        "published_score": score,
        "submission_comments_count": (done.tenths // 5) % 3,
        "account_id": account_of(course),
        "assignment_group_id": course,
    }


EVERY_WEEK = (
    Export("submission_dim", "submission_dim", submission_dim),
    Export("submission_fact", "submission_fact", submission_fact),
)


def submitted_ms(done: HandedIn, week: int) -> Ints:
    """When each submission of a week was handed in."""
    return term_ms(terms.term_of(week)) + done.minute * MINUTE_MS + done.id % 60 * 1000


def _assignments_of(activity: Activity, done: HandedIn) -> Ints:
    return np.asarray(assignment_ids()[activity.pilot[done.pair], done.assignment], np.int64)


def _courses_of(activity: Activity, done: HandedIn) -> Ints:
    return np.array([one.id for one in courses()])[activity.course[done.pair]]


def _users_of(activity: Activity, done: HandedIn) -> Ints:
    return np.asarray(activity.people.ids[activity.student[done.pair]], np.int64)
