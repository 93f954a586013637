"""What the local AWS has none of: told as an empty list, or refused. moto is never asked.

Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context, not_here, operation

# Operations that list what nobody can have made, and the list's member.
EMPTY = {
    "DescribeReservedNodes": "ReservedNodes",
    "DescribeReservedNodeOfferings": "ReservedNodeOfferings",
    "DescribeReservedNodeExchangeStatus": "ReservedNodeExchangeStatusDetails",
    "DescribeHsmClientCertificates": "HsmClientCertificates",
    "DescribeHsmConfigurations": "HsmConfigurations",
    "DescribeCustomDomainAssociations": "Associations",
    "DescribeEndpointAccess": "EndpointAccessList",
    "DescribeEndpointAuthorization": "EndpointAuthorizationList",
    "DescribeEventSubscriptions": "EventSubscriptionsList",
    "DescribeAuthenticationProfiles": "AuthenticationProfiles",
    "DescribeClusterDbRevisions": "ClusterDbRevisions",
    "DescribePartners": "PartnerIntegrationInfoList",
    "DescribeRedshiftIdcApplications": "RedshiftIdcApplications",
    "DescribeQev2IdcApplications": "Qev2IdcApplications",
    "ListRecommendations": "Recommendations",
}


def nothing(context: Context, **_: Any) -> Answer:
    return {EMPTY[context.operation]: []}


@operation("redshift", "*")
def refuse(context: Context, **_: Any) -> Answer:
    """What has no answer of its own."""
    raise not_here(context.service, context.operation)


for _name in EMPTY:
    operation("redshift", _name)(nothing)
