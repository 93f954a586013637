"""The bill of a cluster that is paused at night: hours, nodes, and who is not on it."""

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question

DAYS, WORKING_DAYS, HOURS_ON = 30, 21, 10
NODES, DOLLARS = 2, 0.543


def reference(_: Data) -> float:
    """What the hours off would have cost; the same on all data."""
    hours_off = DAYS * 24 - WORKING_DAYS * HOURS_ON
    return NODES * DOLLARS * hours_off


q1 = Question(
    id="lab4-q1",
    points=1,
    title="What does the night save?",
    task="""A cluster of two `ra3.large` nodes is needed from 8 to 18 o'clock on the 21 working
days of a month, and is paused at all other hours. The month has 30 days. How many dollars do the
pauses save in this month, compared with a cluster that runs all the time? Keep the number, exact
to the cent, in `saved`.""",
    reads="saved",
    starter="saved = ...  # dollars",
    answer="""hours_off = 30 * 24 - 21 * 10
saved = round(2 * 0.543 * hours_off, 2)""",
    reference=reference,
    compare=Compare(tolerance=0.006),
    hints=(
        "How many hours has the month, and in how many of them does the cluster run?",
        "Two compute nodes cost twice the price of one. The leader is not on the bill.",
        "`2 * 0.543 * (30 * 24 - hours_on)`",
    ),
    explanation="""Nodes cost by the hour while the cluster is not paused, whether anybody asks or
not. The leader of a cluster with several nodes is free. What is stored costs by the month and goes
on during a pause.""",
    messages={
        "one-node": "That is what one node saves. The cluster has two.",
        "leader": "Three nodes? The leader reads and plans, but is not on the bill.",
        "spent": "That is what the cluster costs while it runs. What do the *pauses* save?",
        "all": "That is the month of a cluster that is never paused.",
        "weekends": "You pause it on the days off only. The nights of working days count too.",
        "nights": "You pause it in the nights only, and let it run in the daytime of days off.",
        "a-night": "That is what one night saves.",
        "daytime": "You pause it in the daytime of the days off only. The nights count too.",
        "long-month": "The month has 30 days.",
        "hours": "These are hours. A price is still to come.",
    },
    wrong=(
        ("saved = 0.543 * (30 * 24 - 21 * 10)", "one-node"),
        ("saved = 3 * 0.543 * (30 * 24 - 21 * 10)", "leader"),
        ("saved = 2 * 0.543 * 21 * 10", "spent"),
        ("saved = 2 * 0.543 * 30 * 24", "all"),
        ("saved = 2 * 0.543 * 9 * 24", "weekends"),
        ("saved = 2 * 0.543 * 30 * 14", "nights"),
        ("saved = 2 * 0.543 * 21 * 14", "nights"),
        ("saved = 2 * 0.543 * 14", "a-night"),
        ("saved = 2 * 0.543 * 9 * 10", "daytime"),
        ("saved = 2 * 0.543 * (31 * 24 - 21 * 10)", "long-month"),
        ("saved = 0.543 * 21 * 10", "spent"),
        ("saved = 30 * 24 - 21 * 10", "hours"),
        ("saved = 2 * (30 * 24 - 21 * 10)", "hours"),
    ),
    right=(
        "from decimal import Decimal\nsaved = 2 * Decimal('0.543') * (720 - 210)",
        "saved = 2 * 0.543 * (21 * 14 + 9 * 24)",
        "saved = [2 * 0.543 * 510]",
        "import numpy as np\nsaved = np.float32(2 * 0.543 * 510)",
        """price = 0.543 * lab.warehouse.described()["NumberOfNodes"]
saved = price * 24 * 30 - price * 10 * 21""",
    ),
)
