"""The AWS CLI as a program, as a learner types it in a terminal after ``labkit env``."""

import base64
import json
import os
import urllib.request
import zipfile

import pytest

from tests.conftest import wait_for
from tests.roles import policy, trust


@pytest.fixture(scope="module")
def shelf(aws_cli):
    """A bucket made by the CLI."""
    assert aws_cli("s3", "mb", "s3://shelf").out == "make_bucket: shelf\n"
    return "s3://shelf"


@pytest.fixture
def say(aws_cli):
    """``say("sts", "get-caller-identity")``: the JSON that a command prints."""

    def run(*arguments, **options):
        done = aws_cli(*arguments, "--output", "json", **options)
        assert done.code == 0, done.err
        return json.loads(done.out) if done.out.strip() else None

    return run


def test_who_am_i(say):
    assert say("sts", "get-caller-identity")["Arn"].endswith(":user/learner")


def test_files_up_and_down(aws_cli, shelf, tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    assert aws_cli("s3", "cp", "a.txt", f"{shelf}/up/a.txt", folder=tmp_path).code == 0
    listed = aws_cli("s3", "ls", f"{shelf}/up/").out.split()
    assert listed[2:] == ["5", "a.txt"]
    assert aws_cli("s3", "cp", f"{shelf}/up/a.txt", "-").out == "hello"
    assert aws_cli("s3", "mv", f"{shelf}/up/a.txt", f"{shelf}/up/b.txt").code == 0
    assert aws_cli("s3", "rm", f"{shelf}/up/", "--recursive").out == f"delete: {shelf}/up/b.txt\n"


def test_a_large_file_goes_in_parts(aws_cli, shelf, tmp_path):
    content = bytes(range(256)) * 80_000
    (tmp_path / "large").write_bytes(content)
    assert aws_cli("s3", "cp", "large", f"{shelf}/large", folder=tmp_path).code == 0
    assert aws_cli("s3", "cp", f"{shelf}/large", "back", folder=tmp_path).code == 0
    assert (tmp_path / "back").read_bytes() == content


def test_a_folder_kept_in_step(aws_cli, shelf, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (1e9, 1e9))  # S3 tells seconds: older than the upload's own
    first = aws_cli("s3", "sync", ".", f"{shelf}/folder", folder=tmp_path)
    assert first.out.count("upload:") == 2
    assert aws_cli("s3", "sync", ".", f"{shelf}/folder", folder=tmp_path).out == ""
    (tmp_path / "two").unlink()
    gone = aws_cli("s3", "sync", ".", f"{shelf}/folder", "--delete", folder=tmp_path)
    assert gone.out == f"delete: {shelf}/folder/two\n"
    summary = aws_cli("s3", "ls", shelf, "--recursive", "--summarize", "--human-readable").out
    assert "folder/one" in summary


def test_a_presigned_address(aws_cli, shelf, tmp_path):
    (tmp_path / "p").write_text("secret")
    aws_cli("s3", "cp", "p", f"{shelf}/p", folder=tmp_path)
    address = aws_cli("s3", "presign", f"{shelf}/p").out.strip()
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"secret"


def test_s3api(say, shelf, tmp_path):
    (tmp_path / "body").write_text("0123456789")
    where = ("--bucket", "shelf", "--key", "api")
    put = say("s3api", "put-object", *where, "--body", "body", folder=tmp_path)
    assert put["ETag"] == '"781e5e245d69b566979b86e28d23f2c7"'
    got = say("s3api", "get-object", *where, "--range", "bytes=2-4", "out", folder=tmp_path)
    assert got["ContentRange"] == "bytes 2-4/10"
    assert (tmp_path / "out").read_text() == "234"
    head = say("s3api", "head-object", *where)
    assert (head["ContentLength"], head["ServerSideEncryption"]) == (10, "AES256")
    keys = say("s3api", "list-objects-v2", "--bucket", "shelf", "--query", "Contents[].Key")
    assert "api" in keys


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("s3", "ls", "s3://no-such-bucket-here"), "NoSuchBucket"),
        (("s3api", "get-object", "--bucket", "shelf", "--key", "no", "/dev/null"), "NoSuchKey"),
        (("glue", "get-table", "--database-name", "no", "--name", "no"), "EntityNotFoundException"),
        (("athena", "get-query-execution", "--query-execution-id", "no"), "InvalidRequestExc"),
        (("kms", "describe-key", "--key-id", "alias/none"), "NotFoundException"),
        (("ssm", "get-parameter", "--name", "none"), "ParameterNotFound"),
        (("lambda", "get-function", "--function-name", "none"), "ResourceNotFoundException"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]} {value[1]}",
)
def test_an_error_has_its_code(aws_cli, shelf, command, code):
    done = aws_cli(*command)
    assert done.code != 0
    assert code in done.err


