"""The questions of Lab 1: a data lake with Glue and Athena."""

from labkit.exercises.lab1.q1_key import q1
from labkit.exercises.lab1.q2_weeks import q2
from labkit.exercises.lab1.q3_crawler import q3
from labkit.exercises.lab1.q4_letters import q4
from labkit.exercises.lab1.q5_withdrawn import q5
from labkit.exercises.lab1.q6_late import q6
from labkit.exercises.lab1.q7_bills import q7
from labkit.exercises.lab1.q8_activity import q8

QUESTIONS = (q1, q2, q3, q4, q5, q6, q7, q8)
__all__ = ["QUESTIONS", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]
