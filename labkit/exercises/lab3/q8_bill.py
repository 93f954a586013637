"""The bill: users by role, and SPICE beyond what the authors bring."""

from labkit.exercises.comparing import Compare
from labkit.exercises.data import Data
from labkit.exercises.question import Question

AUTHORS, READERS, SPICE_GB = 12, 300, 150


def reference(_: Data) -> float:
    """Twelve authors, three hundred readers, thirty gigabytes too many."""
    return AUTHORS * 24 + READERS * 3 + (SPICE_GB - AUTHORS * 10) * 0.38


q8 = Question(
    id="lab3-q8",
    points=1,
    title="What will it cost?",
    task=f"""The university plans {AUTHORS} authors, {READERS} readers, and data sets of {SPICE_GB}
GB in SPICE altogether. With the prices above, what does a month of it cost in dollars? Keep the
number as `dollars`.""",
    reads="dollars",
    starter="dollars = ...",
    answer="dollars = 12 * 24 + 300 * 3 + (150 - 12 * 10) * 0.38",
    reference=reference,
    compare=Compare(tolerance=0.005),
    hints=(
        "Three parts: authors, readers, and SPICE.",
        "The authors bring ten gigabytes each; you pay for what is beyond that.",
    ),
    explanation="""Three quarters of it are readers, and SPICE is next to nothing. What Athena reads
for each import comes on top, and that is why one imports once and draws often.""",
    messages={
        "all-spice": "You paid for all of SPICE. Each author brings ten gigabytes.",
        "ten-in-all": "Ten gigabytes come with *each* author, not once.",
        "no-spice": "The authors' own gigabytes are not enough for the data sets.",
        "swapped": "You took the author's price for readers, and the other way round.",
        "all-authors": "Readers have a price of their own.",
        "twelve": "Twelve authors bring ten gigabytes *each*, not one.",
        "each-pays": "What is beyond the authors' gigabytes is paid once, not by each author.",
        "no-readers": "The readers are missing.",
        "no-authors": "The authors are missing.",
        "readers-too": "Readers bring no gigabytes.",
        "a-year": "That is a year's bill.",
    },
    wrong=(
        ("dollars = 12 * 24 + 300 * 3 + 150 * 0.38", "all-spice"),
        ("dollars = 12 * 24 + 300 * 3 + (150 - 10) * 0.38", "ten-in-all"),
        ("dollars = 12 * 24 + 300 * 3", "no-spice"),
        ("dollars = 12 * 3 + 300 * 24 + (150 - 12 * 10) * 0.38", "swapped"),
        ("dollars = 312 * 24 + (150 - 12 * 10) * 0.38", "all-authors"),
        ("dollars = 12 * 24 + 300 * 3 + (150 - 12) * 0.38", "twelve"),
        ("dollars = 12 * 24 + 300 * 3 + 12 * 30 * 0.38", "each-pays"),
        ("dollars = 12 * 24 + (150 - 12 * 10) * 0.38", "no-readers"),
        ("dollars = 300 * 3 + (150 - 12 * 10) * 0.38", "no-authors"),
        ("dollars = 12 * 24 + 300 * 3 + (150 - 312 * 10) * 0.38", "readers-too"),
        ("dollars = 12 * (12 * 24 + 300 * 3 + (150 - 12 * 10) * 0.38)", "a-year"),
    ),
    right=(
        'from decimal import Decimal\ndollars = 12 * 24 + 300 * 3 + 30 * Decimal("0.38")',
        "dollars = [288 + 900 + 11.4]",
        """import pandas as pd
dollars = pd.DataFrame({"dollars": [288, 900, 11.4]}).dollars.sum()""",
        """from labkit.charts.bill import bill
users = [{"Role": "AUTHOR"}] * 12 + [{"Role": "READER"}] * 300
dollars = bill(users, 150 * 1000**3).dollars.sum()""",
    ),
)
