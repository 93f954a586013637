"""Encryption steps: there and back, and nothing but the right key gives a value again."""

import base64
import hmac
from contextlib import closing
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from labkit.cloud.databrew.recipe import RecipeContext, RecipeError, Step, compile_recipe
from labkit.cloud.databrew.recipe.parts.ciphers import sealed
from labkit.cloud.databrew.recipe.parts.envelopes import Reader, encrypted
from labkit.cloud.engine import Session
from tests.databrew.keys import Master
from tests.databrew.lake import READ_AND_WRITE, Lake
from tests.roles import make_role

SOURCE = """SELECT * FROM (VALUES
    (1, 'Ada Lovelace', DATE '1815-12-10', 1.5::DOUBLE),
    (2, '', NULL, NULL),
    (NULL, 'Éva 💡', NULL, 0)) AS t(id, name, born, rate)"""
COLUMNS = '["id", "name", "born", "rate"]'
KEY = {"sourceColumns": COLUMNS, "kmsKeyArn": "one"}
SECRET = {"sourceColumns": COLUMNS, "secretId": "one"}


def secret(name: str, version: str = "") -> bytes:
    return (name + version).encode().ljust(32, b".")


def run(session: Session, *steps: tuple[str, dict[str, str]], source: str = SOURCE) -> Any:
    with closing(RecipeContext(session, secret=secret, master_key=Master)) as context:
        made = compile_recipe(
            [Step(*step) for step in steps], source, context.describe(source), context
        )
        return [str(column.type) for column in made.columns], context.rows(made.statement)


def test_what_is_encrypted_comes_back_in_its_type(session: Session) -> None:
    plain = run(session)
    _, hidden = run(session, ("ENCRYPT", KEY))
    assert run(session, ("ENCRYPT", KEY), ("DECRYPT", KEY)) == plain
    assert all(
        (before is None) == (after is None) and before != after
        for old, new in zip(plain[1], hidden, strict=True)
        for before, after in zip(old, new, strict=True)
        if before is not None or after is not None
    )


def test_equal_values_are_encrypted_unlike_each_other(session: Session) -> None:
    _, rows = run(session, ("ENCRYPT", KEY | {"sourceColumns": '["n"]'}), source="SELECT 7 AS n")
    _, again = run(session, ("ENCRYPT", KEY | {"sourceColumns": '["n"]'}), source="SELECT 7 AS n")
    assert rows != again


def test_types_that_are_not_kept_come_back_as_text(session: Session) -> None:
    types, rows = run(session, ("ENCRYPT", KEY | {"preserveDataType": "false"}), ("DECRYPT", KEY))
    assert set(types) == {"varchar"}
    assert rows[0] == ("1", "Ada Lovelace", "1815-12-10", "1.5")


