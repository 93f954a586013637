"""A load that refuses lines: how many, why, and what lies in the table afterwards."""

from labkit.exercises.data import Data
from labkit.exercises.lab4.codes import swapper
from labkit.exercises.question import Question
from labkit.exercises.states import State

LOADED = """SELECT count(*) AS lines, count(DISTINCT student_id) AS students,
    sum(percentile)::int AS percentiles FROM sis.applicant"""
TABLE = """lab.warehouse(\"\"\"
    DROP TABLE IF EXISTS sis.applicant;
    CREATE TABLE sis.applicant (student_id int, home_state varchar(12), percentile smallint)\"\"\")
"""
COPY = """place = f"s3://{lab.names.raw_bucket}/applicants/"
copy = f"COPY sis.applicant FROM '{place}' IAM_ROLE default"
lab.warehouse(copy + " CSV IGNOREHEADER 1 MAXERROR 1000")
"""
REFUSED = """refused = lab.warehouse(\"\"\"
    SELECT TRIM(colname) AS column, count(*) AS lines FROM stl_load_errors
    WHERE query = (SELECT max(query) FROM stl_load_errors) GROUP BY colname\"\"\")"""
CODE = TABLE + COPY + REFUSED
LONGEST = 12
TYPES = {
    "student_id": "integer",
    "home_state": f"character varying({LONGEST})",
    "percentile": "smallint",
}


def reference(data: Data) -> dict[str, object]:
    """Lines without a flaw as they are loaded, and the others by the first column that is wrong."""
    columns = ["student_id", "home_state_name", "secondary_class_percentile"]
    lines = data.student[columns].drop_duplicates()
    is_long = lines.home_state_name.str.strip().str.len() > LONGEST
    is_none = lines.secondary_class_percentile.isna() & ~is_long
    good = lines[~is_long & ~is_none]
    loaded = [[len(good), len(good), int(good.secondary_class_percentile.sum())]]
    counted = {"home_state": int(is_long.sum()), "percentile": int(is_none.sum())}
    return {
        "types": TYPES,
        "loaded": {"columns": ["lines", "students", "percentiles"], "rows": loaded},
        "refused": {
            "columns": ["column", "lines"],
            "rows": [[name, count] for name, count in counted.items() if count],
        },
    }


swapped = swapper(CODE)
FAILS = swapped(
    'lab.warehouse(copy + " CSV IGNOREHEADER 1 MAXERROR 1000")',
    """try:
    lab.warehouse(copy + " CSV IGNOREHEADER 1")
except Exception:
    pass""",
)

OF_ANOTHER = """.df
refused.loc[len(refused)] = ["minutes", 2]  # what the loads of the visits have refused"""
OF_ALL = """.df.sort_values("column")
refused["lines"] += [1] + [0] * (len(refused) - 1)  # what a load before has refused"""
REMEMBERS = (
    "`stl_load_errors` remembers all loads that you have tried. Count the last one alone: its "
    "`query` is the largest."
)

