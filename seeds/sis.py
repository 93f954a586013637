"""The student information system: twelve tables, before any flaw is planted.

Each function gives the columns of the table of its name; `TABLES` holds them in the order in
which the objects are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from seeds import terms, words
from seeds.draws import Draws, Ints
from seeds.people import COURSES_A_TERM, SLOTS, WITHDRAWN, People, courses

Columns = Mapping[str, Any]

UNIVERSITY = "Lighthouse University"
TEACHERS_A_DEPARTMENT = 5
FIRST_FACULTY_ID = 501
LETTERS = np.array(["F", "D", "C", "B", "A", "W"])
LETTER_FLOORS = (500, 600, 700, 850)
"""The score, in tenths, from which a student gets a D, C, B and A."""
POINTS = np.array([0, 1, 2, 3, 4, 0])


def course(people: People) -> Columns:
    every = courses()
    return {
        "course_id": [one.id for one in every],
        "course_name": [one.name for one in every],
        "course_level": [one.number // 100 * 100 for one in every],
        "course_code": [one.code for one in every],
        "school_id": [school_of(one.department) for one in every],
        "department_id": [one.department + 1 for one in every],
    }


def course_outcome(people: People) -> Columns:
    return {
        "student_id": people.ids[people.student],
        "course_id": course_ids(people),
        "semester_id": _semester(people),
        "score": scores(people.score),
        "letter_grade": LETTERS[_letter(people)],
    }


def course_registration(people: People) -> Columns:
    count, gone = len(people.student), people.outcome == WITHDRAWN
    starts = np.array(terms.TERM_STARTS, "M8[D]")[people.term]
    draws = people.draws("registration")
    registered = starts - (7 + draws.below(60, count))
    left = starts + (people.weeks * 7 - draws.below(7, count))
    changed = np.where(gone, left, registered).astype("M8[ms]")
    return {
        "date_registered": registered,
        "date_dropped": np.where(gone, left, np.datetime64("NaT", "D")),
        "student_id": people.ids[people.student],
        "course_id": course_ids(people),
        "status": np.where(gone, "Withdrawn", "Completed"),
        "semester_id": _semester(people),
        "update_ts": changed + draws.below(86_400, count) * 1000,
    }


def course_schedule(people: People) -> Columns:
    offered = [
        (one, semester)
        for term, semester in enumerate(terms.TERM_SEMESTERS)
        for one in courses()
        if one.pilot in ("none", ("fall", "spring")[term])
    ]
    draws, count = people.draws("schedule"), len(offered)
    long = draws.below(2, count)
    labs = [words.rows("departments")[one.department][3] == "1" for one, _ in offered]
    lab_day, lab_hour = draws.below(5, count), 13 + draws.below(4, count)
    return {
        "course_id": [one.id for one, _ in offered],
        "semester_id": [semester for _, semester in offered],
        "staff_id": [teacher_of(one.id) for one, _ in offered],
        "lecture_days": np.array(["MWF", "TTh"])[long],
        "lecture_start_hour": 8 + draws.below(8, count),
        "lecture_duration": np.array([50, 75])[long],
        "lab_days": _where(labs, np.array(["M", "T", "W", "Th", "F"])[lab_day]),
        "lab_start_hour": _where(labs, lab_hour),
        "lab_duration": _where(labs, 110 + 60 * draws.below(2, count)),
    }


def degree_plan(people: People) -> Columns:
    department = np.array([one.department for one in courses()])[people.course]
    outcome = np.array(["To repeat", "Completed", "Completed", "Dropped"])[people.outcome]
    return {
        "student_id": people.ids[people.student],
        "course_id": course_ids(people),
        "course_seq_no": people.slot + 1,
        "status": outcome,
        "is_major_ind": department == people.department[people.student],
        "semester_seq_no": people.slot // COURSES_A_TERM + 1,
    }


def department(people: People) -> Columns:
    names = words.rows("departments")
    return {
        "department_id": range(1, len(names) + 1),
        "department_name": [row[1] for row in names],
        "department_code": [row[0] for row in names],
        "school_id": [int(row[2]) for row in names],
    }


def ed_level(people: People) -> Columns:
    levels = words.rows("ed_levels")
    return {
        "ed_level_id": range(1, len(levels) + 1),
        "ed_level_code": [row[0] for row in levels],
        "ed_level_desc": [row[1] for row in levels],
    }


def faculty(people: People) -> Columns:
    count = TEACHERS_A_DEPARTMENT * len(words.rows("departments"))
    draws = people.draws("faculty")
    gender, first, last = _names(draws, count)
    title = draws.pick([int(row[1]) for row in words.rows("titles")], count)
    return {
        "faculty_id": FIRST_FACULTY_ID + np.arange(count),
        "first_name": first,
        "last_name": last,
        "gender": gender,
        "department_id": np.arange(count) // TEACHERS_A_DEPARTMENT + 1,
        "tenure_years": draws.below(30, count),
        "is_tenured": np.array([int(row[2]) for row in words.rows("titles")])[title],
        "title": np.array(words.column("titles"))[title],
        "dept_chair": np.arange(count) % TEACHERS_A_DEPARTMENT == 0,
    }


def school(people: People) -> Columns:
    names = words.rows("schools")
    return {
        "school_id": range(1, len(names) + 1),
        "school_name": [row[0] for row in names],
        "relative_website_url": [row[1] for row in names],
        "university_id": [1] * len(names),
    }


def semester(people: People) -> Columns:
    ids = range(1, terms.SEMESTERS + 1)
    years = [terms.FIRST_YEAR + number // 2 for number in ids]
    autumns = [year - (number % 2 == 0) for number, year in zip(ids, years, strict=True)]
    return {
        "semester_id": ids,
        "start_date": [terms.semester_dates(number)[0] for number in ids],
        "end_date": [terms.semester_dates(number)[1] for number in ids],
        "term_name": ["Spring" if number % 2 == 0 else "Fall" for number in ids],
        "semester_year": years,
        "school_year_name": [f"{year}-{year + 1}" for year in autumns],
    }


def student(people: People) -> Columns:
    count, draws = people.count, people.draws("student")
    gender, first, last = _names(draws, count)
    years_here = draws.below(4, count)
    admitted = terms.TERM_SEMESTERS[0] - 2 * years_here
    born = np.datetime64("2002-09-01") - years_here * 365 - draws.below(700, count)
    cumulative = _grade_points(people)
    return {
        "student_id": people.ids,
        "first_name": first,
        "last_name": last,
        "gender": gender,
        "birth_date": born,
        "email_address": [f"s{number}@students.lighthouse.example" for number in people.ids],
        "admitted": np.ones(count, np.int16),
        "enrolled": np.ones(count, np.int16),
        "parent_alum": draws.chance(120, count),
        "parent_highest_ed": people.band + 1,
        "first_gen_hed_student": people.band < 3,
        "high_school_gpa": _gpa(300 + people.ability * 45 // 75_674 + draws.below(61, count) - 30),
        "was_hs_athlete_ind": draws.chance(280, count),
        "home_state_name": _one_of(draws, "states", count),
        "admit_type": _one_of(draws, "admit_types", count),
        "private_hs_indicator": draws.chance(170, count),
        "multiple_majors_indicator": draws.chance(90, count),
        "secondary_class_percentile": np.clip(60 + people.ability // 2500, 1, 99),
        "department_id": people.department + 1,
        "admit_semester_id": admitted,
        "first_year_gpa": _gpa(cumulative + draws.below(61, count) - 30, cumulative < 0),
        "cumulative_gpa": _gpa(cumulative, cumulative < 0),
        "enroll_status": _enroll_status(people),
        "planned_grad_semester_id": admitted + 7 + 2 * draws.chance(150, count),
    }


def university(people: People) -> Columns:
    return {
        "university_id": [1],
        "university_name": [UNIVERSITY],
        "website_url": ["https://www.lighthouse.example"],
    }


TABLES: dict[str, Callable[[People], Columns]] = {
    make.__name__: make
    for make in (
        *(course, course_outcome, course_registration, course_schedule, degree_plan, department),
        *(ed_level, faculty, school, semester, student, university),
    )
}


def course_ids(people: People) -> Ints:
    """The course's id, for each enrolment."""
    return np.array([one.id for one in courses()])[people.course]


