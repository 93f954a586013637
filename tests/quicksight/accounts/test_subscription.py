"""An account signs up for QuickSight."""


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