def test_another_key_is_an_error(session: Session) -> None:
    with pytest.raises(RecipeError, match=r"Step 2 \(DECRYPT\): .* with another key"):
        run(session, ("ENCRYPT", KEY), ("DECRYPT", KEY | {"kmsKeyArn": "two"}))


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 8192, 10_000])
def test_values_of_any_size_come_back(size: int) -> None:
    text = "é" * (size // 2) + "e" * (size % 2)
    assert Reader(Master("one")).text(encrypted(Master("one"), "string")(text)) == text


def test_a_changed_value_is_an_error() -> None:
    text = encrypted(Master("one"), "string")("secret")
    assert text is not None
    for at in (10, -30, -1):  # what the header's tag covers, that tag, and the body's
        data = bytearray(base64.b64decode(text))
        data[at] ^= 1
        with pytest.raises(RecipeError, match="was changed since"):
            Reader(Master("one")).text(base64.b64encode(data).decode())


#: 'Ada', encrypted by aws-encryption-sdk 4.0.7, and the data key that KMS made for it.
ADA = (
    "AgR4MVZunApQGemSyMPgY7m9cwGYJHSQGHRjGoIDUJMiBoUAGgABAA5jb2x1bW5EYXRhVHlwZQAGc3RyaW5nAAEA"
    "B2F3cy1rbXMAS2Fybjphd3M6a21zOnVzLWVhc3QtMToxMjM0NTY3ODkwMTI6a2V5LzVmZDkxNjc0LTc5YmEtNGI3"
    "MC05MTNkLWExM2JhOGQwMTg5MgBgNWZkOTE2NzQtNzliYS00YjcwLTkxM2QtYTEzYmE4ZDAxODkytsqzK7WBJ6Ka"
    "h98cGkEPcVE8Vv3T8yUk4MUt9whYpHtEi9EN5XFB7frP4K7kGIIkM4IQt8o4X5hxKzGHAgAAEADL7s2dWuRUHAeO"
    "aotNWL4+irQqQ/fB4aS94PA4cMkK59ZTctrt9OQvDoSwv6Ve1yf/////AAAAAQAAAAAAAAAAAAAAAQAAAAMCmBpM"
    "5uysI3sf4dfaQaFQmsTR"
)
DATA_KEY = "87b274f2737d27399bab0b28200ff6d27e870a09c6595206b338b2d0cbbc768f"
ARN = "arn:aws:kms:us-east-1:123456789012:key/5fd91674-79ba-4b70-913d-a13ba8d01892"


def test_a_message_of_the_encryption_sdk_is_read() -> None:
    """The other way round the SDK reads ours: what is written is read by the same rules."""
    master = Master("one")
    master.arn = ARN
    master.unwrap = lambda wrapped, context: bytes.fromhex(DATA_KEY)  # type: ignore[method-assign]
    reader = Reader(master)
    assert (reader.text(ADA), reader.kind(ADA)) == ("Ada", "string")


def test_entities_alone_are_encrypted(session: Session) -> None:
    step = (
        "ENCRYPT",
        {"sourceColumns": '["t"]', "kmsKeyArn": "one", "entityTypeFilter": '["EMAIL"]'},
    )
    _, rows = run(session, step, source="SELECT 'write to ada@x.org' AS t")
    assert rows[0][0].startswith("write to ")
    assert "ada@x.org" not in rows[0][0]


def test_deterministic_encryption_is_the_same_each_time_and_comes_back(session: Session) -> None:
    hidden = run(session, ("DETERMINISTIC_ENCRYPT", SECRET))
    assert hidden == run(session, ("DETERMINISTIC_ENCRYPT", SECRET))
    back = run(session, ("DETERMINISTIC_ENCRYPT", SECRET), ("DETERMINISTIC_DECRYPT", SECRET))
    assert back[1][0] == ("1", "Ada Lovelace", "1815-12-10", "1.5")
    assert back[1][2] == (None, "Éva 💡", None, "0.0")


@pytest.mark.parametrize("other", [{"secretId": "two"}, {"secretVersion": "2"}], ids=str)
def test_another_secret_or_version_leaves_values_as_they_are(
    session: Session, other: dict[str, str]
) -> None:
    hidden = run(session, ("DETERMINISTIC_ENCRYPT", SECRET))
    wrong = ("DETERMINISTIC_DECRYPT", SECRET | other)
    assert run(session, ("DETERMINISTIC_ENCRYPT", SECRET), wrong) == hidden


def test_deterministic_encryption_is_aes_gcm_siv_of_256_bits() -> None:
    text = sealed(b"k" * 32)("Ada")
    assert text is not None
    assert AESGCMSIV(b"k" * 32).decrypt(bytes(12), base64.b64decode(text), None) == b"Ada"


def test_a_secret_is_made_where_it_is_missing(lake: Lake) -> None:
    """As ``databrew!default`` of the console's recipes is, by who may; it stays."""
    name = f"databrew!{lake.name}"
    step = {
        "Operation": "CRYPTOGRAPHIC_HASH",
        "Parameters": {
            "sourceColumns": '["a"]', "secretId": name, "createSecretIfMissing": "true"
        },
    }  # fmt: skip
    actions = ["secretsmanager:CreateSecret", "secretsmanager:GetSecretValue"]
    secrets = {
        "Effect": "Allow",
        "Action": actions,
        "Resource": f"arn:aws:secretsmanager:*:*:secret:{name}-*",
    }
    role = make_role(lake.client("iam"), f"{lake.name}-secret", "databrew", READ_AND_WRITE, secrets)
    lake.put("in/secret.csv", "a\nx\n")
    data = lake.dataset("in/secret.csv")
    may_not, may = (
        lake.recipe_job(data, {"Action": step}, RoleArn=each, Outputs=[lake.output("secret")])
        for each in (lake.role, role)
    )
    assert "secretsmanager:CreateSecret" in lake.fail(may_not)
    key = [lake.get(lake.written(lake.run(may), "secret")[0]) for _ in range(2)]
    manager = lake.client("secretsmanager")
    value = base64.b64decode(manager.get_secret_value(SecretId=name)["SecretString"])
    digest = base64.b64encode(hmac.digest(value, b"x", "sha256")).decode()
    assert key == [f"a\n{digest}\n".encode()] * 2
