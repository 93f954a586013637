"""The shared fixtures: a local AWS that answers, names that are free."""

import os


def test_the_cloud_answers(aws):
    assert aws("sts").get_caller_identity()["Account"] == "123456789012"


def test_names_are_free(fresh):
    assert fresh("orders") != fresh("orders")
    assert fresh("orders", "_").startswith("orders_")


def test_the_machines_own_aws_is_hidden():
    assert not [name for name in os.environ if name.startswith("AWS_") and "METADATA" not in name]
    assert not os.path.exists(os.path.expanduser("~/.aws"))
