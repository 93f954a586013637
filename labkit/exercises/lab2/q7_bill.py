"""What DataBrew bills: what has begun counts, and nodes more than minutes."""

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question

JOBS = "30 * 5 * 5 / 60 * 0.48"


def reference(data: Data) -> float:
    """The same for everybody: it depends on AWS's prices alone."""
    return 66.0


def dollars(sessions: str = "20 * 3 * 1.00", jobs: str = JOBS) -> str:
    """The cell that adds both up."""
    return f"sessions = {sessions}\njobs = {jobs}\ndollars = sessions + jobs"


q7 = Question(
    id="lab2-q7",
    points=2,
    title="A month's bill",
    task="""On each of the 20 working days of a month, somebody works in a project for 70 minutes
without a pause. In each of its 30 nights, a recipe job runs for 4 minutes and 10 seconds on five
nodes. What does AWS bill for the month, at one dollar for a session's half hour and 0.48 dollars
for an hour of a node? Name it `dollars`.""",
    reads="dollars",
    starter="dollars = ...",
    answer=dollars(),
    reference=reference,
    compare=Compare(tolerance=0.005),
    hints=(
        "What has begun counts: half hours of a session, minutes of a job.",
        "70 minutes are three half hours. 4 minutes and 10 seconds are five minutes.",
        "A night costs five minutes of each of five nodes, at 0.48 dollars for 60 of them.",
    ),
    explanation="""Three half hours a day make 60 dollars a month, five minutes of five nodes a
night make 6. People are dearer than machines here too: a session that stays open costs more than
all jobs.""",
    messages={
        "exact-sessions": "You billed each minute of a session. A half hour that has begun counts "
        "whole.",
        "rounded-down": "70 minutes are more than two half hours.",
        "one-node": "The job runs on five nodes, and each of them costs.",
        "seconds": "You billed the job by the second. A minute that has begun counts whole.",
        "whole-hours": "A job is billed by the minute, not by the hour.",
        "every-day": "Nobody works on all days of the month; only the job runs each night.",
        "jobs-alone": "That is what the jobs cost. The sessions are missing.",
        "sessions-alone": "That is what the sessions cost. The jobs are missing.",
        "minutes-down": "4 minutes and 10 seconds are more than four minutes.",
        "working-nights": "The sessions are of working days. The job runs in each of 30 nights.",
        "per-minute": "0.48 dollars are the price of a node's hour, not of its minute.",
        "per-hour": "A dollar pays for half an hour of a session, not for an hour.",
        "exact-both": "You billed what was used, to the second. What has begun counts whole: a "
        "session's half hour, a job's minute.",
        "down-both": "What has begun counts whole, and is not left out.",
        "one-day": "That is one day and one night. What about the month?",
    },
    wrong=(
        (dollars("20 * 70 / 30 * 1.00"), "exact-sessions"),
        (dollars("20 * 2 * 1.00"), "rounded-down"),
        (dollars(jobs="30 * 5 / 60 * 0.48"), "one-node"),
        (dollars(jobs="30 * 5 * 250 / 3600 * 0.48"), "seconds"),
        (dollars(jobs="30 * 5 * 1 * 0.48"), "whole-hours"),
        (dollars("30 * 3 * 1.00"), "every-day"),
        (dollars("0"), "jobs-alone"),
        (dollars(jobs="0"), "sessions-alone"),
        (dollars("3 * 1.00", "5 * 5 / 60 * 0.48"), "one-day"),
        (dollars(jobs="30 * 5 * 4 / 60 * 0.48"), "minutes-down"),
        (dollars(jobs="20 * 5 * 5 / 60 * 0.48"), "working-nights"),
        (dollars(jobs="30 * 5 * 5 * 0.48"), "per-minute"),
        (dollars("20 * 70 / 60 * 1.00"), "per-hour"),
        (dollars("20 * 70 / 30 * 1.00", "30 * 5 * 250 / 3600 * 0.48"), "exact-both"),
        (dollars("20 * 2 * 1.00", "30 * 5 * 4 / 60 * 0.48"), "down-both"),
    ),
    right=(
        "dollars = 66",
        """from labkit.recipes.runs import node_hours

dollars = 20 * 3 + 30 * node_hours(250, 5) * 0.48""",
        """from decimal import Decimal

dollars = 20 * 3 * Decimal("1.00") + 30 * 25 * Decimal("0.48") / 60""",
        """import math

import numpy as np

dollars = np.float64(20 * math.ceil(70 / 30)) + 30 * 5 * math.ceil(250 / 60) * 0.008""",
    ),
)
