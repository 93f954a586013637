"""What the local AWS has none of: told as an empty list, or refused. moto is never asked.

One that is asked for by its name is not there.
Source: https://docs.aws.amazon.com/redshift/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from typing import Any

from labkit.cloud.operations import Answer, Context, operation, tell_nothing
from labkit.cloud.redshift.words import fault

# Operations that list what nobody can have made, and the list's member.
tell_nothing(
    "redshift",
    {
        "DescribeReservedNodeExchangeStatus": "ReservedNodeExchangeStatusDetails",
        "DescribeEndpointAuthorization": "EndpointAuthorizationList",
        "DescribeClusterDbRevisions": "ClusterDbRevisions",
        "DescribePartners": "PartnerIntegrationInfoList",
        "DescribeRedshiftIdcApplications": "RedshiftIdcApplications",
        "DescribeQev2IdcApplications": "Qev2IdcApplications",
        "ListRecommendations": "Recommendations",
    },
)

# Those that may name one: the list's member, the parameter, its fault, and what it is called there.
_NAMED = {
    "DescribeReservedNodes": (
        "ReservedNodes", "ReservedNodeId", "ReservedNodeNotFoundFault", "Reserved node",
    ),
    "DescribeReservedNodeOfferings": (
        "ReservedNodeOfferings", "ReservedNodeOfferingId", "ReservedNodeOfferingNotFoundFault",
        "Reserved node offering",
    ),
    "DescribeHsmClientCertificates": (
        "HsmClientCertificates", "HsmClientCertificateIdentifier",
        "HsmClientCertificateNotFoundFault", "HSM client certificate",
    ),
    "DescribeHsmConfigurations": (
        "HsmConfigurations", "HsmConfigurationIdentifier", "HsmConfigurationNotFoundFault",
        "HSM configuration",
    ),
    "DescribeCustomDomainAssociations": (
        "Associations", "CustomDomainName", "CustomDomainAssociationNotFoundFault",
        "Custom domain association",
    ),
    "DescribeEndpointAccess": (
        "EndpointAccessList", "EndpointName", "EndpointNotFoundFault", "Endpoint",
    ),
}  # fmt: skip


def _register(name: str, member: str, parameter: str, code: str, noun: str) -> None:
    @operation("redshift", name)
    def answer(context: Context, **members: Any) -> Answer:
        if asked := members.get(parameter):
            raise fault(code, f"{noun} {asked} not found.")
        return {member: []}


for _name, _named in _NAMED.items():
    _register(_name, *_named)
