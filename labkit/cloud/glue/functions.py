"""User-defined functions of databases: records for Hive-compatible engines, which run them.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-functions.html
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from labkit.cloud.glue.records import answers, find_database, glue, lists
from labkit.cloud.glue.words import exists, invalid, not_found
from labkit.cloud.operations import Answer, Context

Function = dict[str, Any]


@answers("CreateUserDefinedFunction")
def create_user_defined_function(
    context: Context, *, DatabaseName: str, FunctionInput: Function, **_: Any
) -> Answer:
    database = find_database(context, DatabaseName)
    name = _named(FunctionInput)
    if name in _functions(database):
        raise exists("Function")
    _functions(database)[name] = _made(context, database.name, FunctionInput)
    return {}


@answers("UpdateUserDefinedFunction")
def update_user_defined_function(
    context: Context, *, DatabaseName: str, FunctionName: str, FunctionInput: Function, **_: Any
) -> Answer:
    old = _find(context, DatabaseName, FunctionName)
    known = _functions(find_database(context, DatabaseName))
    name = _named(FunctionInput)
    if name != FunctionName.lower() and name in known:
        raise exists("Function")
    del known[FunctionName.lower()]
    made = _made(context, old["DatabaseName"], FunctionInput)
    known[name] = made | {"CreateTime": old["CreateTime"]}
    return {}


@answers("GetUserDefinedFunction")
def get_user_defined_function(
    context: Context, *, DatabaseName: str, FunctionName: str, **_: Any
) -> Answer:
    return {"UserDefinedFunction": _find(context, DatabaseName, FunctionName)}


@lists("GetUserDefinedFunctions", "UserDefinedFunctions", most=100)
def get_user_defined_functions(
    context: Context, *, Pattern: str, DatabaseName: str | None = None, **_: Any
) -> list[Function]:
    """Functions whose names match a pattern, of one database or of all."""
    databases = (
        [find_database(context, DatabaseName)]
        if DatabaseName
        else list(glue(context).databases.values())
    )
    try:
        pattern = re.compile(re.sub(r"(?<!\.)\*", ".*", Pattern), re.IGNORECASE)
    except re.error as error:
        raise invalid(f"The pattern is not valid: {error}") from error
    return [
        function
        for database in databases
        for name, function in sorted(_functions(database).items())
        if pattern.fullmatch(name)
    ]


@answers("DeleteUserDefinedFunction")
def delete_user_defined_function(
    context: Context, *, DatabaseName: str, FunctionName: str, **_: Any
) -> Answer:
    _find(context, DatabaseName, FunctionName)
    del _functions(find_database(context, DatabaseName))[FunctionName.lower()]
    return {}


def _functions(database: Any) -> dict[str, Function]:
    if not hasattr(database, "functions"):
        database.functions = {}
    found: dict[str, Function] = database.functions
    return found


def _find(context: Context, database: str, name: str) -> Function:
    found = _functions(find_database(context, database)).get(name.lower())
    if found is None:
        raise not_found(f"Function {name} not found.")
    return found


def _named(given: Function) -> str:
    if not given.get("FunctionName"):
        raise invalid("Function name cannot be null or empty.")
    return str(given["FunctionName"]).lower()


def _made(context: Context, database: str, given: Function) -> Function:
    made = {"DatabaseName": database, "CatalogId": context.account, **given}
    return made | {"CreateTime": datetime.datetime.now(datetime.UTC)}
