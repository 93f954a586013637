"""The questions of Lab 3: data sets, charts, dashboards and reports with QuickSight."""

from labkit.exercises.lab3.q1_passed import q1
from labkit.exercises.lab3.q2_months import q2
from labkit.exercises.lab3.q3_late import q3
from labkit.exercises.lab3.q4_fair import q4
from labkit.exercises.lab3.q5_topic import q5
from labkit.exercises.lab3.q6_report import q6
from labkit.exercises.lab3.q7_rows import q7
from labkit.exercises.lab3.q8_bill import q8
from labkit.exercises.lab3.q9_withdrawals import q9

QUESTIONS = (q1, q2, q3, q4, q5, q6, q7, q8, q9)
__all__ = ["QUESTIONS", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9"]
