"""What the local AWS has none of: told as an empty list, or refused. moto is never asked.

One that is asked for by its name is not there.
Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context, operation, tell_nothing
from labkit.cloud.redshift.words import fault

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

# The parameter that names one of them, its fault, and what it is called there.
NAMED = {
    "DescribeReservedNodes": ("ReservedNodeId", "ReservedNodeNotFoundFault", "Reserved node"),
    "DescribeReservedNodeOfferings": (
        "ReservedNodeOfferingId", "ReservedNodeOfferingNotFoundFault", "Reserved node offering",
    ),
    "DescribeHsmClientCertificates": (
        "HsmClientCertificateIdentifier", "HsmClientCertificateNotFoundFault",
        "HSM client certificate",
    ),
    "DescribeHsmConfigurations": (
        "HsmConfigurationIdentifier", "HsmConfigurationNotFoundFault", "HSM configuration",
    ),
    "DescribeCustomDomainAssociations": (
        "CustomDomainName", "CustomDomainAssociationNotFoundFault", "Custom domain association",
    ),
    "DescribeEndpointAccess": ("EndpointName", "EndpointNotFoundFault", "Endpoint"),
    "DescribeEventSubscriptions": (
        "SubscriptionName", "SubscriptionNotFoundFault", "Subscription",
    ),
}  # fmt: skip


def _register(name: str, parameter: str, code: str, noun: str) -> None:
    @operation("redshift", name)
    def answer(context: Context, **members: Any) -> Answer:
        if asked := members.get(parameter):
            raise fault(code, f"{noun} {asked} not found.")
        return {EMPTY[name]: []}


for _name, _named in NAMED.items():
    _register(_name, *_named)
