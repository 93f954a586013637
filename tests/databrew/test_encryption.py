"""Encryption steps: there and back, and nothing but the right key gives a value again."""

import base64
import hmac
from contextlib import closing
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from labkit.cloud.databrew.recipe import RecipeContext, RecipeError, Step, compile_recipe
from labkit.cloud.databrew.recipe.parts.ciphers import decrypted, encrypted, sealed
from labkit.cloud.engine import Session
from tests.databrew.lake import READ_AND_WRITE, Lake, make_role

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
    with closing(RecipeContext(session, secret=secret)) as context:
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


def test_a_changed_value_is_an_error() -> None:
    text = encrypted(b"k" * 32, "string")("secret")
    assert text is not None
    with pytest.raises(RecipeError, match="was changed since"):
        decrypted(b"k" * 32)(text[:-6] + "AAAA==")


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
    role = make_role(lake.client("iam"), f"{lake.name}-secret", READ_AND_WRITE, secrets)
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
