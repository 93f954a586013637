"""A secret that is to be rotated twice at once."""

import pytest
from moto.secretsmanager.models import secretsmanager_backends

from labkit.cloud.around import rotating
from labkit.cloud.operations import AwsError, Context, Principal
from tests.at_once import Pair, watched

REGION, FUNCTION = "eu-north-1", "arn:aws:lambda:eu-north-1:123456789012:function:f"


@pytest.fixture
def local(tmp_path):
    with watched(tmp_path / "home", secretsmanager_backends, REGION) as made:
        yield made


def test_one_rotation_begins(local, monkeypatch):
    secrets = local.backend("secretsmanager", REGION)
    arn = secrets._add_secret("rotates", secret_string="x")[0].arn
    context = Context(local, "secretsmanager", "RotateSecret", REGION, Principal("arn", "1" * 12))
    monkeypatch.setattr(rotating, "_check_function", lambda *_: None)
    monkeypatch.setattr(rotating, "_run", lambda *_: None)

    def rotate():
        return rotating.rotate_secret(context, SecretId=arn, RotationLambdaARN=FUNCTION)

    pair = Pair(local, rotate, rotate)
    monkeypatch.setattr(rotating, "_await", pair.meanwhile(rotating._await))
    told, refused = pair.run()
    versions = secrets.secrets[arn].versions
    made = [name for name, each in versions.items() if "secret_string" not in each]
    assert (isinstance(refused, AwsError), made) == (True, [told["VersionId"]])
