"""A local AWS whose account has signed up for QuickSight, and one author in it."""

import contextlib
import functools
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

SERVICE_ROLE = "aws-quicksight-service-role-v0"
SUBSCRIPTION = {
    "Edition": "ENTERPRISE",
    "AuthenticationMethod": "IAM_AND_QUICKSIGHT",
    "AccountName": "immersion-day",
    "NotificationEmail": "dean@example.edu",
}


class QuickSight:
    """A boto3 client of QuickSight that names the account in every call.

    ``call`` gives what botocore gives; the methods of the client are all there.
    """

    def __init__(self, client: Any, account: str) -> None:
        self.client, self.account = client, account

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self.client, name)
        if "resource" in name and "folders" not in name:  # tags are by ARN alone
            return method
        return functools.partial(method, AwsAccountId=self.account)


@pytest.fixture(scope="session")
def quicksight(cloud: Any, client: Callable[[str], Any]) -> QuickSight:
    """QuickSight of an account with an ENTERPRISE subscription; ``AwsAccountId`` is filled in."""
    found = QuickSight(client("quicksight"), cloud.account)
    with contextlib.suppress(found.client.exceptions.ResourceExistsException):
        found.create_account_subscription(**SUBSCRIPTION)
    return found


@pytest.fixture(scope="session")
def author(quicksight: QuickSight) -> str:
    """The ARN of a user who may make things."""
    answer = quicksight.register_user(
        Namespace="default",
        IdentityType="QUICKSIGHT",
        UserName="author",
        Email="author@example.edu",
        UserRole="AUTHOR",
    )
    return str(answer["User"]["Arn"])


@pytest.fixture(scope="session")
def allow_bucket(quicksight: QuickSight, client: Callable[[str], Any]) -> Callable[[str], None]:
    """``allow_bucket("lake")``: QuickSight's service role may read and write a bucket."""

    def allow(name: str) -> None:
        arns = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
        statement = {"Effect": "Allow", "Action": "s3:*", "Resource": arns}
        client("iam").put_role_policy(
            RoleName=SERVICE_ROLE,
            PolicyName=f"bucket-{name}",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    return allow


def refused(call: Callable[..., Any], /, **members: Any) -> tuple[str, str]:
    """The code and the sentence with which a call is refused."""
    with pytest.raises(ClientError) as error:
        call(**members)
    said = error.value.response["Error"]
    return said["Code"], said["Message"]
