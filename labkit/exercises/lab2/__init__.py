"""The questions of Lab 2: data prepared with DataBrew."""

from labkit.exercises.lab2.q1_marks import q1
from labkit.exercises.lab2.q2_outside import q2
from labkit.exercises.lab2.q3_mailing import q3
from labkit.exercises.lab2.q4_lost import q4
from labkit.exercises.lab2.q5_timetable import q5
from labkit.exercises.lab2.q6_hours import q6
from labkit.exercises.lab2.q7_bill import q7
from labkit.exercises.lab2.q8_ready import q8

QUESTIONS = (q1, q2, q3, q4, q5, q6, q7, q8)
__all__ = ["QUESTIONS", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]