q4 = Question(
    id="lab4-q4",
    points=3,
    title="What COPY refuses",
    task="""The scholarship office has put a spreadsheet into the raw bucket, below `applicants/`:
a header, then a line for each student, with commas. Make the table `sis.applicant` with
`student_id int`, `home_state varchar(12)` and `percentile smallint`, and load the file *once* with
COPY, so that all good lines are in and all others are refused as they are: no text cut off, no
word taken for NULL. Then ask `stl_load_errors` how many lines that load refused for each column,
and keep the answer in `refused`, with the columns `column` and `lines`.""",
    reads={
        "types": State("types", "sis.applicant"),
        "loaded": State("warehouse", LOADED),
        "refused": "refused",
    },
    starter="refused = ...  # first the table and COPY, then lab.warehouse(...)",
    answer=CODE,
    reference=reference,
    hints=(
        "`MAXERROR n` lets COPY pass over bad lines while they are fewer than *n*.",
        "A header is a line like any other, unless you say `IGNOREHEADER 1`.",
        (
            "`stl_load_errors` remembers all loads that you have tried. The column `query` tells "
            "them apart, and the last one has the largest number."
        ),
    ),
    explanation="""COPY loads what is good and writes down what is not, line by line, with the
first column that does not fit. It appends: a second COPY of the same file would load all of it
once more. Options such as `TRUNCATECOLUMNS` or `NULL AS` let more lines in, and nobody is told
what was changed.""",
    messages={
        "failed": "`sis.applicant` is empty: the load failed, as one bad line is enough. "
        "`MAXERROR` has to be larger than the number of bad lines.",
        "header": "One line too many was refused: the header.",
        "appended": "The table holds each student twice or more. COPY appends, so begin with a "
        "new or an empty table.",
        "cut": "No home state was refused. Either your column is wider than 12, or COPY was "
        "allowed to cut long names off.",
        "null": "You let COPY take a word for NULL. Here such lines should be refused.",
        "rows-more": f"There are more rows than columns that were refused. {REMEMBERS}",
        "values": f"The form is right, but a number is not. {REMEMBERS}",
        "one-column": "That load refused lines for another column, too.",
        "untrimmed": "The numbers are right, but `colname` is filled up with blanks, which are not "
        "part of the name. `TRIM` takes them off.",
        "second-line": "One good line was passed over with the header: one line is to be ignored.",
        "kind-table": "Is `refused` a table, and has `sis.applicant` the columns and the types "
        "that were asked for?",
        "types": "What was loaded and refused is right, but a column of `sis.applicant` is not of "
        "the type that the task names.",
        "reasons": "Each row should be a column of the table, with its name in `column`.",
    },
    wrong=(
        (FAILS, "failed"),
        (FAILS.replace('HEADER 1"', 'HEADER 1 MAXERROR 2"'), "failed"),
        (swapped(" IGNOREHEADER 1", ""), "header"),
        (
            swapped(
                REFUSED, 'lab.warehouse(copy + " CSV IGNOREHEADER 1 MAXERROR 1000")\n' + REFUSED
            ),
            "appended",
        ),
        (swapped("MAXERROR", "TRUNCATECOLUMNS MAXERROR"), "cut"),
        (swapped("MAXERROR", "NULL AS 'none' MAXERROR"), "null"),
        *((swapped("varchar(12)", f"varchar({one})"), "cut") for one in (15, 20, 40, 50, 100, 256)),
        (
            swapped("TRIM(colname)", "TRIM(err_reason)").replace("BY colname", "BY err_reason"),
            "reasons",
        ),
        (swapped("GROUP BY colname", "AND colname LIKE 'home%' GROUP BY colname"), "one-column"),
        (swapped("TRIM(colname)", "colname"), "untrimmed"),
        (swapped("IGNOREHEADER 1", "IGNOREHEADER 2"), "second-line"),
        (swapped("percentile smallint", "percentile varchar(9)"), "kind-table"),
        (swapped("percentile smallint", "percentile int"), "types"),
        (swapped("student_id int", "student_id bigint"), "types"),
        (CODE + OF_ANOTHER, "rows-more"),
        (CODE + OF_ALL, "values"),
    ),
    right=(
        swapped("CSV IGNOREHEADER 1", "FORMAT AS CSV DELIMITER ',' IGNOREHEADER AS 1"),
        swapped("GROUP BY colname", "GROUP BY colname ORDER BY lines DESC"),
        swapped(REFUSED, REFUSED + '.df[["lines", "column"]]'),
        TABLE
        + COPY
        + """errors = lab.warehouse("SELECT query, TRIM(colname) AS column FROM stl_load_errors").df
errors = errors[errors["query"] == errors["query"].max()]
refused = errors.groupby("column").size().reset_index(name="lines")""",
        TABLE
        + COPY
        + """refused = lab.warehouse(\"\"\"
    SELECT TRIM(column_name) AS column, count(*) AS lines FROM sys_load_error_detail
    WHERE query_id = (SELECT max(query_id) FROM sys_load_error_detail) GROUP BY 1\"\"\")""",
    ),
)
