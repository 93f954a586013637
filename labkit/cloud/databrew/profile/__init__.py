"""DataBrew's data profile: statistics of a data set, its columns, and what in them is personal.

https://docs.aws.amazon.com/databrew/latest/dg/jobs.profile.html
"""

from labkit.cloud.databrew.profile.checks import validate
from labkit.cloud.databrew.profile.run import profile

__all__ = ["profile", "validate"]
