"""The course's two tables as topics: the 47 columns of ``student_ext``, and the page views."""

from __future__ import annotations

import datetime as dt
from typing import Any

from labkit.cloud.quicksight.questions.suggest import kinds, suggest_topic
from labkit.cloud.quicksight.questions.topic import Topic, read_topic

NOW = dt.datetime(2021, 5, 5, 12)
TYPES = {"int": "INTEGER", "text": "STRING", "date": "DATETIME", "real": "DECIMAL"}
STUDENT = """
    student_id int, first_name text, last_name text, gender text, birth_date date,
    email_address text, admitted int, enrolled int, parent_alum int, parent_highest_ed int,
    first_gen_hed_student int, high_school_gpa real, was_hs_athlete_ind int, home_state_name text,
    admit_type text, private_hs_indicator int, multiple_majors_indicator int,
    secondary_class_percentile int, fk_department_id int, fk_admit_semester_id int,
    first_year_gpa real, cumulative_gpa real, enroll_status text, fk_planned_grad_semester_id int,
    department_id int, department_name text, department_code text, fk_school_id int, school_id int,
    school_name text, relative_website_url text, university_id int, admit_semester_id int,
    first_semester_start_date date, first_semester_end_date date, first_semester_term_name text,
    first_semester_semester_year int, first_semester_school_year_name text,
    planned_grad_semester_id int, final_semester_start_date date, final_semester_end_date date,
    final_semester_term_name text, final_semester_semester_year int,
    final_semester_school_year_name text, parent_ed_level_id int, parent_ed_level_code text,
    parent_ed_level_desc text
"""
VIEWS = """
    user_id int, course_id int, timestamp_year int, timestamp_month int, timestamp_day int,
    timestamp_hour int, pageview_count int
"""
STUDENT_VALUES = {
    "gender": ["F", "M"],
    "school_name": ["School of Arts and Humanities", "School of Engineering", "School of Science"],
    "department_name": ["Art and Design", "History", "Computer Science", "Biology", "Chemistry"],
    "admit_type": ["First Year", "Transfer", "International", "Readmit"],
    "home_state_name": ["California", "New York", "Texas", "Ohio"],
    "enroll_status": ["Enrolled", "Graduated", "Withdrawn"],
    "parent_ed_level_desc": ["No formal qualifications", "Higher education", "Postgraduate"],
}
DATE = "parseDate(concat(toString({timestamp_year}), '-', toString({timestamp_month}), '-', "
DATE += "toString({timestamp_day})), 'yyyy-M-d')"


def columns(text: str) -> list[dict[str, str]]:
    pairs = (each.split() for each in text.split(","))
    return [{"Name": name, "Type": TYPES[kind]} for name, kind in pairs]


def students() -> dict[str, Any]:
    """The students' topic as an author leaves it: suggested, then told what people say."""
    data_set = suggest_topic("student_ext", "", columns(STUDENT))
    by_name = {each["ColumnName"]: each for each in data_set["Columns"]}
    for name, more in _STUDENT_WORDS.items():
        by_name[name].update(more)
    data_set["DataAggregation"]["DefaultDateColumnName"] = "first_semester_start_date"
    data_set["Filters"] = [_HONOURS]
    return {"Name": "Students", "DataSets": [data_set]}


def views() -> dict[str, Any]:
    """The page views' topic, with a date made of its parts."""
    data_set = suggest_topic("agg_pageview_count_by_user_course", "", columns(VIEWS))
    by_name = {each["ColumnName"]: each for each in data_set["Columns"]}
    for name, more in _VIEW_WORDS.items():
        by_name[name].update(more)
    data_set["CalculatedFields"] = [
        {
            "CalculatedFieldName": "view date",
            "Expression": DATE,
            "ColumnDataRole": "DIMENSION",
            "TimeGranularity": "DAY",
        }
    ]
    data_set["DataAggregation"] = {"DefaultDateColumnName": "view date"}
    return {"Name": "Page views", "DataSets": [data_set]}


def topics() -> dict[str, Topic]:
    return {
        "students": read_topic(students(), kinds(columns(STUDENT)))[0],
        "views": read_topic(views(), kinds(columns(VIEWS)))[0],
    }


_FEMALE = {"CellValue": "F", "Synonyms": ["female", "women", "girls"]}
_MALE = {"CellValue": "M", "Synonyms": ["male", "men", "boys"]}
_MASTER = {"CellValue": "Postgraduate", "Synonyms": ["master", "master's", "doctorate"]}
_STUDENT_WORDS = {
    "gender": {"CellValueSynonyms": [_FEMALE, _MALE]},
    "parent_ed_level_desc": {
        "ColumnFriendlyName": "Parents' Education",
        "ColumnSynonyms": ["parent education", "education of the parents"],
        "CellValueSynonyms": [_MASTER],
    },
    "cumulative_gpa": {"ColumnSynonyms": ["GPA", "grade point average"]},
    "home_state_name": {"ColumnSynonyms": ["state", "home"]},
    "admit_type": {"ColumnSynonyms": ["admission", "kind of admission"]},
    "enroll_status": {"ColumnSynonyms": ["status"]},
    "first_semester_start_date": {"ColumnSynonyms": ["admission date", "start date"]},
}
_VIEW_WORDS = {
    "user_id": {"ColumnFriendlyName": "Student", "ColumnSynonyms": ["user"]},
    "course_id": {"ColumnFriendlyName": "Course"},
    "pageview_count": {
        "ColumnFriendlyName": "Page Views",
        "ColumnSynonyms": ["pageviews", "views", "clicks", "requests"],
    },
    "timestamp_hour": {"ColumnFriendlyName": "Hour", "ColumnSynonyms": ["hour of day"]},
    "timestamp_year": {"IsIncludedInTopic": False},
    "timestamp_month": {"IsIncludedInTopic": False},
    "timestamp_day": {"IsIncludedInTopic": False},
}
_HONOURS = {
    "FilterName": "honours students",
    "FilterSynonyms": ["honors students", "good students"],
    "OperandFieldName": "cumulative_gpa",
    "FilterType": "NUMERIC_RANGE_FILTER",
    "NumericRangeFilter": {
        "Inclusive": True,
        "Constant": {"ConstantType": "RANGE", "RangeConstant": {"Minimum": "3.5"}},
    },
}
