"""The course's two tables as topics: the 47 columns of ``student_ext``, and the page views."""

from __future__ import annotations

import datetime as dt
from typing import Any

from labkit.cloud.engine.types import BIGINT, DOUBLE, TIMESTAMP, VARCHAR, Type
from labkit.cloud.quicksight.questions.topic import Topic, read_topic
from labkit.cloud.quicksight.spice.model import Column, DataSet
from tests.quicksight.questions.suggest import kinds, suggest_topic

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


ENGINE_TYPES: dict[str, Type] = {
    "INTEGER": BIGINT,
    "DECIMAL": DOUBLE,
    "DATETIME": TIMESTAMP,
    "STRING": VARCHAR,
}
#: How a column's value comes from the row's number; any other by its type.
_VALUES = {
    "student_id": "i",
    "timestamp_year": "2020 + (i // 12) % 2",
    "timestamp_month": "1 + i % 12",
    "timestamp_day": "1 + i % 28",
    "birth_date": "TIMESTAMP '2000-01-01' + INTERVAL (i) DAY",
    "home_state_name": "CASE WHEN i % 9 = 0 THEN NULL ELSE ['California', 'New York', "
    "'Texas', 'Ohio'][1 + i % 4] END",
}
_BY_TYPE = {
    "INTEGER": "i % 24",
    "DECIMAL": "2 + (i % 20) / 10.0",
    "DATETIME": "TIMESTAMP '2018-01-01' + INTERVAL (i) DAY",
    "STRING": "'A' || (i % 7)",
}


def _select(text: str, values: dict[str, list[str]]) -> str:
    """A thousand rows of a table."""
    made = []
    for column in columns(text):
        name = column["Name"]
        listed = values.get(name, [])
        chosen = f"{listed}[1 + i % {len(listed)}]" if listed else _BY_TYPE[column["Type"]]
        type_ = ENGINE_TYPES[column["Type"]].duckdb
        made.append(f'CAST({_VALUES.get(name, chosen)} AS {type_}) AS "{name}"')
    return f"SELECT {', '.join(made)} FROM range(1000) t(i)"


SQL = {"students": _select(STUDENT, STUDENT_VALUES), "views": _select(VIEWS, {})}


def data_sets() -> dict[str, DataSet]:
    """The two tables as data sets of the engine."""
    texts = {"students": STUDENT, "views": VIEWS}
    return {
        name: DataSet(
            SQL[name],
            tuple(Column(each["Name"], ENGINE_TYPES[each["Type"]]) for each in columns(text)),
        )
        for name, text in texts.items()
    }
