"""The columns of every table.

SIS columns have the types that the catalog shall show; LMS columns are those of the Canvas Data 1
dictionary (https://portal.inshosteddata.com/docs), less the free texts, with the names that the
labs' statements use. A CSV has no types: a column that is empty throughout crawls as string.
"""

from __future__ import annotations

import pyarrow as pa

_TYPES = {
    "string": pa.string(),
    "int": pa.int32(),
    "smallint": pa.int16(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("ms"),
}

_SIS = {
    "course": """course_id int, course_name string, course_level smallint, course_code string,
        school_id bigint, department_id bigint""",
    "course_outcome": """student_id bigint, course_id bigint, semester_id bigint, score double,
        letter_grade string""",
    "course_registration": """date_registered date, date_dropped date, student_id bigint,
        course_id bigint, status string, semester_id bigint, update_ts timestamp""",
    "course_schedule": """course_id bigint, semester_id bigint, staff_id bigint,
        lecture_days string, lecture_start_hour smallint, lecture_duration smallint,
        lab_days string, lab_start_hour smallint, lab_duration smallint""",
    "degree_plan": """student_id bigint, course_id bigint, course_seq_no smallint, status string,
        is_major_ind smallint, semester_seq_no smallint""",
    "department": """department_id int, department_name string, department_code string,
        school_id bigint""",
    "ed_level": "ed_level_id int, ed_level_code string, ed_level_desc string",
    "faculty": """faculty_id int, first_name string, last_name string, gender string,
        department_id bigint, tenure_years smallint, is_tenured smallint, title string,
        dept_chair smallint""",
    "school": """school_id int, school_name string, relative_website_url string,
        university_id bigint""",
    "semester": """semester_id int, start_date date, end_date date, term_name string,
        semester_year smallint, school_year_name string""",
    "student": """student_id int, first_name string, last_name string, gender string,
        birth_date date, email_address string, admitted smallint, enrolled smallint,
        parent_alum smallint, parent_highest_ed smallint, first_gen_hed_student smallint,
        high_school_gpa double, was_hs_athlete_ind smallint, home_state_name string,
        admit_type string, private_hs_indicator smallint, multiple_majors_indicator smallint,
        secondary_class_percentile smallint, department_id bigint, admit_semester_id bigint,
        first_year_gpa double, cumulative_gpa double, enroll_status string,
        planned_grad_semester_id bigint""",
    "university": "university_id int, university_name string, website_url string",
}

_SUBACCOUNTS = " ".join(f"subaccount{n} subaccount{n}_id" for n in range(1, 16))

_LMS = {
    "account_dim": f"""id canvas_id name depth workflow_state parent_account parent_account_id
        grandparent_account grandparent_account_id root_account root_account_id {_SUBACCOUNTS}
        sis_source_id""",
    "assignment_dim": """assignment_id canvas_id course_id title due_at unlock_at lock_at
        points_possible grading_type submission_types workflow_state created_at updated_at
        peer_review_count peer_reviews_due_at peer_reviews_assigned peer_reviews
        automatic_peer_reviews all_day all_day_date could_be_locked
        grade_group_students_individually anonymous_peer_reviews muted assignment_group_id
        position visibility""",
    "assignment_fact": """assignment_id course_id course_account_id enrollment_term_id
        points_possible peer_review_count assignment_group_id""",
    "course_dim": """id canvas_id root_account_id account_id enrollment_term_id name code type
        created_at start_at conclude_at publicly_visible sis_source_id workflow_state wiki_id""",
    "enrollment_dim": """id canvas_id root_account_id course_section_id role_id type
        workflow_state created_at updated_at start_at end_at completed_at self_enrolled
        sis_source_id course_id user_id""",
    "enrollment_fact": """enrollment_id user_id course_id enrollment_term_id course_account_id
        course_section_id computed_final_score computed_current_score""",
    "requests": """id timestamp timestamp_year timestamp_month timestamp_day timestamp_hour
        user_id course_id root_account_id course_account_id quiz_id discussion_id conversation_id
        assignment_id url user_agent http_method remote_ip interaction_micros
        web_application_controller session_id""",
    "submission_dim": """id canvas_id url grade submitted_at submission_type workflow_state
        created_at updated_at processed process_attempts grade_matches_current_submission
        published_grade graded_at has_rubric_assessment attempt has_admin_comment assignment_id
        excused graded_anonymously grader_id group_id quiz_submission_id user_id grade_state""",
    "submission_fact": """submission_id assignment_id course_id enrollment_term_id user_id
        grader_id course_account_id enrollment_rollup_id score published_score what_if_score
        submission_comments_count account_id assignment_group_id group_id quiz_id
        quiz_submission_id wiki_id""",
    "user_dim": """id canvas_id root_account_id name time_zone created_at visibility school_name
        school_position gender locale public birthdate country_code workflow_state
        sortable_name""",
}


def _fields(text: str) -> pa.Schema:
    pairs = [field.split() for field in text.split(",")]
    return pa.schema([(name, _TYPES[kind]) for name, kind in pairs])


SIS: dict[str, pa.Schema] = {table: _fields(text) for table, text in _SIS.items()}
"""The Arrow schema of each SIS table."""
LMS: dict[str, list[str]] = {table: text.split() for table, text in _LMS.items()}
"""The column names of each LMS table."""
NEW_COLUMN = "device"
"""The column that `requests` gains when the LMS's export changes."""