def school_of(department: int) -> int:
    """The id of a department's school."""
    return int(words.rows("departments")[department][2])


def teacher_of(course_id: int) -> int:
    """The id of the teacher who gives a course: one of the department's."""
    return FIRST_FACULTY_ID + course_id - courses()[0].id


def scores(tenths: Ints) -> list[float | None]:
    """Scores of 0 to 100; none where there is no mark."""
    return [None if mark < 0 else mark / 10 for mark in tenths.tolist()]


def _letter(people: People) -> Ints:
    letter = np.searchsorted(LETTER_FLOORS, people.score, side="right")
    return np.where(people.outcome == WITHDRAWN, len(LETTERS) - 1, letter)


def _grade_points(people: People) -> Ints:
    """The mean of the grade points in hundredths; -1 for who finished nothing."""
    finished = (people.outcome != WITHDRAWN).reshape(-1, SLOTS).sum(axis=1)
    points = POINTS[_letter(people)].reshape(-1, SLOTS).sum(axis=1)
    return np.where(finished == 0, -1, points * 100 // np.maximum(finished, 1))


def _gpa(hundredths: Ints, missing: Any = False) -> list[float | None]:
    clipped = np.where(missing, -1, np.clip(hundredths, 0, 400))
    return [None if value < 0 else value / 100 for value in clipped.tolist()]


def _enroll_status(people: People) -> Any:
    spring = (people.outcome == WITHDRAWN).reshape(-1, SLOTS)[:, COURSES_A_TERM:].sum(axis=1)
    return np.select(
        [spring == COURSES_A_TERM, spring == 3], ["Withdrawn", "Part Time"], "Full Time"
    )


def _semester(people: People) -> Ints:
    return np.array(terms.TERM_SEMESTERS)[people.term]


def _names(draws: Draws, count: int) -> tuple[Any, Any, Any]:
    firsts, lasts = words.rows("first_names"), np.array(words.column("last_names"))
    chosen = draws.pick([1 if gender == "X" else 4 for gender, _ in firsts], count)
    return (
        np.array([gender for gender, _ in firsts])[chosen],
        np.array([name for _, name in firsts])[chosen],
        lasts[draws.below(len(lasts), count)],
    )


def _one_of(draws: Draws, vocabulary: str, count: int) -> Any:
    weights = [int(weight) for weight in words.column(vocabulary, 1)]
    return np.array(words.column(vocabulary))[draws.pick(weights, count)]


def _where(present: list[bool], values: Any) -> list[Any]:
    return [value if there else None for there, value in zip(present, values.tolist(), strict=True)]
