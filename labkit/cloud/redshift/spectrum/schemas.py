"""External schemas: names in a database for a database of the Glue catalog, and by which role.

The role is asked when the schema is used, not when it is made. Schemas on PostgreSQL, MySQL,
streams and other warehouses are kept on record and cannot be read here. Source:
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_SCHEMA.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import Words
from labkit.cloud.lake.catalog import GlueCatalog
from labkit.cloud.lake.metastore import CATALOG
from labkit.cloud.redshift.keys import place_of
from labkit.cloud.redshift.spectrum.access import principal_of
from labkit.cloud.redshift.spectrum.words import spectrum_words
from labkit.cloud.redshift.warehouse import grants
from labkit.cloud.redshift.warehouse.connection import Connection
from labkit.cloud.redshift.warehouse.objects import Object
from labkit.cloud.redshift.warehouse.registry import Parsed, Result, statement
from labkit.cloud.redshift.warehouse.statements.schemas import DROPPERS, find_schema

GLUE = "DATA CATALOG"
#: Where a schema may come from → the number that ``SVV_EXTERNAL_SCHEMAS`` has for it.
SOURCES = {
    GLUE: 1, "HIVE METASTORE": 2, "POSTGRES": 3, "REDSHIFT": 4, "MYSQL": 7, "KINESIS": 8,
    "MSK": 9, "KAFKA": 9,
}  # fmt: skip
_TEXTS = ("DATABASE", "SCHEMA", "REGION", "SECRET_ARN", "CATALOG_ID", "URI", "AUTHENTICATION_ARN",
          "CLUSTER_ARN")  # fmt: skip


@dataclass(frozen=True)
class External:
    """A schema on the Glue catalog, as a statement uses it.

    Args:
        database: Glue's.
        role: an ARN, ARNs in a chain, ``default``, or ``SESSION`` for the user's own.
        region: of the catalog; empty for the warehouse's.
    """

    name: str
    database: str
    role: str
    region: str = ""

    def catalog(self, connection: Connection) -> GlueCatalog:
        """The catalog, read as the schema's role."""
        cloud = connection.warehouse.cloud
        principal = principal_of(connection, self.role)
        region, author = self.region_of(connection), connection.author
        return GlueCatalog(
            cloud, principal, region, self.database, author=author, digits=6, projects=False
        )

    def region_of(self, connection: Connection) -> str:
        return self.region or place_of(connection.warehouse.key.partition("/")[2])[0]


def find(connection: Connection, parts: tuple[str, ...]) -> External | None:
    """The external schema of a name; None for a local schema, or none.

    Args:
        parts: schema, or database and schema; ``awsdatacatalog`` has Glue's databases as schemas.

    Raises:
        RedshiftError: the user may not use it, or it cannot be read here.
    """
    if len(parts) == 2 and parts[0] == CATALOG:
        return External(parts[1], parts[1], "SESSION")
    database = parts[0] if len(parts) == 2 else connection.database
    found = connection.objects.find("schema", parts[-1], database=database)
    told = found.body if found else {}
    if found is None or told.get("type") != "external" or told["source"] == "REDSHIFT":
        return None
    grants.check(connection, found, "USAGE")
    return external(found)


def external(schema: Object) -> External:
    """What a schema's record says."""
    told = schema.body
    if told["source"] != GLUE:
        raise RedshiftError(
            f'External schema "{schema.name}" is on {told["source"]}, which the local AWS does not '
            "read",
            "0A000",
        )
    return External(schema.name, told["database"].lower(), told["role"], told.get("region", ""))


@statement("CREATE EXTERNAL SCHEMA")
def create_external_schema(connection: Connection, parsed: Parsed) -> Result:
    words = parsed.words
    words.expect("CREATE", "EXTERNAL", "SCHEMA")
    missing_only = words.accept("IF", "NOT", "EXISTS")
    name = words.identifier()
    body = _body(words)
    _check_catalog(connection, body)
    if connection.objects.find("schema", name, database=connection.database):
        if missing_only:
            return Result("CREATE SCHEMA")
        raise RedshiftError(f'Schema "{name}" already exists', "42P06")
    found = connection.objects.find("database", connection.database)
    if found:
        grants.check(connection, found, "CREATE")
    if body.pop("make", False):
        _make_database(connection, body)
    one = Object("schema", connection.database, "", name, owner=connection.user, body=body)
    connection.objects.add(one)
    return Result("CREATE SCHEMA")


