"""QuickSight's account as the chart helpers ask for it: its edition, users, buckets and keys.

Source: https://docs.aws.amazon.com/quicksight/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from labkit.errors import RunFailed, UnknownName
from labkit.progress import Progress, wait

if TYPE_CHECKING:
    from labkit.lab import Lab

SERVICE_ROLE = "aws-quicksight-service-role-v0"
BUCKETS = "AWSQuickSightS3Policy"


class Account:
    """An account of QuickSight.

    Args:
        lab: the lab whose clients to use.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    @property
    def client(self) -> Any:
        return self.lab.client("quicksight")

    def call(self, name: str, **members: Any) -> Any:
        """One operation, for this account."""
        return getattr(self.client, name)(AwsAccountId=self.lab.account, **members)

    def all(self, what: str, member: str, **members: Any) -> list[dict[str, Any]]:
        """All pages of a list."""
        operation = f"list_{what}"
        if not self.client.can_paginate(operation):
            return list(self.call(operation, **members)[member])
        given = {"AwsAccountId": self.lab.account, **members}
        return list(self.lab.all("quicksight", operation, member, **given))

    def subscribe(self, email: str) -> None:
        """Sign the account up for the Enterprise edition, unless it is."""
        try:
            self.call(
                "create_account_subscription",
                Edition="ENTERPRISE",
                AuthenticationMethod="IAM_AND_QUICKSIGHT",
                AccountName=f"dataedu-{self.lab.guid}",
                NotificationEmail=email,
            )
        except self.client.exceptions.ResourceExistsException:
            return
        wait(
            "The subscription",
            lambda: self.call("describe_account_subscription")["AccountInfo"],
            until=lambda info: info["AccountSubscriptionStatus"] == "ACCOUNT_CREATED",
            tell=lambda info: Progress(f"QuickSight: {info['AccountSubscriptionStatus']}"),
            quiet=True,
        )

    def give_buckets(self) -> None:
        """Let QuickSight's role read the lake, as *Security & permissions* of the console does."""
        arns = [f"arn:aws:s3:::{bucket}" for bucket in self.lab.names.buckets]
        objects = [f"{arn}/*" for arn in arns]
        allowed = [
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetBucketLocation"],
                "Resource": arns,
            },
            {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": objects},
        ]
        self.lab.client("iam").put_role_policy(
            RoleName=SERVICE_ROLE,
            PolicyName=BUCKETS,
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": allowed}),
        )

    def register(self, arn: str, role: str, email: str) -> dict[str, Any]:
        """Register an IAM user as a user of QuickSight, unless it is. Returns the user."""
        for user in self.users():
            if user["Arn"].rpartition("/")[2] == arn.rpartition("/")[2]:
                return user
        made = self.call(
            "register_user",
            Namespace="default",
            IdentityType="IAM",
            IamArn=arn,
            UserRole=role,
            Email=email,
        )
        found: dict[str, Any] = made["User"]
        return found

    def add_reader(self, name: str, email: str) -> str:
        """A user of QuickSight's own with the role READER."""
        if name not in {user["UserName"] for user in self.users()}:
            self.call(
                "register_user",
                Namespace="default",
                IdentityType="QUICKSIGHT",
                UserName=name,
                UserRole="READER",
                Email=email,
            )
        return name

    def users(self) -> list[dict[str, Any]]:
        return self.all("users", "UserList", Namespace="default")

    def user_arn(self, name: str) -> str:
        """A user's ARN.

        Raises:
            UnknownName: there is no such user.
        """
        known = {user["UserName"]: user["Arn"] for user in self.users()}
        if name not in known:
            raise UnknownName("user", name, list(known))
        return str(known[name])

    @property
    def own_arn(self) -> str:
        """Your ARN as a user of QuickSight."""
        return str(self.register(self.lab.caller, "ADMIN", "you@example.com")["Arn"])

    def embed_url(self, experience: dict[str, Any], *, reader: str = "") -> str:
        """A URL that opens once, for you or for a reader, with a dashboard or with Q's search bar.

        Source:
        https://docs.aws.amazon.com/quicksight/latest/APIReference/API_GenerateEmbedUrlForRegisteredUser.html
        """
        made = self.call(
            "generate_embed_url_for_registered_user",
            UserArn=self.user_arn(reader) if reader else self.own_arn,
            ExperienceConfiguration=experience,
        )
        return str(made["EmbedUrl"])

    def register_key(self, key_arn: str) -> str:
        """Register a KMS key as the account's default key."""
        key = {"KeyArn": key_arn, "DefaultKey": True}
        answer = self.call("update_key_registration", KeyRegistration=[key])
        for failed in answer.get("FailedKeyRegistration", []):
            raise RunFailed("key", key_arn, failed["Message"])
        return key_arn
