"""A line chart of a date: the right type, and the granularity of its axis."""

from typing import Any

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.lab3.tables import shown, visual
from labkit.exercises.question import Question
from labkit.exercises.states import State

DATA_SET = (
    'registrations = lab.chart.add_data_set("Registrations", '
    'table="db_raw_sisdemo.course_registration")\n'
)
WELLS = 'category="month(date_registered)", values="count(student_id)"'


def reference(data: Data) -> dict[str, Any]:
    """Registrations of each month."""
    months = data.course_registration.date_registered.astype("datetime64[ns]").dt.to_period("M")
    counted = months.value_counts().rename_axis("month").reset_index(name="registrations")
    counted["month"] = counted.month.astype(str) + "-01"
    return shown([visual("line chart", ["date_registered"], counted)])


def code(wells: str = WELLS, kind: str = "line chart", data_set: str = DATA_SET) -> str:
    """The cell that publishes the chart."""
    return f"""{data_set}chart = registrations.visual(
    "{kind}", "Registrations by month", {wells}
)
lab.chart.publish("Registrations", [chart], [registrations])"""


def said(sql: str) -> str:
    """The data set as a statement."""
    return f'registrations = lab.chart.add_data_set("Registrations", sql="{sql}")\n'


q2 = Question(
    id="lab3-q2",
    points=2,
    title="When do students register?",
    task="""The registrar wants to see how registrations come in over time. Publish a dashboard
*Registrations* with one visual, of the type that shows a development over time: the number of rows
of `db_raw_sisdemo.course_registration` for each *month* of `date_registered`, over all years.""",
    reads=State("dashboard", "Registrations"),
    starter=f'{DATA_SET}# lab.chart.publish("Registrations", [...], [registrations])',
    answer=code(),
    reference=reference,
    compare=Compare(any_names=True),
    hints=(
        "Bars compare groups, and a pie parts of a whole. What does a stock chart look like?",
        "A date in a well is cut to its day, unless its text says otherwise: `week(seen_at)`.",
        'A `"line chart"` with `category="month(...)"`, `values="count(...)"`; then publish it.',
    ),
    explanation="""A line says that its points follow one another, and its axis is time. Look at
yours: two waves before the terms, and a last point a year later, which no table would have shown
you so soon. Somebody typed a wrong year.""",
    messages={
        "bars": "The numbers are right. Bars compare groups; a development over time is another "
        "type.",
        "pie": "The numbers are right, but a pie hides what came first. Which type has an axis of "
        "time?",
        "days": "One point a day: a date in a well is cut to its day, unless you say month.",
        "quarters": "These are quarters. Months were asked for.",
        "weeks": "These are weeks. Months were asked for.",
        "years": "These are years. Months were asked for.",
        "sum": "You added up the students' numbers. How many rows are there?",
        "no-typo": "The wrong year is gone, and with it a registration. Show the rows as they are: "
        "whoever typed it wants to see it.",
        "months-of-any-year": "January of two years became one point. A month of the calendar is "
        "not a month in time.",
        "texts": "Your months are texts, and an axis of texts has no time: a month in which nobody "
        "registered is left out. Keep the date, and let the well cut it.",
        "students": "You count *different* students; each registers for several courses.",
        "dropped": "That counts those who dropped the course again: `count` skips what is NULL.",
        "completed": "Who withdrew has registered, too.",
    },
    wrong=(
        (code(kind="bar chart"), "bars"),
        (code(kind="pie chart"), "pie"),
        (code(WELLS.replace("month(date_registered)", "date_registered")), "days"),
        (code(WELLS.replace("month(", "quarter(")), "quarters"),
        (code(WELLS.replace("month(", "week(")), "weeks"),
        (code(WELLS.replace("month(", "year(")), "years"),
        (code(WELLS.replace("count(", "sum(")), "sum"),
        (
            code(
                data_set=said(
                    "SELECT * FROM db_raw_sisdemo.course_registration "
                    "WHERE date_registered < DATE '2021-12-01'"
                )
            ),
            "no-typo",
        ),
        (
            code(
                WELLS.replace("month(date_registered)", "date_registered"),
                data_set=said(
                    "SELECT month(date_registered) AS date_registered, student_id "
                    "FROM db_raw_sisdemo.course_registration"
                ),
            ),
            "months-of-any-year",
        ),
        (
            code(
                'category="month", values="count(student_id)"',
                data_set=said(
                    "SELECT date_format(date_registered, '%Y-%m') AS month, student_id "
                    "FROM db_raw_sisdemo.course_registration"
                ),
            ),
            "texts",
        ),
        (code(WELLS.replace("count(", "distinct_count(")), "students"),
        (code(WELLS.replace("count(student_id)", "count(date_dropped)")), "dropped"),
        (
            code(
                data_set=said(
                    "SELECT * FROM db_raw_sisdemo.course_registration WHERE status = 'Completed'"
                )
            ),
            "completed",
        ),
    ),
    right=(
        code(WELLS.replace("count(student_id)", "count(course_id)")),
        code(", ".join(reversed(WELLS.split(", ")))),
        code(kind="LineChart") + '\nlab.chart.dashboard("Registrations").picture()',
        code(data_set=DATA_SET.replace('registration"\n', 'registration", spice=False\n')),
        code(
            WELLS.replace("count(student_id)", "sum(registrations)"),
            data_set=said(
                "SELECT date_registered, count(*) AS registrations "
                "FROM db_raw_sisdemo.course_registration GROUP BY date_registered"
            ),
        ),
        code(
            'category="month", values="sum(registrations)"',
            data_set=said(
                "SELECT date_trunc('month', date_registered) AS month, count(*) AS registrations "
                "FROM db_raw_sisdemo.course_registration GROUP BY 1"
            ),
        ),
        code(
            'category="Month", values="count(student_id)"',
            data_set=DATA_SET.replace(
                'registration")',
                'registration", calculated={"Month": "truncDate(\'MM\', {date_registered})"})',
            ),
        ),
    ),
)