def _check_catalog(connection: Connection, body: dict[str, Any]) -> None:
    account = connection.warehouse.cloud.account
    if body.get("catalog_id", account) != account:
        raise RedshiftError("Catalogs of other accounts are not read by the local AWS", "0A000")


def _body(words: Words) -> dict[str, Any]:
    words.expect("FROM")
    source = next((s for s in SOURCES if words.accept(*s.split())), "")
    if not source:
        raise words.refuse()
    body: dict[str, Any] = {"type": "external", "source": source, "database": "", "role": ""}
    while not (words.ended or words.peek(";")):
        body |= _clause(words)
    words.end()
    if source == GLUE and not body["database"]:
        raise RedshiftError("DATABASE is required for an external schema", "42601")
    if source == GLUE and not body["role"]:
        raise RedshiftError("IAM_ROLE is required for an external schema", "42601")
    return body


def _clause(words: Words) -> dict[str, Any]:
    if words.accept("CREATE", "EXTERNAL", "DATABASE"):
        words.accept("IF", "NOT", "EXISTS")
        return {"make": True}
    if words.accept("PORT"):
        return {"port": words.number()}
    if words.accept("AUTHENTICATION"):
        return {"authentication": words.identifier()}
    for clause, member in (("IAM_ROLE", "role"), ("CATALOG_ROLE", "catalog_role")):
        if words.accept(clause):
            return {member: "default" if words.accept("DEFAULT") else words.string()}
    found = words.accept_one(*_TEXTS)
    if not found:
        raise words.refuse()
    return {found.lower(): words.string()}


def _make_database(connection: Connection, body: dict[str, Any]) -> None:
    schema = External("", body["database"].lower(), body["role"], body.get("region", ""))
    metastore = schema.catalog(connection).metastore
    if metastore.database(schema.database) is None:
        metastore.author = ""  # there whatever becomes of the schema
        with spectrum_words(connection, schema):
            metastore.create_database(schema.database, {"Name": schema.database})


@statement("ALTER EXTERNAL SCHEMA")
def alter_external_schema(connection: Connection, parsed: Parsed) -> Result:
    """``ALTER EXTERNAL SCHEMA name [IAM_ROLE ...] [URI ...] ...``"""
    words = parsed.words
    words.expect("ALTER", "EXTERNAL", "SCHEMA")
    found = find_schema(connection, words.identifier())
    grants.check_owner(connection, found)
    if found.body.get("type") != "external":
        raise RedshiftError(f'schema "{found.name}" is not an external schema', "42809")
    changes: dict[str, Any] = {}
    while not (words.ended or words.peek(";")):
        changes |= _clause(words)
    _check_catalog(connection, changes)
    connection.objects.replace(found.changed(**changes))
    return Result("ALTER SCHEMA")


def _drop_database(connection: Connection, schema: Object, cascade: bool) -> None:
    """``DROP SCHEMA name DROP EXTERNAL DATABASE``: the catalog's database with it.

    With CASCADE its tables go too; files stay. Source:
    https://docs.aws.amazon.com/redshift/latest/dg/r_DROP_SCHEMA.html
    """
    if schema.body.get("type") != "external":
        raise RedshiftError(f'schema "{schema.name}" is not an external schema', "42809")
    place = external(schema)
    catalog = place.catalog(connection)
    if catalog.metastore.tables(place.database) and not cascade:
        raise RedshiftError(f"External database {place.database} is not empty", "2BP01")
    if catalog.metastore.database(place.database) is not None:
        catalog.metastore.author = ""  # done when the schema is gone too
        with spectrum_words(connection, place):
            catalog.metastore.delete_database(place.database)


DROPPERS.append(_drop_database)