def test_a_crawl_and_a_query(aws_cli, say, shelf, tmp_path):
    (tmp_path / "d.csv").write_text("id,name\n1,ann\n2,bob\n3,cid\n")
    aws_cli("s3", "cp", "d.csv", f"{shelf}/people/d.csv", folder=tmp_path)
    document = policy(trust("glue"))
    role = ("--role-name", "cli-crawler")
    say("iam", "create-role", *role, "--assume-role-policy-document", document)
    may = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    say("iam", "attach-role-policy", *role, "--policy-arn", may)
    say("glue", "create-database", "--database-input", '{"Name": "cli"}')
    targets = json.dumps({"S3Targets": [{"Path": f"{shelf}/people/"}]})
    crawler = ("--name", "cli", "--role", "cli-crawler", "--database-name", "cli")
    say("glue", "create-crawler", *crawler, "--targets", targets)
    say("glue", "start-crawler", "--name", "cli")
    asked = ("glue", "get-crawler", "--name", "cli", "--query", "Crawler.State")
    wait_for(lambda: say(*asked) == "READY")
    name = "TableList[].[Name, Parameters.recordCount]"
    assert say("glue", "get-tables", "--database-name", "cli", "--query", name) == [["people", "3"]]
    sql = "SELECT count(*) AS n FROM people"
    started = say(
        "athena", "start-query-execution", "--query-string", sql, "--query-execution-context",
        "Database=cli", "--result-configuration", f"OutputLocation={shelf}/results/",
    )  # fmt: skip
    query = ("--query-execution-id", started["QueryExecutionId"])
    state = ("--query", "QueryExecution.Status.State")
    asked = ("athena", "get-query-execution", *query, *state)
    wait_for(lambda: say(*asked) not in ("QUEUED", "RUNNING"))
    rows = say("athena", "get-query-results", *query, "--query", "ResultSet.Rows[].Data[]")
    assert rows == [{"VarCharValue": "n"}, {"VarCharValue": "3"}]


def test_kms(say, tmp_path):
    (tmp_path / "plain").write_text("hello")
    key = say("kms", "create-key", "--query", "KeyMetadata.KeyId")
    say("kms", "create-alias", "--alias-name", "alias/cli", "--target-key-id", key)
    ask = ("kms", "encrypt", "--key-id", "alias/cli", "--plaintext", "fileb://plain")
    blob = say(*ask, "--query", "CiphertextBlob", folder=tmp_path)
    (tmp_path / "blob").write_bytes(base64.b64decode(blob))
    ask = ("kms", "decrypt", "--ciphertext-blob", "fileb://blob")
    back = say(*ask, "--query", "Plaintext", folder=tmp_path)
    assert back == "aGVsbG8="


def test_lambda(say, tmp_path):
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as code:
        code.writestr("f.py", "def handler(event, context): return {'twice': event['n'] * 2}")
    document = policy(trust("lambda"))
    role = ("--role-name", "cli-lambda", "--assume-role-policy-document", document)
    arn = say("iam", "create-role", *role, "--query", "Role.Arn")
    say(
        "lambda", "create-function", "--function-name", "twice", "--runtime", "python3.12",
        "--handler", "f.handler", "--role", arn, "--zip-file", "fileb://f.zip", folder=tmp_path,
    )  # fmt: skip
    (tmp_path / "event").write_text('{"n": 21}')
    event = ("--payload", "fileb://event", "out")
    said = say("lambda", "invoke", "--function-name", "twice", *event, folder=tmp_path)
    assert said["StatusCode"] == 200
    assert json.loads((tmp_path / "out").read_text()) == {"twice": 42}


def test_parameters_and_rules(say):
    say("ssm", "put-parameter", "--name", "/cli/a", "--value", "1", "--type", "String")
    value = ("--query", "Parameter.Value")
    assert say("ssm", "get-parameter", "--name", "/cli/a", *value) == "1"
    rule = ("--name", "cli", "--schedule-expression", "rate(1 day)", "--state", "DISABLED")
    assert say("events", "put-rule", *rule)["RuleArn"].endswith(":rule/cli")


def test_an_emptied_bucket_goes(aws_cli):
    aws_cli("s3", "mb", "s3://goes-again")
    assert aws_cli("s3", "rb", "s3://goes-again").out == "remove_bucket: goes-again\n"
