"""An account signs up for QuickSight, has settings, and leaves."""

import pytest

from tests.conftest import connect, start_cloud, stop_cloud
from tests.quicksight.conftest import SUBSCRIPTION, QuickSight, refused


@pytest.fixture(scope="module")
def unsigned(tmp_path_factory):
    """QuickSight of an account of its own, which has not signed up and must."""
    home = tmp_path_factory.mktemp("unsigned")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABKIT_QUICKSIGHT", "strict")
        process = start_cloud(home)
    running = connect(home, process)
    yield QuickSight(running.client("quicksight"), running.account)
    stop_cloud(process)


def test_the_subscription_is_told(quicksight):
    answer = quicksight.describe_account_subscription()
    assert answer["AccountInfo"] == {
        "AccountName": "immersion-day",
        "Edition": "ENTERPRISE",
        "NotificationEmail": "dean@example.edu",
        "AuthenticationType": "IAM_AND_QUICKSIGHT",
        "AccountSubscriptionStatus": "ACCOUNT_CREATED",
    }
    assert answer["Status"] == 200
    assert answer["RequestId"] == answer["ResponseMetadata"]["RequestId"]


def test_nobody_signs_up_twice(quicksight):
    code, _ = refused(quicksight.create_account_subscription, **SUBSCRIPTION)
    assert code == "ResourceExistsException"


def test_who_signs_up_is_an_administrator(quicksight):
    user = quicksight.describe_user(Namespace="default", UserName="learner")["User"]
    assert (user["Role"], user["IdentityType"], user["Active"]) == ("ADMIN", "IAM", True)


def test_another_account_is_refused(quicksight):
    code, message = refused(quicksight.client.describe_ip_restriction, AwsAccountId="999999999999")
    assert code == "AccessDeniedException"
    assert "not authorized to perform: quicksight:DescribeIpRestriction" in message


def test_settings_change_and_the_rest_stays(quicksight):
    quicksight.update_account_settings(DefaultNamespace="default", NotificationEmail="a@b.edu")
    found = quicksight.describe_account_settings()["AccountSettings"]
    assert found == {
        "AccountName": "immersion-day",
        "Edition": "ENTERPRISE",
        "DefaultNamespace": "default",
        "NotificationEmail": "a@b.edu",
        "PublicSharingEnabled": False,
        "TerminationProtectionEnabled": True,
    }


def test_nothing_is_public_without_capacity_pricing(quicksight):
    code, _ = refused(quicksight.update_public_sharing_settings, PublicSharingEnabled=True)
    assert code == "UnsupportedPricingPlanException"


@pytest.mark.parametrize(
    ("operation", "members", "code", "words"),
    [
        ("list_users", {"Namespace": "default"}, "ResourceNotFoundException", "not signed up"),
        ("list_data_sources", {}, "ResourceNotFoundException", "Directory information"),
        ("describe_account_settings", {}, "ResourceNotFoundException", "Account information"),
        ("list_dashboards", {}, "UnsupportedUserEditionException", "not subscribed"),
        ("describe_account_subscription", {}, "ResourceNotFoundException", "not found"),
        ("delete_account_subscription", {}, "ResourceNotFoundException", "not found"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.islower() else "",
)
def test_an_account_that_has_not_signed_up(unsigned, operation, members, code, words):
    said = refused(getattr(unsigned, operation), **members)
    assert said[0] == code
    assert words in said[1]


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("create_group", {"Namespace": "default", "GroupName": "deans"}),
        ("create_namespace", {"Namespace": "school", "IdentityStore": "QUICKSIGHT"}),
        ("create_custom_permissions", {"CustomPermissionsName": "no-export"}),
        ("update_key_registration", {"KeyRegistration": []}),
    ],
    ids=["groups", "namespaces", "custom permissions", "keys"],
)
def test_the_standard_edition_lacks(unsigned, operation, members):
    with _signed_up(unsigned, Edition="STANDARD"):
        assert refused(getattr(unsigned, operation), **members)[0] == (
            "UnsupportedUserEditionException"
        )


def test_people_live_in_the_region_of_the_sign_up(quicksight, cloud):
    elsewhere = cloud.client("quicksight", region_name="eu-west-1")
    abroad = QuickSight(elsewhere, cloud.account)
    code, message = refused(abroad.list_users, Namespace="default")
    assert code == "AccessDeniedException"
    assert "your identity region is us-east-1" in message
    assert abroad.list_folders()["FolderSummaryList"] == []


def test_an_account_leaves_without_what_it_had(unsigned):
    with _signed_up(unsigned):
        unsigned.create_group(Namespace="default", GroupName="deans")
        unsigned.create_folder(FolderId="grades")
        source = {"AthenaParameters": {"WorkGroup": "primary"}}
        unsigned.create_data_source(
            DataSourceId="lake", Name="Lake", Type="ATHENA", DataSourceParameters=source
        )
        assert refused(unsigned.delete_account_subscription)[0] == "PreconditionNotMetException"
    left = unsigned.describe_account_subscription()["AccountInfo"]
    assert left["AccountSubscriptionStatus"] == "UNSUBSCRIBED"
    with _signed_up(unsigned):
        assert unsigned.list_groups(Namespace="default")["GroupList"] == []
        assert unsigned.list_folders()["FolderSummaryList"] == []
        assert unsigned.list_data_sources()["DataSources"] == []


class _signed_up:
    """An account that has signed up, and leaves at the end."""

    def __init__(self, quicksight, **members):
        self.quicksight, self.members = quicksight, SUBSCRIPTION | members

    def __enter__(self):
        self.quicksight.create_account_subscription(**self.members)

    def __exit__(self, *_):
        self.quicksight.update_account_settings(
            DefaultNamespace="default", TerminationProtectionEnabled=False
        )
        self.quicksight.delete_account_subscription()
