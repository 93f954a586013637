"""System tables and views: what a session asks of the warehouse itself.

Each is a function and a line of registry, its columns in SQL's words::

    @system("svv_tables", "table_catalog varchar(128), ...")
    def svv_tables(connection: Connection) -> Iterable[Row]: ...
"""

from labkit.cloud.redshift.system import (
    activity,
    catalogs,
    dependencies,
    granted,
    history,
    indexes,
    information,
    keys,
    materialized,
    policies,
    postgres,
    procedures,
    quiet,
    routines,
    steps,
    users,
)
from labkit.cloud.redshift.system.functions import system_functions
from labkit.cloud.redshift.system.registry import system, system_oid, system_relation

__all__ = [
    "activity", "catalogs", "dependencies", "granted", "history", "indexes", "information", "keys",
    "materialized", "policies", "postgres", "procedures", "quiet", "routines", "steps", "system",
    "system_functions", "system_oid", "system_relation", "users",
]  # fmt: skip
