"""The questions of Lab 1: a data lake with Glue and Athena."""

from labkit.exercises.lab1.q5_withdrawn import q5

QUESTIONS = (q5,)
__all__ = ["QUESTIONS", "q5"]
