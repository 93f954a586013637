"""What the local AWS has none of: told as an empty list, or refused. moto is never asked.

Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from labkit.cloud.operations import tell_nothing

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
    "DescribeClusterDbRevisions": "ClusterDbRevisions",
    "DescribePartners": "PartnerIntegrationInfoList",
    "DescribeRedshiftIdcApplications": "RedshiftIdcApplications",
    "DescribeQev2IdcApplications": "Qev2IdcApplications",
    "ListRecommendations": "Recommendations",
}

tell_nothing("redshift", EMPTY)
