"""DynamoDB's exports and imports that are asked for twice at once."""

from types import SimpleNamespace

import pytest

from labkit.cloud.dynamodb import exports, imports, item_moments
from labkit.cloud.operations import Context, Principal
from tests.at_once import Pair, Watched

TOKEN = {"ClientToken": "again"}


@pytest.fixture
def cloud(tmp_path):
    made = Watched(tmp_path / "home")
    yield made
    made.stop()


def both(cloud, monkeypatch, module, first, second):
    pair = Pair(cloud, first, second)
    look = module.kept

    def looked(*args):
        found = look(*args)
        return pair.meanwhile(lambda: found)()

    monkeypatch.setattr(module, "kept", looked)
    return pair.run()


def asking(cloud, operation):
    return Context(cloud, "dynamodb", operation, cloud.region, Principal("arn", cloud.account))


def test_one_export_of_a_token(cloud, monkeypatch):
    table = SimpleNamespace(all_items=list)
    monkeypatch.setattr(exports, "_table", lambda *_: table)
    monkeypatch.setattr(exports, "_write", lambda *_: {"ExportStatus": "COMPLETED"})
    monkeypatch.setattr(item_moments, "check", lambda *_: 0)
    context = asking(cloud, "ExportTableToPointInTime")

    def export():
        return exports.export_table(context, TableArn=context.arn("table/t"), S3Bucket="b", **TOKEN)

    first, second = both(cloud, monkeypatch, exports, export, export)
    [made] = cloud.records(exports.KIND)
    assert {told["ExportDescription"]["ExportArn"] for told in (first, second)} == {made}


@pytest.mark.parametrize("token", [TOKEN, {}])
def test_one_import_of_a_token_or_a_table(cloud, monkeypatch, token):
    monkeypatch.setattr(imports, "_run", lambda *_: None)
    context = asking(cloud, "ImportTable")
    table = {
        "TableName": "comes",
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    source = {"S3BucketSource": {"S3Bucket": "b"}, "InputFormat": "DYNAMODB_JSON"}

    def bring():
        return imports.import_table(context, TableCreationParameters=table, **source, **token)

    told = both(cloud, monkeypatch, imports, bring, bring)
    [made] = cloud.records(imports.KIND)
    found = [getattr(each, "code", None) or _arn(each) for each in told]
    assert sorted(found) == sorted([made, made if token else "ResourceInUseException"])


def _arn(told):
    return told["ImportTableDescription"]["ImportArn"]
