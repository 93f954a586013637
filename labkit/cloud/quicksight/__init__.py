"""Amazon QuickSight: data sets in SPICE, analyses and dashboards drawn, questions answered.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/Welcome.html
"""

from labkit.cloud.quicksight import absent, accounts, definitions

__all__ = ["absent", "accounts", "definitions"]
