"""Whether DataBrew may act as a role: judged when a job or a project is made or changed.

That AWS judges it then, and by these words, is told by who tests a tool against it:
https://github.com/alchemy-run/alchemy (AWS/DataBrew). A run judges it once more when it starts.
"""

from __future__ import annotations

from labkit.cloud.access.trust import trusted_role
from labkit.cloud.databrew.words import invalid
from labkit.cloud.operations import Context

SERVICE = "databrew.amazonaws.com"


def check_role(context: Context, role: str) -> None:
    """Refuse a role that there is not, or that DataBrew may not assume.

    Raises:
        AwsError: ``ValidationException``.
    """
    if trusted_role(context.cloud, role, SERVICE) is None:
        raise invalid(f"DataBrew is not a trusted entity for the data access role {role}.")
