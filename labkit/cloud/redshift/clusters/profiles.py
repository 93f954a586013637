"""Authentication profiles: what a driver connects by, kept under a name.

redshift_connector's and JDBC's ``auth_profile`` read them. Source:
https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateAuthenticationProfile.html
"""

from __future__ import annotations

from labkit.cloud.json_text import object_in
from labkit.cloud.operations import Answer, Context
from labkit.cloud.redshift import records
from labkit.cloud.redshift.clusters.kinds import AUTHENTICATION_PROFILE
from labkit.cloud.redshift.lifecycle import answers
from labkit.cloud.redshift.words import fault

KIND = AUTHENTICATION_PROFILE


@answers("CreateAuthenticationProfile")
def create_authentication_profile(
    context: Context, *, AuthenticationProfileName: str, AuthenticationProfileContent: str
) -> Answer:
    told = _checked(AuthenticationProfileName, AuthenticationProfileContent)
    return records.shown(records.create(context, KIND, AuthenticationProfileName, told))


@answers("DescribeAuthenticationProfiles")
def describe_authentication_profiles(
    context: Context, *, AuthenticationProfileName: str | None = None
) -> Answer:
    """All of them, or the one of a name: the operation has no pages."""
    name = AuthenticationProfileName
    found = [records.find(context, KIND, name)] if name else records.listed(context, KIND)
    return {"AuthenticationProfiles": [records.shown(each) for each in found]}


@answers("ModifyAuthenticationProfile")
def modify_authentication_profile(
    context: Context, *, AuthenticationProfileName: str, AuthenticationProfileContent: str
) -> Answer:
    found = records.find(context, KIND, AuthenticationProfileName)
    told = _checked(found["AuthenticationProfileName"], AuthenticationProfileContent)
    return records.shown(records.put(context.cloud, KIND, found | told))


@answers("DeleteAuthenticationProfile")
def delete_authentication_profile(context: Context, *, AuthenticationProfileName: str) -> Answer:
    found = records.find(context, KIND, AuthenticationProfileName)
    records.remove(context.cloud, KIND, found)
    return {"AuthenticationProfileName": found["AuthenticationProfileName"]}


def _checked(name: str, content: str) -> records.Record:
    """The members of a profile.

    Raises:
        AwsError: the content is not an object of JSON.
    """
    if object_in(content) is None:
        message = "The authentication profile content is not valid JSON."
        raise fault("InvalidAuthenticationProfileRequestFault", message)
    return {"AuthenticationProfileName": name, "AuthenticationProfileContent": content}
