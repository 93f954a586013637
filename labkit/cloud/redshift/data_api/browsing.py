"""ListDatabases, ListSchemas, ListTables, DescribeTable: the catalog without SQL."""

from __future__ import annotations

from typing import Any

from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.engine.redshift.words import quoted_string
from labkit.cloud.operations import Answer, AwsError, Context, operation
from labkit.cloud.paging import page
from labkit.cloud.redshift.data_api.target import find_target
from labkit.cloud.redshift.words import invalid

_TARGET = ("ClusterIdentifier", "WorkgroupName", "DbUser", "SecretArn")


def _rows(context: Context, members: dict[str, Any], sql: str) -> list[dict[str, Any]]:
    database = members.get("ConnectedDatabase") or members.get("Database")
    told = {name: members[name] for name in _TARGET if members.get(name)}
    target = find_target(context, Database=database, **told)
    try:
        connection = target.connect(context.cloud)
        try:
            result = connection.run(sql)
        finally:
            connection.close()
    except RedshiftError as error:
        raise AwsError("DatabaseConnectionException", str(error), 500) from error
    names = [column.name for column in result.columns]
    values = result.rows.to_pydict().values() if result.rows is not None else []
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def _page(name: str, items: list[Any], members: dict[str, Any]) -> Answer:
    size = members.get("MaxResults") or 1000
    bad = invalid("Invalid NextToken")
    return page(name, items, size, members.get("NextToken"), bad, question=name)


@operation("redshift-data", "ListDatabases")
def list_databases(context: Context, **members: Any) -> Answer:
    sql = "SELECT database_name AS name FROM svv_redshift_databases ORDER BY 1"
    return _page("Databases", [row["name"] for row in _rows(context, members, sql)], members)


@operation("redshift-data", "ListSchemas")
def list_schemas(context: Context, **members: Any) -> Answer:
    sql = (
        "SELECT schema_name AS name FROM svv_all_schemas WHERE database_name = "
        f"{quoted_string(members['Database'].lower())} "
        f"AND {_like('schema_name', members, 'SchemaPattern')} ORDER BY 1"
    )
    return _page("Schemas", [row["name"] for row in _rows(context, members, sql)], members)


def _like(column: str, members: dict[str, Any], name: str) -> str:
    """A condition: names fold to lower case, unless they were made with capitals."""
    told = members.get(name) or "%"
    return f"({column} LIKE {quoted_string(told)} OR {column} LIKE {quoted_string(told.lower())})"


@operation("redshift-data", "ListTables")
def list_tables(context: Context, **members: Any) -> Answer:
    """Those of the system, too, where a pattern of schemas is for them."""
    sql = (
        "SELECT table_name AS name, table_type AS type, schema_name AS schema FROM svv_all_tables "
        f"WHERE database_name = {quoted_string(members['Database'].lower())}"
    )
    if members.get("SchemaPattern"):
        sql += f" UNION ALL {_SYSTEM_TABLES}"
    told = (
        f"SELECT * FROM ({sql}) found WHERE {_like('schema', members, 'SchemaPattern')} "
        f"AND {_like('name', members, 'TablePattern')} ORDER BY 3, 1"
    )
    return _page("Tables", _rows(context, members, told), members)


_SYSTEM = "('information_schema', 'pg_catalog')"
_SYSTEM_TABLES = (
    "SELECT relname, 'SYSTEM TABLE', nspname FROM pg_class c JOIN pg_namespace n "
    f"ON n.oid = c.relnamespace WHERE nspname IN {_SYSTEM} AND relkind IN ('r', 'v')"
)


@operation("redshift-data", "DescribeTable")
def describe_table(context: Context, **members: Any) -> Answer:
    """The columns of a table; without one, of all tables of the schema, or of all schemas.

    Source: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeTable.html
    """
    named = [("database_name", "Database"), ("schema_name", "Schema"), ("table_name", "Table")]
    wanted = " AND ".join(
        f"{column} IN ({quoted_string(members[name])}, {quoted_string(members[name].lower())})"
        for column, name in named
        if members.get(name)
    )
    order = "ORDER BY schema_name, table_name, ordinal_position"
    rows = _rows(context, members, f"SELECT * FROM svv_all_columns WHERE {wanted} {order}")
    if not rows and members.get("Table"):
        own = wanted.partition(" AND ")[2]  # the system's tables are those of any database
        rows = _rows(context, members, f"SELECT * FROM ({_SYSTEM_COLUMNS}) c WHERE {own} {order}")
    columns = [_column(row) for row in rows]
    told = {"TableName": members["Table"]} if members.get("Table") else {}
    return told | _page("ColumnList", columns, members)


_SYSTEM_COLUMNS = (
    "SELECT table_schema AS schema_name, table_name, column_name, ordinal_position, "
    "column_default, is_nullable, data_type, character_maximum_length, numeric_precision, "
    f"numeric_scale FROM svv_columns WHERE table_schema IN {_SYSTEM}"
)


def _column(row: dict[str, Any]) -> dict[str, Any]:
    text = row["data_type"].startswith("character")
    size = row["character_maximum_length"] or row["numeric_precision"] or 0
    found = {
        "isCaseSensitive": text,
        "isCurrency": False,
        "isSigned": row["numeric_precision"] is not None,
        "label": row["column_name"],
        "length": size,
        "name": row["column_name"],
        "nullable": int(row["is_nullable"] == "YES"),
        "precision": size,
        "scale": row["numeric_scale"] or 0,
        "schemaName": row["schema_name"],
        "tableName": row["table_name"],
        "typeName": _TYPE_NAMES.get(row["data_type"], row["data_type"]),
    }
    default = row["column_default"]
    return found | ({"columnDefault": default} if default else {})


_TYPE_NAMES = {
    "character varying": "varchar", "character": "bpchar", "integer": "int4", "bigint": "int8",
    "smallint": "int2", "double precision": "float8", "real": "float4", "boolean": "bool",
    "timestamp without time zone": "timestamp", "timestamp with time zone": "timestamptz",
    "binary varying": "varbyte",
}  # fmt: skip
