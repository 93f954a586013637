"""Personally identifiable information: hashed, encrypted, decrypted.

Values are read and written as text. Keys come from Secrets Manager and KMS.

Source: https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions.pii.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from labkit.cloud.databrew.recipe.column import Column
from labkit.cloud.databrew.recipe.errors import RecipeError
from labkit.cloud.databrew.recipe.parameters import Columns, Texts
from labkit.cloud.databrew.recipe.parts.ciphers import Work, hashed, sealed, unsealed
from labkit.cloud.databrew.recipe.parts.entities import only_entities
from labkit.cloud.databrew.recipe.parts.envelopes import Reader, encrypted
from labkit.cloud.databrew.recipe.registry import category
from labkit.cloud.databrew.recipe.relation import Relation
from labkit.cloud.databrew.recipe.types import NAMES, shown

operation = category("PII")

Algorithm = Literal[
    "MD5", "SHA1", "SHA256", "SHA512", "HMAC_MD5", "HMAC_SHA1", "HMAC_SHA256", "HMAC_SHA512"
]


@operation("CRYPTOGRAPHIC_HASH")
def cryptographic_hash(
    table: Relation,
    *,
    source_columns: Columns,
    secret_id: str | None = None,
    secret_version: str | None = None,
    entity_type_filter: Texts = (),
    create_secret_if_missing: bool = False,
    algorithm: Algorithm = "HMAC_SHA256",
) -> Relation:
    """Values replaced by their hash in base64; with a secret key for the algorithms of HMAC."""
    key = b""
    if algorithm.startswith("HMAC_"):
        key = _secret(table, secret_id, secret_version, create_secret_if_missing)
    return _changed(table, source_columns, hashed(algorithm, key), entity_type_filter)


@operation("ENCRYPT")
def encrypt(
    table: Relation,
    *,
    source_columns: Columns,
    kms_key_arn: str,
    entity_type_filter: Texts = (),
    preserve_data_type: bool = True,
) -> Relation:
    """Values replaced by messages of the AWS Encryption SDK in base64, each unlike any other."""
    master = table.context.master_key(kms_key_arn)
    for each in source_columns:
        kind = shown(each.type) if preserve_data_type and not entity_type_filter else ""
        table = _changed(table, [each], encrypted(master, kind), entity_type_filter)
    return table


@operation("DECRYPT")
def decrypt(table: Relation, *, source_columns: Columns, kms_key_arn: str) -> Relation:
    """What `ENCRYPT` made as it was, in the type that it had; another key fails."""
    reader = Reader(table.context.master_key(kms_key_arn))
    function = table.context.function(reader.text, ["VARCHAR"], "VARCHAR")
    return table.put_all(
        (each.name, _typed(f"{function}({each.text})", _kind(table, each, reader)))
        for each in source_columns
    )


@operation("DETERMINISTIC_ENCRYPT")
def deterministic_encrypt(
    table: Relation,
    *,
    source_columns: Columns,
    secret_id: str,
    secret_version: str | None = None,
    entity_type_filter: Texts = (),
    create_secret_if_missing: bool = False,
) -> Relation:
    """Values replaced by ciphertext in base64, equal ones by equal ones."""
    work = sealed(_secret(table, secret_id, secret_version, create_secret_if_missing))
    return _changed(table, source_columns, work, entity_type_filter)


@operation("DETERMINISTIC_DECRYPT")
def deterministic_decrypt(
    table: Relation, *, source_columns: Columns, secret_id: str, secret_version: str | None = None
) -> Relation:
    """What `DETERMINISTIC_ENCRYPT` made as text again; with another secret nothing changes."""
    return _changed(table, source_columns, unsealed(_secret(table, secret_id, secret_version)), ())


def _secret(table: Relation, name: str | None, version: str | None, create: bool = False) -> bytes:
    if not name:
        raise RecipeError("The parameter 'secretId' is missing.")
    which = (name, version) if version else (name,)
    return table.context.secret(*which, **({"create": True} if create else {}))


def _changed(
    table: Relation, columns: Sequence[Column], work: Work, entities: Sequence[str]
) -> Relation:
    """Columns by a function of their text; or only the entities that are found in it."""
    done = only_entities(work, entities) if entities else work
    function = table.context.function(done, ["VARCHAR"], "VARCHAR")
    return table.put_all((each.name, f"{function}({each.text})") for each in columns)


def _kind(table: Relation, column: Column, reader: Reader) -> str:
    """The type that the first encrypted value of a column keeps; it must be of the same key."""
    found = table.look(column.text, f"WHERE NOT {column.missing} LIMIT 1")
    if not found:
        return ""
    reader.text(found[0][0])
    return reader.kind(found[0][0])


def _typed(sql: str, kind: str) -> str:
    return f"TRY_CAST({sql} AS {NAMES[kind].duckdb})" if kind in NAMES else sql
