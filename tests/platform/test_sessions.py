"""How long sessions of roles are known, of which each process of a function begins one."""

import datetime

import pytest
from moto.core.utils import utcnow
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from labkit.cloud.access import guard, sts
from labkit.cloud.access.service_roles import SERVICES_KEYS, credentials
from labkit.cloud.cloud import Cloud
from labkit.cloud.operations import AwsError, Context, Principal

ROLE = "arn:aws:iam::123456789012:role/worker"


@pytest.fixture
def cloud(tmp_path):
    made = Cloud(tmp_path / "home")
    yield made
    made.stop()
    for each in sessions(made):
        iam_backends[made.account]["aws"].access_keys.pop(each.access_key_id, None)
        SERVICES_KEYS.discard(each.access_key_id)
    sessions(made).clear()


def begun(cloud, ended_ago=None):
    """The key and the token of a session, which may have ended."""
    told = credentials(cloud, ROLE, "its", cloud.region)
    key, token = told["AWS_ACCESS_KEY_ID"], told["AWS_SESSION_TOKEN"]
    [session] = [each for each in sessions(cloud) if each.access_key_id == key]
    if ended_ago:
        session.expiration = utcnow() - ended_ago
    return key, token


def sessions(cloud):
    return sts_backends[cloud.account]["aws"].assumed_roles


def test_what_ended_long_ago_is_forgotten(cloud):
    old, _ = begun(cloud, datetime.timedelta(hours=25))
    ended, token = begun(cloud, datetime.timedelta(hours=23))
    going, _ = begun(cloud)
    known = {each.access_key_id for each in sessions(cloud)}
    for held in (known, iam_backends[cloud.account]["aws"].access_keys, SERVICES_KEYS):
        assert [key in held for key in (old, ended, going)] == [False, True, True]
    with pytest.raises(AwsError, match="is expired"):
        guard.check_session(ended, token, s3=False)


def test_who_asks_for_a_session_has_the_ended_ones_forgotten(cloud):
    iam = iam_backends[cloud.account]["aws"]
    user = iam.create_user(cloud.region, "asking")
    principal = Principal(user.arn, cloud.account)
    asks = Context(cloud, "sts", "GetSessionToken", cloud.region, principal)
    begun(cloud, datetime.timedelta(hours=25))
    sts.get_session_token(asks)
    assert [each.arn for each in sessions(cloud)] == [user.arn]
    iam.delete_user("asking")
