"""GetCredentials: a password for the caller's own database user.

Source: https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_GetCredentials.html
"""

from __future__ import annotations

from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import logins, records
from labkit.cloud.redshift.serverless.answering import answers, find_available, invalid
from labkit.cloud.redshift.serverless.kinds import WORKGROUP
from labkit.cloud.redshift.serverless.workgroups import key_of

SHORTEST_S, LONGEST_S = 900, 3600


@answers("GetCredentials")
def get_credentials(
    context: Context,
    *,
    workgroupName: str = "",
    customDomainName: str = "",
    dbName: str = "",
    durationSeconds: int = SHORTEST_S,
) -> Answer:
    """The user is ``IAM:user`` or ``IAMR:role``, made when it first comes."""
    if not workgroupName:
        raise invalid("There are no custom domain names in the local AWS: give workgroupName.")
    if not SHORTEST_S <= durationSeconds <= LONGEST_S:
        raise invalid(f"durationSeconds must be between {SHORTEST_S} and {LONGEST_S}.")
    record = find_available(context, WORKGROUP, workgroupName)
    login, password = logins.lend_to_caller(
        context, key_of(record), seconds=durationSeconds, database=dbName.lower()
    )
    ends = records.now() + durationSeconds
    return {"dbUser": login, "dbPassword": password, "expiration": ends, "nextRefreshTime": ends}
