"""The questions of Lab 4: a warehouse beside the lake."""

from labkit.exercises.lab4.q1_bill import q1
from labkit.exercises.lab4.q2_active import q2
from labkit.exercises.lab4.q3_full_days import q3
from labkit.exercises.lab4.q4_refused import q4
from labkit.exercises.lab4.q5_upsert import q5
from labkit.exercises.lab4.q6_unload import q6
from labkit.exercises.lab4.q7_keys import q7
from labkit.exercises.lab4.q8_dean import q8
from labkit.exercises.lab4.q9_star import q9

QUESTIONS = (q1, q2, q3, q4, q5, q6, q7, q8, q9)
__all__ = ["QUESTIONS", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9"]
